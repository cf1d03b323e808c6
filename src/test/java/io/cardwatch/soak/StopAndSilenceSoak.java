package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.TransactionJson;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.oracle.Events;
import io.cardwatch.platform.Settings;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Postgres;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The job over the real wire, stopped and started again and again, and with a shard that falls silent. A customer's
 * payments are in one shard and so in order: each one's count over 30 days must be its number, no more and no less.
 */
@Tag("soak")
@Timeout(600)
class StopAndSilenceSoak {
    private static final int SHARDS = 4;
    private static final int CUSTOMERS = 40;
    private static final long START = Events.at("2024-03-01 12:00:00");
    private static final int[] PARALLELISMS = {2, 4, 1};

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(4)
            .build());

    @TempDir
    Path directory;

    private KinesaliteServer kinesis;
    private String database;
    private Connection warehouse;

    @BeforeEach
    void prepare() throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        kinesis = KinesaliteServer.start();
        kinesis.createStream("payments", SHARDS);
        kinesis.createStream("verdicts", 1);
        database = Postgres.freshDatabase();
        warehouse = Postgres.connect(database);
    }

    @AfterEach
    void stopServers() throws SQLException {
        warehouse.close();
        kinesis.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretKey");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void stoppedWithASavepointTenTimes_nothingIsLostOrCountedTwice() throws Exception {
        int perRound = 10 * CUSTOMERS;
        JobClient job = start(PARALLELISMS[0], new Configuration());
        for (int round = 1; round <= 10; round++) {
            send((round - 1) * perRound, round * perRound, 0, SHARDS);
            // The other half is on its way, or in no source yet.
            await(job, round * perRound - perRound / 2);
            String savepoint = job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get();
            job = start(
                    PARALLELISMS[round % PARALLELISMS.length],
                    new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
        }
        await(job, 10 * perRound);
        job.cancel().get();

        assertThat(number("SELECT count(*) FROM cust_payment_tx_fraud_predictions"))
                .isEqualTo(10L * perRound);
        assertEachPaymentCountsOnce();
    }

    @Test
    void aShardThatWasSilentForTenIdleIntervalsHasAllItsEventsScored() throws Exception {
        int each = 5 * CUSTOMERS;
        // The last shard says nothing after its first payments, until the others have told ten minutes.
        JobClient job = start(2, new Configuration(), "--source.idle-interval=1s", "--features.allowed-lateness=15min");
        send(0, CUSTOMERS, 0, SHARDS);
        await(job, CUSTOMERS);
        int talking = CUSTOMERS;
        for (int second = 0; second < 10; second++) {
            talking += send(CUSTOMERS + second * each, CUSTOMERS + (second + 1) * each, 0, SHARDS - 1);
            await(job, talking);
            Thread.sleep(1_000);
        }
        int all = talking + send(CUSTOMERS, CUSTOMERS + 10 * each, SHARDS - 1, SHARDS);
        await(job, all);
        job.cancel().get();

        assertThat(all).isEqualTo(CUSTOMERS + 10 * each);
        assertThat(number("SELECT count(*) FROM cust_payment_tx_dead_letters")).isZero();
        assertEachPaymentCountsOnce();
    }

    private JobClient start(int parallelism, Configuration configuration, String... more) throws Exception {
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.enableCheckpointing(500);
        List<String> arguments = new ArrayList<>(List.of(
                "--source.endpoint-url=" + kinesis.endpoint(),
                "--source.stream=payments",
                "--labels.stream=verdicts",
                "--warehouse.url=" + database,
                "--warehouse.user=" + Postgres.USER));
        arguments.addAll(List.of(more));
        new CardwatchJob(Settings.fromArguments(arguments)).fromKinesis(env);
        return env.executeAsync();
    }

    /** Sends those of the payments whose shard is in the range, customer by customer; their number. */
    private int send(int from, int to, int fromShard, int toShard) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            int shard = i % CUSTOMERS % SHARDS;
            if (shard >= fromShard && shard < toShard) {
                entries.add(PutRecordsRequestEntry.builder()
                        .partitionKey(Integer.toString(i % CUSTOMERS))
                        .explicitHashKey(BigInteger.ONE
                                .shiftLeft(126)
                                .multiply(BigInteger.valueOf(shard))
                                .add(BigInteger.TEN)
                                .toString())
                        .data(SdkBytes.fromByteArray(TransactionJson.encode(
                                Events.transaction(i, i, START + i * 3L / 10, i % CUSTOMERS, i % 7, 100))))
                        .build());
            }
        }
        for (int first = 0; first < entries.size(); first += 500) {
            List<PutRecordsRequestEntry> batch = entries.subList(first, Math.min(first + 500, entries.size()));
            kinesis.client()
                    .putRecords(request -> request.streamName("payments").records(batch));
        }
        return entries.size();
    }

    private void await(JobClient job, int rows) throws Exception {
        while (number("SELECT (SELECT count(*) FROM cust_payment_tx_fraud_predictions)"
                        + " + (SELECT count(*) FROM cust_payment_tx_dead_letters)")
                < rows) {
            if (job.getJobStatus().get() == JobStatus.FAILED) {
                job.getJobExecutionResult().get();
            }
            Thread.sleep(50);
        }
    }

    /** The payments of a customer are numbered in steps of the number of customers. */
    private void assertEachPaymentCountsOnce() throws SQLException {
        assertThat(number("SELECT count(*) FROM cust_payment_tx_fraud_predictions"
                        + " WHERE customer_id_nb_tx_30day_window <> transaction_id / " + CUSTOMERS + " + 1"))
                .isZero();
    }

    private long number(String query) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }
}
