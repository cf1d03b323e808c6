package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job as it ships, over the real wire: a Kinesis server, two subtasks of Flink, PostgreSQL. It is stopped in the
 * middle, with a savepoint, and started again when a backlog has gathered.
 *
 * <p>Which of several shards is read first is not fixed. The features are a function of the input all the same, because
 * verdicts are known days before a terminal's windows reach their payments, and no shard runs days ahead of another: of a
 * backlog the job keeps them together, and what comes while it runs is told no faster than it writes.
 */
@Timeout(600)
class KinesisEndToEndIT {
    private static final String IDENTITY =
            "customer_id || ' ' || transaction_id || ' ' || extract(epoch FROM tx_datetime)::bigint";

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private final PaymentStory story = new PaymentStory(5, 20_000);
    private JobOnKinesis kinesis;
    private FraudModel model;

    @BeforeEach
    void prepare() throws Exception {
        kinesis = new JobOnKinesis(4, 2);
        kinesis.loadCustomers(story.customers.stream()
                .filter(customer -> isKnown(customer.customerId))
                .toList());
        model = CardwatchJob.model(kinesis.settings());
    }

    @AfterEach
    void stopServers() throws SQLException {
        kinesis.close();
    }

    @Test
    void everyPaymentIsScoredOnce_asTheOracleSays_acrossASavepointAndABacklog() throws Exception {
        int all = story.transactions.size();
        int half = all / 2;
        Configuration configuration = Restarts.none(directory, Duration.ofMillis(500));
        JobClient job = kinesis.start(configuration);
        new LiveFeed(kinesis, story).sendUntil(half, job);
        String savepoint = JobOnKinesis.stopWithSavepoint(job, directory);
        story.send(half, all, kinesis.payments(), kinesis.verdicts());

        // Without the savepoint it would begin behind the backlog.
        JobClient restored = kinesis.start(
                configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint), "--source.initial-position=LATEST");
        kinesis.await(
                restored,
                all + story.labels.size() + kinesis.expectedDeadLetters().size());
        restored.cancel().get();

        assertEqual(predictions(), expectedPredictions());
        assertEqual(labels(), expectedLabels());
        assertEqual(outcomes(), expectedOutcomes());
        kinesis.assertDeadLetters();
    }

    /** All but every fiftieth. */
    private static boolean isKnown(long customerId) {
        return customerId % 50 != 0;
    }

    private Map<String, String> predictions() throws SQLException {
        String features = FeatureSet.REFERENCE.features().stream()
                .map(feature -> feature.column() + "::double precision")
                .collect(Collectors.joining(", "));
        return rows("SELECT " + IDENTITY + ", partition_key || ' ' || shard_id || ' ' || sequence_number, terminal_id,"
                + " tx_time_seconds, tx_time_days, " + features + ", full_name, email_address, phone_number,"
                + " fraud_probability, fraud_prediction, threshold, model_version,"
                + " approximate_arrival_timestamp IS NOT NULL, scored_at IS NOT NULL"
                + " FROM cust_payment_tx_fraud_predictions");
    }

    private Map<String, String> expectedPredictions() {
        Map<String, double[]> expected = story.expectedFeatures();
        Map<String, String> rows = new HashMap<>();
        for (Transaction transaction : story.transactions) {
            String name = PaymentStory.name(transaction);
            double[] features = expected.get(name);
            List<Object> row = new ArrayList<>();
            row.add(kinesis.payments().places().get(name));
            row.addAll(List.of(transaction.terminalId, transaction.timeSeconds, transaction.timeDays));
            Arrays.stream(features).forEach(row::add);
            Customer customer = story.customers.get((int) transaction.customerId);
            row.addAll(
                    isKnown(customer.customerId)
                            ? List.of(customer.fullName, customer.emailAddress, customer.phoneNumber)
                            : Arrays.asList(null, null, null));
            double probability = model.probability(toFloats(features));
            row.addAll(List.of(probability, probability >= model.threshold() ? 1 : 0));
            row.addAll(List.of(model.threshold(), model.version(), true, true));
            rows.put(name, row.toString());
        }
        return rows;
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private Map<String, String> labels() throws SQLException {
        return rows("SELECT " + IDENTITY + " || ' ' || extract(epoch FROM label_datetime)::bigint, terminal_id,"
                + " tx_fraud, label_source FROM cust_payment_tx_labels");
    }

    private Map<String, String> expectedLabels() {
        return story.labels.stream()
                .collect(Collectors.toMap(label -> name(label) + " " + label.labelEpochSecond, label -> List.of(
                                label.terminalId, fraud(label), label.labelSource)
                        .toString()));
    }

    private Map<String, String> outcomes() throws SQLException {
        return rows("SELECT " + IDENTITY + ", tx_fraud, extract(epoch FROM label_datetime)::bigint, label_source"
                + " FROM cust_payment_tx_outcomes");
    }

    /** The story tells labels in their order, so that the last one of a transaction is the one that holds. */
    private Map<String, String> expectedOutcomes() {
        Map<String, String> rows = new HashMap<>();
        story.transactions.forEach(tx ->
                rows.put(PaymentStory.name(tx), Arrays.asList(null, null, null).toString()));
        story.labels.forEach(label -> rows.put(
                name(label),
                List.of(fraud(label), label.labelEpochSecond, label.labelSource).toString()));
        return rows;
    }

    private static String name(FraudLabel label) {
        return label.customerId + " " + label.transactionId + " " + label.txEpochSecond;
    }

    private static int fraud(FraudLabel label) {
        return label.fraud ? 1 : 0;
    }

    /** The answer to a query by its first column; no two rows may have the same. */
    private Map<String, String> rows(String query) throws SQLException {
        Map<String, String> rows = new HashMap<>();
        try (Statement statement = kinesis.warehouse().createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<Object> values = new ArrayList<>();
                for (int column = 2; column <= columns; column++) {
                    values.add(result.getObject(column));
                }
                assertThat(rows.put(result.getString(1), values.toString())).isNull();
            }
        }
        return rows;
    }

    /** Compares many rows and shows only the first few that differ. */
    private static void assertEqual(Map<String, String> actual, Map<String, String> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        List<String> different = expected.keySet().stream()
                .filter(key -> !actual.get(key).equals(expected.get(key)))
                .map(key -> String.format("%n%s is %s%n  expected %s", key, actual.get(key), expected.get(key)))
                .toList();
        assertThat(different.subList(0, Math.min(5, different.size())))
                .as("%d rows differ", different.size())
                .isEmpty();
    }
}
