package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.WarehouseSinks;
import io.cardwatch.platform.Settings;
import io.cardwatch.testing.CommitCuttingProxy;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.Reckoning;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Rows stream into a warehouse that loses its connections between COMMIT and answer, then goes down in the middle of a
 * batch, and comes back. The job may not even restart. Every tenth identity comes twice.
 */
final class WarehouseOutage {
    private static final int WRITERS = 2;
    /** Commits whose answer gets lost, before the outage and again after it. */
    static final int CUTS = 5;

    private static final String ROWS = "SELECT count(*) FROM cust_payment_tx_fraud_predictions";
    private static final String OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cardwatch'";

    private final OwnPostgres server;
    private final CommitCuttingProxy proxy;
    private final long rows;

    private WarehouseOutage(OwnPostgres server, CommitCuttingProxy proxy, long rows) {
        this.server = server;
        this.proxy = proxy;
        this.rows = rows;
    }

    /** Writes {@code rows} rows at a few thousand a second, and takes the warehouse away for {@code down}. */
    static Reckoning survive(Path data, long rows, Duration down) throws Exception {
        try (OwnPostgres server = new OwnPostgres(data);
                CommitCuttingProxy proxy = new CommitCuttingProxy(server.port())) {
            return new WarehouseOutage(server, proxy, rows).run(down);
        }
    }

    private Reckoning run(Duration down) throws Exception {
        JobClient job = start();
        awaitRows(job, 1);
        cut(job);
        long before = count(ROWS);
        server.stop();
        Thread.sleep(down.toMillis());
        server.start();
        awaitRows(job, before + 1);
        cut(job);
        assertThat(count(OPEN)).isLessThanOrEqualTo(WRITERS + 1);
        assertThat(job.getJobStatus().get()).as("the rows must suffice").isEqualTo(JobStatus.RUNNING);

        job.getJobExecutionResult().get();

        assertThat(count("SELECT count(*) FROM cust_payment_tx_dead_letters")).isZero();
        try (Connection connection = server.connect()) {
            return Reckoning.ofNumbers(connection, rows);
        }
    }

    private JobClient start() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(
                WRITERS, new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "disable"));
        env.enableCheckpointing(500);
        Settings settings = Settings.fromArguments(List.of(
                "--warehouse.url=jdbc:postgresql://localhost:" + proxy.port() + "/postgres",
                "--warehouse.user=postgres",
                "--warehouse.writers=" + WRITERS));
        new WarehouseSinks(settings)
                .writePredictions(env.fromSequence(0, rows - 1)
                        .<ScoredTransaction>flatMap((id, out) -> {
                            if (id % 20 == 0) {
                                Thread.sleep(10);
                            }
                            out.collect(row(id));
                            if (id % 10 == 0) {
                                out.collect(row(id));
                            }
                        })
                        .returns(WireTypes.SCORED_TRANSACTION));
        return env.executeAsync();
    }

    private static ScoredTransaction row(long id) {
        long absent = Transaction.ABSENT;
        RecordOrigin origin = new RecordOrigin("payments", "", "shard", String.valueOf(id), RecordOrigin.NO_ARRIVAL);
        Transaction transaction = new Transaction(
                id, 1_709_294_400L, id % 97, 5, 100, absent, absent, absent, absent, origin, new byte[0]);
        double[] features = new double[FeatureSet.REFERENCE.size()];
        return new ScoredTransaction(
                transaction, features, 0.1, 0.5, "test", ScoredTransaction.NOT_TIMED, null, null, null);
    }

    private void cut(JobClient job) throws Exception {
        int cuts = proxy.cuts() + CUTS;
        proxy.cutAfter(CUTS);
        while (proxy.cuts() < cuts) {
            requireRunning(job);
            Thread.sleep(20);
        }
        awaitRows(job, count(ROWS) + 1);
    }

    private void awaitRows(JobClient job, long expected) throws Exception {
        while (count(ROWS) < expected) {
            requireRunning(job);
            Thread.sleep(20);
        }
    }

    private static void requireRunning(JobClient job) throws Exception {
        if (job.getJobStatus().get().isGloballyTerminalState()) {
            job.getJobExecutionResult().get();
            throw new IllegalStateException("the job ended too early: give it more rows");
        }
    }

    /** Not through the proxy. */
    private long count(String query) throws SQLException, IOException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
