package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.LabelJson;
import io.cardwatch.codec.TransactionJson;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.platform.Settings;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Postgres;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The job as it ships, over the real wire, started from the savepoint of a past. It reads its streams from their
 * beginning: the emulator takes the milliseconds that the consumer sends with AT_TIMESTAMP for seconds, and refuses.
 *
 * <p>Labels are known two days before a terminal's windows reach their payments, and no shard runs as far ahead of
 * another: so the features are a function of the input.
 */
@Timeout(300)
class HistorySavepointIT {
    private static final int REQUEST = 500;

    /** Partition keys whose hashes lie in the one and in the other shard. */
    private static final List<String> KEYS = List.of("6", "0");

    @TempDir
    Path directory;

    private final CutWorld world = new CutWorld();
    private KinesaliteServer kinesis;
    private String database;
    private Connection warehouse;

    @BeforeEach
    void prepare() throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        kinesis = KinesaliteServer.start();
        kinesis.createStream("payments", 2);
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
    void everyPaymentOfTheStreamThatThePastHasNotIsScoredOnce_asTheOracleSays() throws Exception {
        world.writePast(directory);
        Path savepoint = world.savepoint(directory, FeatureSet.REFERENCE, new StringWriter());
        send("verdicts", world.liveLabels.stream().map(LabelJson::encode).toList(), "0");
        sendPayments(world.live);

        JobClient job = start(savepoint);
        List<String> expected = world.expected(FeatureSet.REFERENCE);
        await(job, "cust_payment_tx_fraud_predictions", expected.size());
        await(job, "cust_payment_tx_labels", world.liveLabels.size());
        job.cancel().get();

        List<String> rows = predictions();
        assertThat(rows).hasSameSizeAs(expected).doesNotHaveDuplicates();
        assertThat(rows.stream().filter(row -> !expected.contains(row)).limit(3))
                .isEmpty();
        assertThat(count("cust_payment_tx_dead_letters")).isZero();
    }

    private JobClient start(Path savepoint) throws Exception {
        Configuration configuration = new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "disable")
                .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
                .set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toString());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        env.enableCheckpointing(1_000);
        new CardwatchJob(Settings.fromArguments(List.of(
                        "--source.endpoint-url=" + kinesis.endpoint(),
                        "--source.stream=payments",
                        "--labels.stream=verdicts",
                        "--warehouse.url=" + database,
                        "--warehouse.user=" + Postgres.USER)))
                .fromKinesis(env);
        return env.executeAsync();
    }

    private void sendPayments(List<Transaction> payments) {
        for (int shard = 0; shard < 2; shard++) {
            long half = shard;
            send(
                    "payments",
                    payments.stream()
                            .filter(payment -> payment.customerId % 2 == half)
                            .map(TransactionJson::encode)
                            .toList(),
                    KEYS.get(shard));
        }
    }

    private void send(String stream, List<byte[]> records, String key) {
        for (int from = 0; from < records.size(); from += REQUEST) {
            List<PutRecordsRequestEntry> entries =
                    records.subList(from, Math.min(from + REQUEST, records.size())).stream()
                            .map(bytes -> PutRecordsRequestEntry.builder()
                                    .partitionKey(key)
                                    .data(SdkBytes.fromByteArray(bytes))
                                    .build())
                            .toList();
            kinesis.client().putRecords(request -> request.streamName(stream).records(entries));
        }
    }

    private void await(JobClient job, String table, int rows) throws Exception {
        while (count(table) < rows) {
            if (job.getJobExecutionResult().isDone()) {
                job.getJobExecutionResult().get();
            }
            Thread.sleep(50);
        }
    }

    private int count(String table) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + table)) {
            result.next();
            return result.getInt(1);
        }
    }

    private List<String> predictions() throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = warehouse.createStatement();
                ResultSet row = statement.executeQuery("SELECT *, extract(epoch FROM tx_datetime)::bigint AS second"
                        + " FROM cust_payment_tx_fraud_predictions")) {
            while (row.next()) {
                double[] features = new double[FeatureSet.REFERENCE.size()];
                for (Feature feature : FeatureSet.REFERENCE.features()) {
                    features[feature.index()] = row.getDouble(feature.column());
                }
                rows.add(row.getLong("customer_id") + " " + row.getLong("transaction_id") + " " + row.getLong("second")
                        + " " + Arrays.toString(features));
            }
        }
        return rows;
    }
}
