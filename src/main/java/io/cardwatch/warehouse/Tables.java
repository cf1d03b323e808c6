package io.cardwatch.warehouse;

import static io.cardwatch.warehouse.ColumnType.BIGINT;
import static io.cardwatch.warehouse.ColumnType.DOUBLE;
import static io.cardwatch.warehouse.ColumnType.INTEGER;
import static io.cardwatch.warehouse.ColumnType.JSON;
import static io.cardwatch.warehouse.ColumnType.MILLISECOND;
import static io.cardwatch.warehouse.ColumnType.MONEY;
import static io.cardwatch.warehouse.ColumnType.SECOND;
import static io.cardwatch.warehouse.ColumnType.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.Alert;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.FraudMinute;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.domain.Transaction;
import io.cardwatch.warehouse.Table.SecondRow;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The tables of the warehouse. Their names and order follow the public Redshift walk-through; {@code sql/postgresql}
 * creates exactly these columns. The feature TX_AMOUNT has no column of its own: it is the raw column {@code tx_amount}.
 */
public final class Tables {
    private static final String[] IDENTITY = {"customer_id", "transaction_id", "tx_datetime"};

    /** One row per label. Labels with the same time keep their order of arrival, since the later one counts. */
    public static final Table<FraudLabel> LABELS = labels();

    /** One row per record that could not be used, each up to 88 kB. */
    public static final Table<DeadLetter> DEAD_LETTERS = deadLetters();

    /** One row per customer; loading a customer again replaces the row. */
    public static final Table<Customer> CUSTOMERS = customers();

    /** One row per minute of event time in which payments were scored; a later row of a minute replaces the earlier one. */
    public static final Table<FraudMinute> MINUTES = minutes();

    /** One row per payment and challenger; the first stays. */
    public static final Table<ShadowScore> SHADOW_SCORES = shadowScores();

    /** The columns of predictions that hold a customer's contact details. */
    private static final Set<String> CONTACTS = Set.of("full_name", "email_address", "phone_number");

    private Tables() {}

    /**
     * One row per scored transaction; the first decision stays. Features beyond the reference set follow the columns that
     * every row has, and the optional columns of a decision come last.
     */
    public static Table<ScoredTransaction> predictions(FeatureSet set) {
        List<Column<ScoredTransaction>> columns = new ArrayList<>();
        columns.add(new Column<>("approximate_arrival_timestamp", MILLISECOND, row -> arrival(row.transaction.origin)));
        columns.add(new Column<>("partition_key", TEXT, row -> emptyToNull(row.transaction.origin.partitionKey())));
        columns.add(new Column<>("shard_id", TEXT, row -> emptyToNull(row.transaction.origin.shardId())));
        columns.add(new Column<>("sequence_number", TEXT, row -> kinesisSequence(row.transaction.origin)));
        addRaw(columns, row -> row.transaction);
        addFeatures(columns, FeatureSet.REFERENCE.features(), row -> row.features);
        columns.add(new Column<>("full_name", TEXT, row -> row.fullName));
        columns.add(new Column<>("email_address", TEXT, row -> row.emailAddress));
        columns.add(new Column<>("phone_number", TEXT, row -> row.phoneNumber));
        columns.add(new Column<>("fraud_probability", DOUBLE, row -> row.decision.probability));
        columns.add(new Column<>("fraud_prediction", INTEGER, row -> row.decision.prediction()));
        columns.add(new Column<>("threshold", DOUBLE, row -> row.decision.threshold));
        columns.add(new Column<>("model_version", TEXT, row -> row.decision.modelVersion));
        columns.add(
                new Column<>("scored_at", MILLISECOND, row -> unless(ScoredTransaction.NOT_TIMED, row.scoredAtMillis)));
        addFeatures(columns, beyondReference(set), row -> row.features);
        for (DecisionColumn column : DecisionColumn.values()) {
            ColumnType text = column.isJson() ? JSON : TEXT;
            ColumnType type = column.type == Double.class ? DOUBLE : text;
            columns.add(new Column<>(column.column(), type, row -> row.decision.get(column)));
        }
        return Table.of("cust_payment_tx_fraud_predictions", SecondRow.IGNORED, columns, IDENTITY)
                .arrivingAt(row -> row.transaction.origin.arrivalMillis);
    }

    /** The same table, where contacts are left out without their columns. */
    public static Table<ScoredTransaction> predictions(FeatureSet set, Contacts contacts) {
        Table<ScoredTransaction> all = predictions(set);
        return contacts == Contacts.KEPT ? all : all.without(CONTACTS);
    }

    private static Table<FraudLabel> labels() {
        List<Column<FraudLabel>> columns = List.of(
                new Column<>("transaction_id", BIGINT, row -> row.transactionId),
                new Column<>("tx_datetime", SECOND, row -> row.txEpochSecond),
                new Column<>("customer_id", BIGINT, row -> row.customerId),
                new Column<>("terminal_id", BIGINT, row -> row.terminalId),
                new Column<>("tx_fraud", INTEGER, row -> row.fraud ? 1 : 0),
                new Column<>("label_datetime", SECOND, row -> row.labelEpochSecond),
                new Column<>("label_source", TEXT, row -> emptyToNull(row.labelSource)));
        return Table.of(
                        "cust_payment_tx_labels",
                        SecondRow.IGNORED,
                        columns,
                        "customer_id",
                        "transaction_id",
                        "tx_datetime",
                        "label_datetime",
                        "tx_fraud")
                .inOrderOfArrival(4, "ingest_order");
    }

    private static Table<DeadLetter> deadLetters() {
        List<Column<DeadLetter>> columns = List.of(
                new Column<>("stream_name", TEXT, row -> row.origin.stream()),
                new Column<>("shard_id", TEXT, row -> row.origin.shardId()),
                new Column<>("sequence_number", TEXT, row -> row.origin.sequenceNumber()),
                new Column<>("reason", TEXT, row -> row.reason.name()),
                new Column<>("sha256", TEXT, row -> row.sha256),
                new Column<>("message", TEXT, row -> row.message),
                new Column<>("raw_base64", TEXT, row -> Base64.getEncoder().encodeToString(row.raw)),
                new Column<>("approximate_arrival_timestamp", MILLISECOND, row -> arrival(row.origin)));
        return Table.of(
                "cust_payment_tx_dead_letters",
                SecondRow.IGNORED,
                columns,
                "stream_name",
                "shard_id",
                "sequence_number",
                "reason",
                "sha256");
    }

    /** The labelled past; a second backfill replaces its rows. */
    public static Table<FeaturedTransaction> history(FeatureSet set) {
        List<Column<FeaturedTransaction>> columns = new ArrayList<>();
        addRaw(columns, row -> row.transaction);
        columns.add(new Column<>("tx_fraud", BIGINT, row -> unless(Transaction.ABSENT, row.transaction.fraud)));
        columns.add(new Column<>(
                "tx_fraud_scenario", BIGINT, row -> unless(Transaction.ABSENT, row.transaction.fraudScenario)));
        addFeatures(columns, set.features(), row -> row.features);
        return Table.of("cust_payment_tx_history", SecondRow.REPLACES, columns, IDENTITY);
    }

    private static Table<Customer> customers() {
        List<Column<Customer>> columns = List.of(
                new Column<>("customer_id", BIGINT, row -> row.customerId),
                new Column<>("job_title", TEXT, row -> row.jobTitle),
                new Column<>("email_address", TEXT, row -> row.emailAddress),
                new Column<>("full_name", TEXT, row -> row.fullName),
                new Column<>("phone_number", TEXT, row -> row.phoneNumber),
                new Column<>("city", TEXT, row -> row.city),
                new Column<>("state", TEXT, row -> row.state));
        return Table.of("customer_info", SecondRow.REPLACES, columns, "customer_id");
    }

    private static Table<FraudMinute> minutes() {
        List<Column<FraudMinute>> columns = List.of(
                new Column<>("tx_minute", SECOND, row -> row.second),
                new Column<>("payments", BIGINT, row -> row.payments),
                new Column<>("alerts", BIGINT, row -> row.alerts),
                new Column<>("tx_amount", MONEY, row -> row.cents),
                new Column<>("alert_amount", MONEY, row -> row.alertCents),
                new Column<>("mean_fraud_probability", DOUBLE, row -> row.probabilities / row.payments));
        return Table.of("fraud_by_minute", SecondRow.REPLACES, columns, "tx_minute");
    }

    private static Table<ShadowScore> shadowScores() {
        List<Column<ShadowScore>> columns = List.of(
                new Column<>("transaction_id", BIGINT, row -> row.transactionId),
                new Column<>("tx_datetime", SECOND, row -> row.epochSecond),
                new Column<>("customer_id", BIGINT, row -> row.customerId),
                new Column<>("slot", TEXT, row -> row.slot),
                new Column<>("model_version", TEXT, row -> row.modelVersion),
                new Column<>("fraud_probability", DOUBLE, row -> row.probability),
                new Column<>("fraud_prediction", INTEGER, row -> row.prediction));
        return Table.of(
                "cust_payment_tx_shadow_scores",
                SecondRow.IGNORED,
                columns,
                "customer_id",
                "transaction_id",
                "tx_datetime",
                "slot");
    }

    /**
     * The outbox of alerts, one row per alert; the first stays. Columns about sending have defaults.
     *
     * @param contacts whether the alerts hold the customer's contact details
     */
    public static Table<Alert> alerts(FeatureSet set, Contacts contacts) {
        Table<Alert> sent = sentAlerts(set, contacts);
        List<Column<Alert>> columns = List.of(
                new Column<>("alert_id", TEXT, Alert::id),
                new Column<>("transaction_id", BIGINT, alert -> alert.row.transaction.transactionId),
                new Column<>("tx_datetime", SECOND, alert -> alert.row.transaction.epochSecond),
                new Column<>("customer_id", BIGINT, alert -> alert.row.transaction.customerId),
                new Column<>("action", TEXT, alert -> alert.row.decision.get(DecisionColumn.ACTION)),
                new Column<>("fraud_probability", DOUBLE, alert -> alert.row.decision.probability),
                new Column<>(
                        "decided_at",
                        MILLISECOND,
                        alert -> unless(ScoredTransaction.NOT_TIMED, alert.row.scoredAtMillis)),
                new Column<>("held", INTEGER, alert -> alert.held ? 1 : 0),
                new Column<>("target", TEXT, alert -> alert.target),
                new Column<>("alert", JSON, alert -> new String(sent.json(alert), UTF_8)));
        return Table.of("cust_payment_tx_alerts", SecondRow.IGNORED, columns, "alert_id");
    }

    /** What is sent: the alert's id, and the row of the predictions. */
    private static Table<Alert> sentAlerts(FeatureSet set, Contacts contacts) {
        List<Column<Alert>> columns = new ArrayList<>();
        columns.add(new Column<>("alert_id", TEXT, Alert::id));
        for (Column<ScoredTransaction> column : predictions(set, contacts).columns) {
            columns.add(new Column<>(column.name, column.type, alert -> column.of(alert.row)));
        }
        return Table.of("alert", SecondRow.IGNORED, columns, "alert_id");
    }

    private static <T> void addRaw(List<Column<T>> columns, SerializableFunction<T, Transaction> transaction) {
        columns.add(new Column<>("transaction_id", BIGINT, row -> transaction.apply(row).transactionId));
        columns.add(new Column<>("tx_datetime", SECOND, row -> transaction.apply(row).epochSecond));
        columns.add(new Column<>("customer_id", BIGINT, row -> transaction.apply(row).customerId));
        columns.add(new Column<>("terminal_id", BIGINT, row -> transaction.apply(row).terminalId));
        columns.add(new Column<>("tx_amount", MONEY, row -> transaction.apply(row).amountCents));
        columns.add(new Column<>(
                "tx_time_seconds", BIGINT, row -> unless(Transaction.ABSENT, transaction.apply(row).timeSeconds)));
        columns.add(new Column<>(
                "tx_time_days", BIGINT, row -> unless(Transaction.ABSENT, transaction.apply(row).timeDays)));
    }

    private static List<Feature> beyondReference(FeatureSet set) {
        return set.features().subList(FeatureSet.REFERENCE.size(), set.size());
    }

    private static <T> void addFeatures(
            List<Column<T>> columns, List<Feature> features, SerializableFunction<T, double[]> values) {
        for (Feature feature : features) {
            int index = feature.index();
            if (feature == Feature.TX_AMOUNT) {
                continue;
            }
            columns.add(
                    feature.isWhole()
                            ? new Column<>(feature.column(), INTEGER, row -> (int) values.apply(row)[index])
                            : new Column<>(feature.column(), DOUBLE, row -> values.apply(row)[index]));
        }
    }

    private static Long arrival(RecordOrigin origin) {
        return unless(RecordOrigin.NO_ARRIVAL, origin.arrivalMillis);
    }

    /** The sequence number of a Kinesis record. Null for a file's record: its line number means nothing without the file. */
    private static String kinesisSequence(RecordOrigin origin) {
        return origin.shardId().isEmpty() ? null : origin.sequenceNumber();
    }

    private static Long unless(long absent, long value) {
        return value == absent ? null : Long.valueOf(value);
    }

    private static String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
