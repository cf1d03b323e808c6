package io.cardwatch.bench;

import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The streaming topology from JSON bytes in memory to a sink that discards, beside what a user would write instead and
 * beside the limit, a plain loop without Flink; in one JVM, on the same records, at parallelism 2 with object reuse.
 *
 * <p>Four inputs: a simulated half-year, the same with ten times the keys, with one terminal that takes 30 % of the
 * payments, and with a tenth of them up to an hour late (ours alone). Each candidate runs once to warm up, by one source in order of time, when its rows are compared with ours,
 * then {@code runs} times, alternating with the others, without checkpoints, then once with a checkpoint every two
 * seconds, of which the largest is shown. A line gives medians, and ranges in brackets: records per second of the job's
 * run time; CPU time of the whole process per record, the job's start and stop included, and that time ÷ the loop's that
 * does the same; the rate ÷ the best peer's; heap that was freed per record; bytes of state for each customer and
 * terminal, and the time of the checkpoint. Scores are by 100 trees of depth 6.
 *
 * <pre>mvn -q -Pbench process-test-classes</pre>
 */
public final class TopologyBenchmark {
    /** Name, rate, CPU time, CPU time ÷ the loop's, rate ÷ the best peer's, garbage, state and its checkpoint, equality. */
    static final String LINE = "%-27s %30s %20s %7s %7s %24s %20s %13s%n";

    private static final int CHECKPOINT_MILLIS = 2_000;
    private static final int MOST_FOR_BUSY_SQL = 400_000;
    private static final String ROWS = "rows";
    /** On the heap: a window without its events, with its place in the cache; an event; days that both kinds keep them. */
    private static final int WINDOW_BYTES = 216;

    private static final int EVENT_BYTES = 16;
    private static final double KEPT_DAYS = 33 + 40;
    private static final double TENTH = 10;
    /** Rows of the job that runs, by transaction id; null where they are not kept. */
    private static double[][] kept;

    private TopologyBenchmark() {}

    /**
     * Prints all four tables, or one.
     *
     * @param arguments the number of customers, 5 000 unless it is given: their half-year has 1.75 million payments; and
     *     one of {@link BenchmarkInput.Shape}
     */
    public static void main(String[] arguments) throws Exception {
        int customers = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
        Profile world = Profile.reference()
                .customers(customers)
                .terminals(2 * customers)
                .build();
        for (BenchmarkInput.Shape shape : BenchmarkInput.Shape.values()) {
            if (arguments.length < 2 || shape.name().equals(arguments[1])) {
                run(world, shape, 3, System.out);
            }
        }
    }

    /** Prints the table of one input. */
    public static void run(Profile world, BenchmarkInput.Shape shape, int runs, PrintStream out) throws Exception {
        BenchmarkInput.load(world, shape);
        out.printf(
                Locale.ROOT,
                "%s: %,d payments, %,d records, %,d customers and terminals%n",
                shape.title,
                BenchmarkInput.transactions(),
                BenchmarkInput.size(),
                BenchmarkInput.keys());
        FraudModel model = HundredTrees.model();
        PlainLoop features = new PlainLoop("features, plain loop", null, runs);
        PlainLoop scores = new PlainLoop("scores, plain loop", model, runs);
        List<Measurement> jobs = new ArrayList<>();
        for (Candidate candidate : candidates(model)) {
            if (candidate instanceof OurTopology || isFairToPeer(shape, candidate)) {
                jobs.add(new Measurement(candidate, runs));
            }
        }
        double[][] ours = null;
        for (Measurement job : jobs) {
            double[][] rows = job.warmUp();
            ours = ours == null ? rows : ours;
            job.compare(ours, rows);
        }
        ours = null;
        features.warmUp();
        scores.warmUp();
        for (int run = 0; run < runs; run++) {
            features.take(run);
            scores.take(run);
            for (Measurement job : jobs) {
                job.take(run);
            }
        }
        double bestPeer = jobs.stream()
                .filter(job -> !(job.candidate instanceof OurTopology))
                .mapToDouble(job -> job.perSecond.median())
                .max()
                .orElse(Double.NaN);
        out.printf(
                LINE,
                "",
                "records/s",
                "CPU, µs a record",
                "÷ loop",
                "÷ peer",
                "garbage, B a record",
                "state, B a key / ms",
                "rows as ours");
        out.print(features.line());
        out.print(scores.line());
        for (Measurement job : jobs) {
            job.takeCheckpoints();
            out.print(job.line(job.candidate.name.startsWith("scores") ? scores : features, bestPeer));
        }
    }

    /**
     * The peers are exact only in order, and the SQL drops what is late. For each payment Flink SQL goes through all of
     * its key's that are in the window, so its time grows with the square of a busy terminal's: 600 customers took 14 s,
     * 5 000 would be 70 times as much.
     */
    private static boolean isFairToPeer(BenchmarkInput.Shape shape, Candidate peer) {
        switch (shape) {
            case OUT_OF_ORDER:
                return false;
            case BUSY_TERMINAL:
                return !(peer instanceof SqlOverWindows) || BenchmarkInput.transactions() <= MOST_FOR_BUSY_SQL;
            default:
                return true;
        }
    }

    /** Ours on the heap first: the others' rows are compared with its rows. */
    private static List<Candidate> candidates(FraudModel model) {
        return List.of(
                new OurTopology("features, heap", Candidate.HEAP, 0, null),
                new OurTopology("scores, heap", Candidate.HEAP, 0, model),
                new OurTopology("features, RocksDB, cache", Candidate.ROCKSDB, 0.3, null),
                new OurTopology("features, RocksDB, a tenth", Candidate.ROCKSDB, shareOfTenth(), null),
                new OurTopology("features, RocksDB, no cache", Candidate.ROCKSDB, 0, null),
                new MapStatePerEvent("MapState per event, heap", Candidate.HEAP),
                new SqlOverWindows("SQL, 6 OVER windows, heap", Candidate.HEAP),
                new SlidingWindows("sliding windows, heap", Candidate.HEAP));
    }

    /** The share of the heap in which a tenth of all windows find room. */
    private static double shareOfTenth() {
        double all = (double) WINDOW_BYTES * BenchmarkInput.keys()
                + (double) EVENT_BYTES * KEPT_DAYS / BenchmarkInput.days() * BenchmarkInput.transactions();
        return all / TENTH / Runtime.getRuntime().maxMemory();
    }

    /** Keeps a row for comparison, if the run is one that is compared, and counts it. */
    private static final class Count extends RichFilterFunction<FeaturedTransaction> {
        private final LongCounter counter = new LongCounter();

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator(ROWS, counter);
        }

        @Override
        public boolean filter(FeaturedTransaction row) {
            counter.add(1);
            if (kept != null && row.transaction != null) {
                kept[(int) row.transaction.transactionId] = row.features.clone();
            }
            return true;
        }
    }

    /** The runs of one candidate. */
    private static final class Measurement {
        private final Candidate candidate;
        private final Samples perSecond;
        private final Samples cpuMicros;
        private final Samples garbageBytes;
        private double equal = Double.NaN;
        /** The last one. */
        private BenchmarkRun run;

        Measurement(Candidate candidate, int runs) {
            this.candidate = candidate;
            perSecond = new Samples(runs);
            cpuMicros = new Samples(runs);
            garbageBytes = new Samples(runs);
        }

        /** Its rows by transaction id, null where it has none. */
        double[][] warmUp() throws Exception {
            kept = new double[BenchmarkInput.lastTransactionId() + 1][];
            BenchmarkInput.arrange(true);
            try {
                execute(1, 0);
                return kept;
            } finally {
                kept = null;
                BenchmarkInput.arrange(false);
            }
        }

        void compare(double[][] ours, double[][] rows) {
            if (candidate.comparable().isEmpty()) {
                return;
            }
            int same = 0;
            for (int id = 0; id < ours.length; id++) {
                same += ours[id] != null && rows[id] != null && same(ours[id], rows[id]) ? 1 : 0;
            }
            equal = (double) same / BenchmarkInput.transactions();
        }

        private boolean same(double[] left, double[] right) {
            for (Feature feature : candidate.comparable()) {
                if (left[feature.index()] != right[feature.index()]) {
                    return false;
                }
            }
            return true;
        }

        void take(int number) throws Exception {
            execute(BenchmarkInput.PARALLELISM, 0);
            perSecond.set(number, BenchmarkInput.size() / (run.millis / 1e3));
            cpuMicros.set(number, run.cpuNanos / 1e3 / BenchmarkInput.size());
            garbageBytes.set(number, (double) run.garbageBytes / BenchmarkInput.size());
        }

        /** The largest checkpoint of a run, and how long it took. */
        void takeCheckpoints() throws Exception {
            execute(BenchmarkInput.PARALLELISM, CHECKPOINT_MILLIS);
        }

        private void execute(int parallelism, int checkpointMillis) throws Exception {
            boolean compared = kept != null;
            run = BenchmarkRun.of(candidate.backend, parallelism, checkpointMillis, env -> {
                if (compared) {
                    env.setBufferTimeout(0);
                }
                candidate
                        .build(
                                env,
                                env.fromSource(
                                        new NumberSequenceSource(0, BenchmarkInput.size() - 1),
                                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                                .withTimestampAssigner(
                                                        (position, none) -> BenchmarkInput.timestamp(position)),
                                        "Memory"))
                        .filter(new Count())
                        .sinkTo(new DiscardingSink<>());
            });
            requireAllRows(run.result);
        }

        private void requireAllRows(JobExecutionResult result) {
            long rows = result.<Long>getAccumulatorResult(ROWS);
            if (candidate.answersEachPayment() ? rows != BenchmarkInput.transactions() : rows == 0) {
                throw new IllegalStateException(
                        candidate.name + ": of " + BenchmarkInput.transactions() + " payments came " + rows);
            }
        }

        /** A line of the table; {@code loop} is the limit for what this one does. */
        String line(PlainLoop loop, double bestPeer) {
            return String.format(
                    Locale.ROOT,
                    LINE,
                    candidate.name,
                    perSecond.text("%,.0f"),
                    cpuMicros.text("%.2f"),
                    String.format(Locale.ROOT, "%.2f", cpuMicros.median() / loop.cpuMicros()),
                    Double.isNaN(bestPeer) ? "" : String.format(Locale.ROOT, "%.2f", perSecond.median() / bestPeer),
                    garbageBytes.text("%,.0f"),
                    run.stateBytes == 0
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "%,d / %,d",
                                    run.stateBytes / BenchmarkInput.keys(),
                                    run.checkpointMillis),
                    Double.isNaN(equal) ? "" : String.format(Locale.ROOT, "%.2f %%", Math.floor(equal * 10_000) / 100));
        }
    }
}
