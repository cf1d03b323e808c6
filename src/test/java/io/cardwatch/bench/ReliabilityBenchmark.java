package io.cardwatch.bench;

import io.cardwatch.bench.BenchmarkInput.Shape;
import io.cardwatch.codec.Decoded;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.Postgres;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * What it costs to be ready for trouble, and to have it; parallelism 2, features and scores of 100 trees, records from
 * JSON in memory to a sink that discards. Medians, and ranges in brackets, of runs that alternate.
 *
 * <ul>
 *   <li>Checkpoints: records per second with one every ten seconds and with none, over a time that has two of them.
 *   <li>Bad input: records per second where every second one cannot be used, and where all are good; up to the sink that
 *       discards, and by the whole job into an embedded PostgreSQL on this machine, where each bad record is a row, too.
 *       Of the ways to be bad two make records of 20 and 64 KB; up to the sink that discards also without those.
 *   <li>Recovery: one of two TaskManagers is terminated while a million windows are kept, five seconds after a
 *       checkpoint, and another has a free slot. Seconds from then until a whole second has 0.9 of the records that a
 *       second had before, checkpoints included. A TaskManager that dies without a word is missed only after
 *       Flink's {@code heartbeat.timeout}, which is not in it.
 * </ul>
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.ReliabilityBenchmark
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.ReliabilityBenchmark -Dbench.arguments=recovery
 * </pre>
 */
public final class ReliabilityBenchmark {
    private static final double CACHE_SHARE = 0.3;
    private static final long SAMPLE_MILLIS = 50;
    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final String PREDICTIONS = "cust_payment_tx_fraud_predictions";
    private static final String DEAD_LETTERS = "cust_payment_tx_dead_letters";
    private static final LongAdder ROWS = new LongAdder();

    /** How long things take in one run, milliseconds, and when a rate is back. */
    public static final class Times {
        final int warmUp;
        final int measured;
        final int checkpoint;
        final double back;

        /**
         * Times of one run.
         *
         * @param warmUp before anything is measured
         * @param measured while records are counted
         * @param checkpoint between two checkpoints
         * @param back share of the rate before a failure that ends a recovery
         */
        public Times(int warmUp, int measured, int checkpoint, double back) {
            this.warmUp = warmUp;
            this.measured = measured;
            this.checkpoint = checkpoint;
            this.back = back;
        }
    }

    private final Times times;
    private final int runs;
    private final PrintStream out;
    private final FraudModel model;
    /** Share of dead letters in the last run. */
    private double badShare;

    public ReliabilityBenchmark(Times times, int runs, PrintStream out) throws Exception {
        this.times = times;
        this.runs = runs;
        this.out = out;
        this.model = HundredTrees.model();
    }

    /**
     * Prints all, or a part.
     *
     * @param arguments which of {@code checkpoints}, {@code bad} and {@code recovery}; all where there are none
     */
    public static void main(String[] arguments) throws Exception {
        Set<String> parts = arguments.length == 0 ? Set.of("checkpoints", "bad", "recovery") : Set.of(arguments);
        if (parts.contains("checkpoints")) {
            of(20_000).checkpoints(Profile.reference().build());
        }
        if (parts.contains("bad")) {
            of(8_000).badInput(Profile.reference().days(60).build());
        }
        if (parts.contains("recovery")) {
            of(8_000)
                    .recovery(Profile.reference()
                            .customers(34_000)
                            .terminals(68_000)
                            .days(30)
                            .build());
        }
    }

    private static ReliabilityBenchmark of(int measuredMillis) throws Exception {
        return new ReliabilityBenchmark(new Times(4_000, measuredMillis, 10_000, 0.9), 3, System.out);
    }

    /** Prints a line for each state backend. */
    public void checkpoints(Profile world) throws Exception {
        BenchmarkInput.load(world, Shape.UNIFORM);
        for (Backend backend : List.of(Backend.HEAP, Backend.ROCKSDB)) {
            Samples without = new Samples(runs);
            Samples with = new Samples(runs);
            for (int run = 0; run < runs; run++) {
                without.set(run, rate(backend, 0, EndlessInput.NO_BAD));
                with.set(run, rate(backend, times.checkpoint, EndlessInput.NO_BAD));
            }
            out.printf(
                    Locale.ROOT,
                    "%s, a checkpoint every %,d ms: %s records/s, without %s; ratio %.2f%n",
                    backend,
                    times.checkpoint,
                    with.text("%,.0f"),
                    without.text("%,.0f"),
                    with.median() / without.median());
        }
    }

    /** Prints two lines for the topology, and one for the whole job. */
    public void badInput(Profile world) throws Exception {
        BenchmarkInput.load(world, Shape.UNIFORM);
        badInput("topology, bad records of every size", EndlessInput.BAD, bad -> rate(Backend.HEAP, 0, bad));
        badInput("topology, short bad records", EndlessInput.SHORT_BAD, bad -> rate(Backend.HEAP, 0, bad));
        badInput("whole job, bad records of every size", EndlessInput.BAD, this::committedRate);
    }

    private void badInput(String name, List<byte[]> bad, Measurement rate) throws Exception {
        Samples good = new Samples(runs);
        Samples halfBad = new Samples(runs);
        for (int run = 0; run < runs; run++) {
            good.set(run, rate.with(EndlessInput.NO_BAD));
            halfBad.set(run, rate.with(bad));
        }
        out.printf(
                Locale.ROOT,
                "%s, %.2f of all: %s records/s, none bad %s; ratio %.2f%n",
                name,
                badShare,
                halfBad.text("%,.0f"),
                good.text("%,.0f"),
                halfBad.median() / good.median());
    }

    /** Records per second with these bad ones among them. */
    private interface Measurement {
        double with(List<byte[]> bad) throws Exception;
    }

    /** Prints a line for each state backend. */
    public void recovery(Profile world) throws Exception {
        BenchmarkInput.load(world, Shape.TEN_TIMES_THE_KEYS);
        for (Backend backend : List.of(Backend.HEAP, Backend.ROCKSDB)) {
            Samples seconds = new Samples(runs);
            Samples before = new Samples(runs);
            Samples stateMegabytes = new Samples(runs);
            for (int run = 0; run < runs; run++) {
                try (RunningJob job = start(backend, 2, times.checkpoint, EndlessInput.NO_BAD)) {
                    // Every key has been told of once.
                    job.await(ROWS::sum, BenchmarkInput.transactions() * 11L / 10);
                    job.await(job::completedCheckpoints, job.completedCheckpoints() + 1);
                    job.cluster.startTaskManager();
                    double perSecond = job.perSecond(ROWS::sum, times.checkpoint, 1);
                    stateMegabytes.set(run, job.lastCheckpointBytes() / 1e6);
                    Thread.sleep(times.checkpoint / 2);
                    before.set(run, perSecond);
                    seconds.set(run, secondsUntilBack(job, perSecond));
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%s, %,d windows, a checkpoint of %s MB: %s s until %.1f of %s records/s%n",
                    backend,
                    BenchmarkInput.keys(),
                    stateMegabytes.text("%,.0f"),
                    seconds.text("%.1f"),
                    times.back,
                    before.text("%,.0f"));
        }
    }

    private double secondsUntilBack(RunningJob job, double perSecondBefore) throws Exception {
        long start = System.nanoTime();
        job.cluster.terminateTaskManager(0).get();
        job.await(job::restarts, 1);
        // Seconds that overlap; none began before the job was started again.
        Deque<Sample> second = new ArrayDeque<>();
        Sample last;
        do {
            Thread.sleep(SAMPLE_MILLIS);
            last = new Sample(System.nanoTime(), ROWS.sum());
            second.add(last);
            if (last.nanos - start > MOST_NANOS || job.restarts() > 1) {
                throw new IllegalStateException("the job did not come back, or was started again twice");
            }
        } while (!isBack(second, last, times.back * perSecondBefore));
        return (last.nanos - start) / 1e9;
    }

    private static boolean isBack(Deque<Sample> second, Sample last, double wanted) {
        long nanos = last.nanos - second.peekFirst().nanos;
        return nanos >= TimeUnit.SECONDS.toNanos(1) && (last.rows - second.removeFirst().rows) * 1e9 / nanos >= wanted;
    }

    /** How many rows there were at a moment. */
    private record Sample(long nanos, long rows) {}

    /** Records per second of the topology, those that become dead letters included. */
    private double rate(Backend backend, int checkpointMillis, List<byte[]> bad) throws Exception {
        long deadLetters = OurTopology.DEAD_LETTERS.sum();
        try (RunningJob job = start(backend, 1, checkpointMillis, bad)) {
            job.await(ROWS::sum, 1);
            Thread.sleep(times.warmUp);
            double rate = job.perSecond(
                    () -> ROWS.sum() + OurTopology.DEAD_LETTERS.sum(), times.measured, checkpointMillis > 0 ? 2 : 0);
            long letters = OurTopology.DEAD_LETTERS.sum() - deadLetters;
            badShare = (double) letters / (letters + ROWS.sum());
            return rate;
        }
    }

    /** Starts the topology without rows. */
    private RunningJob start(Backend backend, int taskManagers, int checkpointMillis, List<byte[]> bad)
            throws Exception {
        ROWS.reset();
        return new RunningJob(backend, taskManagers, checkpointMillis, env -> new OurTopology(
                        backend.toString(), backend, CACHE_SHARE, model)
                .build(EndlessInput.of(env, bad))
                .filter(row -> {
                    ROWS.increment();
                    return true;
                })
                .sinkTo(new DiscardingSink<>()));
    }

    /** Records per second that the whole job commits, as predictions or dead letters. */
    private double committedRate(List<byte[]> bad) throws Exception {
        String database = Postgres.freshDatabase();
        Settings settings =
                Settings.fromArguments(List.of("--warehouse.url=" + database, "--warehouse.user=" + Postgres.USER));
        try (Connection warehouse = Postgres.connect(database);
                Statement statement = warehouse.createStatement()) {
            LatencyBenchmark.addCustomers(statement, BenchmarkInput.keys());
            try (RunningJob job = new RunningJob(Backend.HEAP, 1, times.checkpoint, env -> {
                SingleOutputStreamOperator<Decoded<Transaction>> transactions = EndlessInput.of(env, bad);
                new CardwatchJob(settings).build(env, transactions, transactions.getSideOutput(OurTopology.LABELS));
            })) {
                job.await(() -> rows(statement, PREDICTIONS), 1);
                Thread.sleep(times.warmUp);
                double rate = job.perSecond(
                        () -> rows(statement, PREDICTIONS) + rows(statement, DEAD_LETTERS), times.measured, 0);
                long letters = rows(statement, DEAD_LETTERS);
                badShare = (double) letters / (letters + rows(statement, PREDICTIONS));
                return rate;
            }
        }
    }

    private static long rows(Statement statement, String table) {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
            count.next();
            return count.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
