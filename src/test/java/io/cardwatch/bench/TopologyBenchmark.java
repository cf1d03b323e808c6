package io.cardwatch.bench;

import com.sun.management.OperatingSystemMXBean;
import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.FileUtils;

/**
 * The streaming topology from JSON bytes in memory to a sink that discards, beside what a user would write instead and
 * beside the limit, a plain loop without Flink; in one JVM, on the same records, at parallelism 2 with object reuse.
 *
 * <p>Three inputs: a simulated half-year, the same with ten times the keys, and with one terminal that takes 30 % of the
 * payments. Each candidate runs once to warm up, by one source in order of time, when its rows are compared with ours,
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
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Rows of the job that runs, by transaction id; null where they are not kept. */
    private static double[][] kept;

    private TopologyBenchmark() {}

    /**
     * Prints all three tables, or one.
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
            if (!(candidate instanceof SqlOverWindows && isTooBusyForSql(shape))) {
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
                .orElseThrow();
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
     * For each payment Flink SQL goes through all of its key's that are in the window, so its time grows with the square of
     * a busy terminal's: 600 customers took 14 s, 5 000 would be 70 times as much.
     */
    private static boolean isTooBusyForSql(BenchmarkInput.Shape shape) {
        return shape == BenchmarkInput.Shape.BUSY_TERMINAL && BenchmarkInput.transactions() > MOST_FOR_BUSY_SQL;
    }

    /** Ours on the heap first: the others' rows are compared with its rows. */
    private static List<Candidate> candidates(FraudModel model) {
        return List.of(
                new OurTopology("features, heap", Candidate.HEAP, 0, null),
                new OurTopology("scores, heap", Candidate.HEAP, 0, model),
                new OurTopology("features, RocksDB, cache", Candidate.ROCKSDB, 0.3, null),
                new OurTopology("features, RocksDB, no cache", Candidate.ROCKSDB, 0, null),
                new MapStatePerEvent("MapState per event, heap", Candidate.HEAP),
                new SqlOverWindows("SQL, 6 OVER windows, heap", Candidate.HEAP),
                new SlidingWindows("sliding windows, heap", Candidate.HEAP));
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
        /** Of the last run. */
        private long runMillis;

        private long cpuNanos;
        private long garbage;
        private long stateBytes;
        private long checkpointMillis;

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

        void take(int run) throws Exception {
            execute(BenchmarkInput.PARALLELISM, 0);
            perSecond.set(run, BenchmarkInput.size() / (runMillis / 1e3));
            cpuMicros.set(run, cpuNanos / 1e3 / BenchmarkInput.size());
            garbageBytes.set(run, (double) garbage / BenchmarkInput.size());
        }

        /** The largest checkpoint of a run, and how long it took. */
        void takeCheckpoints() throws Exception {
            execute(BenchmarkInput.PARALLELISM, CHECKPOINT_MILLIS);
        }

        @SuppressWarnings("try") // closing may be interrupted, and the benchmark then ends
        private void execute(int parallelism, int checkpointMillis) throws Exception {
            Path directory = Files.createTempDirectory("benchmark");
            Configuration configuration = new Configuration();
            configuration.set(StateBackendOptions.STATE_BACKEND, candidate.backend);
            configuration.set(
                    CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                    directory.toUri().toString());
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
            env.setParallelism(parallelism);
            if (kept != null) {
                env.setBufferTimeout(0);
            }
            env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
            env.getConfig().enableObjectReuse();
            if (checkpointMillis > 0) {
                env.enableCheckpointing(checkpointMillis);
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
            try (MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setConfiguration(configuration)
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(BenchmarkInput.PARALLELISM)
                    .build())) {
                cluster.start();
                JobGraph graph = env.getStreamGraph().getJobGraph();
                long garbageBefore = Garbage.collected();
                long cpuBefore = PROCESS.getProcessCpuTime();
                cluster.submitJob(graph).get();
                JobExecutionResult result = cluster.requestJobResult(graph.getJobID())
                        .get()
                        .toJobExecutionResult(Candidate.class.getClassLoader());
                cpuNanos = PROCESS.getProcessCpuTime() - cpuBefore;
                garbage = Garbage.collected() - garbageBefore;
                runMillis = result.getNetRuntime(TimeUnit.MILLISECONDS);
                requireAllRows(result);
                if (checkpointMillis > 0) {
                    keep(cluster.getExecutionGraph(graph.getJobID()).get().getCheckpointStatsSnapshot());
                }
            } finally {
                FileUtils.deleteDirectory(directory.toFile());
            }
        }

        private void requireAllRows(JobExecutionResult result) {
            long rows = result.<Long>getAccumulatorResult(ROWS);
            if (candidate.answersEachPayment() ? rows != BenchmarkInput.transactions() : rows == 0) {
                throw new IllegalStateException(
                        candidate.name + ": of " + BenchmarkInput.transactions() + " payments came " + rows);
            }
        }

        private void keep(CheckpointStatsSnapshot snapshot) {
            snapshot.getHistory().getCheckpoints().stream()
                    .filter(CompletedCheckpointStats.class::isInstance)
                    .forEach(checkpoint -> {
                        if (checkpoint.getStateSize() > stateBytes) {
                            stateBytes = checkpoint.getStateSize();
                            checkpointMillis = checkpoint.getEndToEndDuration();
                        }
                    });
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
                    String.format(Locale.ROOT, "%.2f", perSecond.median() / bestPeer),
                    garbageBytes.text("%,.0f"),
                    stateBytes == 0
                            ? ""
                            : String.format(
                                    Locale.ROOT, "%,d / %,d", stateBytes / BenchmarkInput.keys(), checkpointMillis),
                    Double.isNaN(equal) ? "" : String.format(Locale.ROOT, "%.2f %%", Math.floor(equal * 10_000) / 100));
        }
    }
}
