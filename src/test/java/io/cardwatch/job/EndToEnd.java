package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.platform.Settings;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Postgres;
import io.cardwatch.warehouse.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The real parts around the job and what must come of them: a Kinesis server into which a {@link PaymentStory} is sent,
 * a PostgreSQL that knows nearly all of its customers, and the oracle's answer to every row.
 *
 * <p>Which of several shards is read first is not fixed. The features are a function of the input all the same, because
 * verdicts are known days before a terminal's windows reach their payments, and no shard runs days ahead of another: in
 * a backlog the job sees to that; told live, a month takes seconds, and a reader that sleeps for one of them would be a
 * week late, so no more than three days are on their way then.
 */
final class EndToEnd implements AutoCloseable {
    private static final String IDENTITY =
            "customer_id || ' ' || transaction_id || ' ' || extract(epoch FROM tx_datetime)::bigint";

    final PaymentStory story;
    private final KinesaliteServer kinesis;
    private final SentRecords payments;
    private final SentRecords verdicts;
    private final Settings settings;
    private final FraudModel model;
    private final Connection warehouse;

    EndToEnd(PaymentStory story) throws SQLException {
        this.story = story;
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        kinesis = KinesaliteServer.start();
        kinesis.createStream("payments", 4);
        kinesis.createStream("verdicts", 2);
        payments = new SentRecords(kinesis.client(), "payments");
        verdicts = new SentRecords(kinesis.client(), "verdicts");
        String database = Postgres.freshDatabase();
        warehouse = Postgres.connect(database);
        loadCustomers();
        settings = Settings.fromArguments(List.of(
                "--source.endpoint-url=" + kinesis.endpoint(),
                "--source.stream=payments",
                "--labels.stream=verdicts",
                "--warehouse.url=" + database,
                "--warehouse.user=" + Postgres.USER));
        model = CardwatchJob.model(settings);
    }

    @Override
    public void close() throws SQLException {
        warehouse.close();
        kinesis.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretKey");
        System.clearProperty("aws.secretAccessKey");
    }

    /** Starts the job as it ships, with two subtasks and frequent checkpoints. */
    JobClient start(Configuration configuration) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        env.enableCheckpointing(500);
        new CardwatchJob(settings).fromKinesis(env);
        return env.executeAsync();
    }

    /** Sends the payments from one index to another, and what has become known by then, to a job that does not run. */
    void sendBacklog(int from, int to) {
        story.send(from, to, payments, verdicts, sent -> {});
    }

    /** The same while the job runs. */
    void sendLive(int from, int to) {
        story.send(from, to, payments, verdicts, sent -> awaitScored(sent - story.transactions.size() / 10));
    }

    private void awaitScored(int count) {
        try {
            while (count("SELECT count(*) FROM cust_payment_tx_fraud_predictions") < count) {
                Thread.sleep(20);
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for every row that what was sent must give, once all of the story is. */
    void awaitAll(JobClient job) throws Exception {
        await(
                job,
                story.transactions.size()
                        + story.labels.size()
                        + expectedDeadLetters().size());
    }

    /** The warehouse holds exactly what the oracle says, each row once. */
    void assertWarehouseIsTheOracles() throws SQLException {
        assertEqual(predictions(), expectedPredictions());
        assertEqual(labels(), expectedLabels());
        assertEqual(outcomes(), expectedOutcomes());
        assertThat(deadLetters()).isEqualTo(expectedDeadLetters());
    }

    /** Waits for so many rows of all kinds: a record that is refused instead of scored is one, too. */
    void await(JobClient job, int rows) throws Exception {
        while (rowCount() < rows) {
            if (job.getJobStatus().get() == JobStatus.FAILED) {
                job.getJobExecutionResult().get();
            }
            Thread.sleep(50);
        }
    }

    /** Rows of all kinds that have been committed. */
    int rowCount() throws SQLException {
        return count(Stream.of(Tables.predictions(FeatureSet.REFERENCE), Tables.LABELS, Tables.DEAD_LETTERS)
                .map(table -> "(SELECT count(*) FROM " + table.name + ")")
                .collect(Collectors.joining(" + ", "SELECT ", "")));
    }

    private int count(String query) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getInt(1);
        }
    }

    /** All customers but every fiftieth. */
    private void loadCustomers() throws SQLException {
        try (PreparedStatement insert = warehouse.prepareStatement(
                "INSERT INTO customer_info (customer_id, full_name, email_address, phone_number) VALUES (?, ?, ?, ?)")) {
            for (Customer customer : story.customers) {
                if (isKnown(customer.customerId)) {
                    insert.setLong(1, customer.customerId);
                    insert.setString(2, customer.fullName);
                    insert.setString(3, customer.emailAddress);
                    insert.setString(4, customer.phoneNumber);
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

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
        var answers = BoundedOracle.run(7 * Events.DAY, 3 * Events.DAY, story.transactions, story.labels);
        Map<String, String> rows = new HashMap<>();
        for (int i = 0; i < story.transactions.size(); i++) {
            Transaction transaction = story.transactions.get(i);
            String name = PaymentStory.name(transaction);
            double[] features = answers.verdicts().get(i).features;
            List<Object> row = new ArrayList<>();
            row.add(payments.places().get(name));
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

    private Set<String> deadLetters() throws SQLException {
        return rows("SELECT stream_name || ' ' || shard_id || ' ' || sequence_number || ' ' || reason || ' ' || sha256"
                        + " || ' ' || raw_base64 FROM cust_payment_tx_dead_letters")
                .keySet();
    }

    private Set<String> expectedDeadLetters() {
        Set<String> all = new HashSet<>(payments.deadLetters());
        all.addAll(verdicts.deadLetters());
        return all;
    }

    /** The answer to a query by its first column; no two rows may have the same. */
    private Map<String, String> rows(String query) throws SQLException {
        Map<String, String> rows = new HashMap<>();
        try (Statement statement = warehouse.createStatement();
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
