package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.job.WarehouseSinks;
import io.cardwatch.testing.Postgres;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/**
 * Rows per second that the job commits into an embedded PostgreSQL on this machine, from JSON in memory, with the
 * shipped model, contacts, and a checkpoint every ten seconds; beside its two writers alone, which are given rows
 * without features or contacts computed. The rate is that of the last four fifths of the rows, by PostgreSQL's own
 * commit timestamps.
 *
 * <pre>mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.WholeJobBenchmark</pre>
 */
public final class WholeJobBenchmark {
    private static final double[] FEATURES =
            new double[] {57.16, 0, 1, 2, 57.16, 14, 19.05, 60, 8.17, 1, 0, 7, 1 / 7.0, 30, 1 / 30.0};

    private WholeJobBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(Profile.reference().days(60).build(), 4, System.out);
    }

    /** Prints a line per round, of which the first warms up, and the ratio of the medians of the others. */
    public static void run(Profile world, int rounds, PrintStream out) throws Exception {
        BenchmarkInput.load(world, BenchmarkInput.Shape.UNIFORM);
        Samples whole = new Samples(rounds - 1);
        Samples alone = new Samples(rounds - 1);
        for (int round = 0; round < rounds; round++) {
            double writers = rowsPerSecond(false, List.of());
            double job = rowsPerSecond(true, List.of());
            out.printf(Locale.ROOT, "writers alone %,.0f rows/s, whole job %,.0f rows/s%n", writers, job);
            if (round > 0) {
                alone.set(round - 1, writers);
                whole.set(round - 1, job);
            }
        }
        out.printf(
                Locale.ROOT,
                "writers alone %s rows/s, whole job %s rows/s; ratio %.2f%n",
                alone.text("%,.0f"),
                whole.text("%,.0f"),
                whole.median() / alone.median());
    }

    /** Of the input that is loaded. The job also does what {@code more} settings ask for. */
    static double rowsPerSecond(boolean wholeJob, List<String> more) throws Exception {
        String database = Postgres.freshDatabase();
        List<String> arguments = new ArrayList<>(more);
        arguments.addAll(List.of("--warehouse.url=" + database, "--warehouse.user=" + Postgres.USER));
        Settings settings = Settings.fromArguments(arguments);
        Path directory = Files.createTempDirectory("benchmark");
        try (Connection warehouse = Postgres.connect(database);
                Statement statement = warehouse.createStatement()) {
            StreamExecutionEnvironment env = LatencyBenchmark.environment(directory, 10_000);
            DataStream<Long> positions = env.fromSource(
                    new NumberSequenceSource(0, BenchmarkInput.size() - 1),
                    WatermarkStrategy.<Long>forMonotonousTimestamps()
                            .withTimestampAssigner((position, none) -> BenchmarkInput.timestamp(position)),
                    "Memory");
            if (wholeJob) {
                LatencyBenchmark.addCustomers(statement, BenchmarkInput.keys());
                SingleOutputStreamOperator<Decoded<Transaction>> transactions = OurTopology.decode(positions);
                new CardwatchJob(settings).build(env, transactions, transactions.getSideOutput(OurTopology.LABELS));
            } else {
                env.getConfig().enableObjectReuse();
                new WarehouseSinks(settings)
                        .writePredictions(PeerDecode.of(positions)
                                .map(WholeJobBenchmark::scored)
                                .returns(WireTypes.SCORED_TRANSACTION));
            }
            JobClient job = env.executeAsync();
            LatencyBenchmark.awaitRows(statement, BenchmarkInput.transactions());
            if (wholeJob) {
                job.cancel().get();
            } else {
                job.getJobExecutionResult().get();
            }
            try (ResultSet rate = statement.executeQuery(
                    "SELECT 0.8 * count(*) / extract(epoch FROM max(at) - percentile_disc(0.2) WITHIN GROUP (ORDER BY at))"
                            + " FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM cust_payment_tx_fraud_predictions)"
                            + " AS rows")) {
                rate.next();
                return rate.getDouble(1);
            }
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
    }

    static ScoredTransaction scored(Transaction payment) {
        return new ScoredTransaction(
                payment,
                FEATURES,
                new Decision(0.1, 0.5, "benchmark"),
                payment.epochSecond * 1000,
                "Ada Lovelace",
                "ada.lovelace@example.org",
                "+44 20 7946 0000");
    }
}
