package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Restarts;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;

/**
 * The job as it ships, over the real wire, started from the savepoint of a past and at a time: what the stream got
 * before is not read.
 *
 * <p>Labels are known two days before a terminal's windows reach their payments, and no shard runs as far ahead of
 * another: so the features are a function of the input.
 */
@Timeout(600)
class HistorySavepointIT {
    /** Partition keys whose hashes lie in the one and in the other shard. */
    private static final long[] KEYS = {6, 0};

    @TempDir
    Path directory;

    private final CutWorld world = new CutWorld();

    @Test
    void everyPaymentOfTheStreamThatThePastHasNotIsScoredOnce_asTheOracleSays() throws Exception {
        world.writePast(directory);
        Path savepoint = world.savepoint(directory, FeatureSet.REFERENCE, new StringWriter());
        List<String> expected = world.expected(FeatureSet.REFERENCE);
        try (JobOnKinesis kinesis = new JobOnKinesis(2, 1)) {
            kinesis.kinesis().client().putRecord(record -> record.streamName("payments")
                    .partitionKey(String.valueOf(KEYS[0]))
                    .data(SdkBytes.fromUtf8String("would be a dead letter")));
            Thread.sleep(1_000);
            Instant start = Instant.now();
            send(kinesis);
            JobClient job = kinesis.start(
                    Restarts.none(directory, Duration.ofSeconds(1))
                            .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
                            .set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toString()),
                    "--source.initial-position=AT_TIMESTAMP",
                    "--source.initial-timestamp=" + start);
            kinesis.await(job, expected.size() + world.liveLabels.size());
            job.cancel().get();

            List<String> rows = predictions(kinesis.warehouse());
            assertThat(rows).hasSameSizeAs(expected).doesNotHaveDuplicates();
            assertThat(rows.stream().filter(row -> !expected.contains(row)).limit(3))
                    .isEmpty();
            kinesis.assertDeadLetters();
        }
    }

    private void send(JobOnKinesis kinesis) {
        for (FraudLabel label : world.liveLabels) {
            kinesis.verdicts().add(0, RecordJson.encode(label), label.origin.sequenceNumber());
        }
        kinesis.verdicts().send();
        for (Transaction payment : world.live) {
            kinesis.payments()
                    .add(
                            KEYS[(int) (payment.customerId % KEYS.length)],
                            RecordJson.encode(payment),
                            PaymentStory.name(payment));
        }
        kinesis.payments().send();
    }

    private static List<String> predictions(Connection warehouse) throws SQLException {
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
