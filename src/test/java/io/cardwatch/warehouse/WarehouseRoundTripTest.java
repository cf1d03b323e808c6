package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.Postgres;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What is written, into the warehouse or a CSV file, is what was there. */
class WarehouseRoundTripTest {
    /** 2099-12-31 23:59:59 UTC. */
    private static final long LAST_SECOND = 4_102_444_799L;
    /** 2000-01-01 00:00:00 UTC. */
    private static final long FIRST_SECOND = 946_684_800L;

    private final TimeZone zone = TimeZone.getDefault();
    private String url;

    /** A zone whose clocks change: local time must not leak into any column. */
    @BeforeEach
    void freshDatabaseSeenFromAnotherTimeZone() throws SQLException {
        url = Postgres.freshDatabase();
        TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
    }

    @AfterEach
    void restoreTimeZone() {
        TimeZone.setDefault(zone);
    }

    @Test
    void extremesOfAPredictionComeBackAsTheyWere() throws Exception {
        ScoredTransaction first = extreme(Long.MAX_VALUE, LAST_SECOND, 99_999_999_999_999L, Double.MIN_VALUE);
        ScoredTransaction second = extreme(0, FIRST_SECOND, 0, Math.nextDown(1.0));

        SinkHarness.writeAll(url, Tables.predictions(FeatureSet.REFERENCE), List.of(second, first));

        assertThat(rows("SELECT transaction_id, tx_datetime::text, customer_id, terminal_id, tx_amount::text,"
                        + " tx_time_seconds, tx_time_days, approximate_arrival_timestamp::text, partition_key,"
                        + " customer_id_avg_amount_30day_window, terminal_id_risk_30day_window, fraud_probability,"
                        + " full_name, email_address, scored_at::text"
                        + " FROM cust_payment_tx_fraud_predictions ORDER BY 1"))
                .containsExactly(
                        List.of(
                                0L,
                                "2000-01-01 00:00:00",
                                0L,
                                Long.MAX_VALUE,
                                "0.00",
                                Long.MAX_VALUE,
                                -1L,
                                "1969-12-31 23:59:59.999",
                                "ключ",
                                1.0E300,
                                1 / 3.0,
                                Math.nextDown(1.0),
                                "Zoë \"Q\", {x} \\ 'y'\n\uFFFD𝄞",
                                "",
                                "2099-12-31 23:59:59.999"),
                        List.of(
                                Long.MAX_VALUE,
                                "2099-12-31 23:59:59",
                                Long.MAX_VALUE,
                                Long.MAX_VALUE,
                                "999999999999.99",
                                Long.MAX_VALUE,
                                -1L,
                                "1969-12-31 23:59:59.999",
                                "ключ",
                                1.0E300,
                                1 / 3.0,
                                Double.MIN_VALUE,
                                "Zoë \"Q\", {x} \\ 'y'\n\uFFFD𝄞",
                                "",
                                "2099-12-31 23:59:59.999"));
    }

    @Test
    void whatIsNotKnownIsNull() throws Exception {
        SinkHarness.writeAll(url, Tables.predictions(FeatureSet.REFERENCE), List.of(bounded()));

        assertThat(WarehouseTablesTest.strings(
                        Postgres.connect(url),
                        "SELECT key FROM cust_payment_tx_fraud_predictions AS p, jsonb_each(to_jsonb(p))"
                                + " WHERE value = 'null' ORDER BY key"))
                .filteredOn(column -> !beyondReference().contains(column))
                .containsExactly(
                        "action",
                        "anomaly_score",
                        "approximate_arrival_timestamp",
                        "control_version",
                        "email_address",
                        "full_name",
                        "partition_key",
                        "phone_number",
                        "reasons",
                        "rules",
                        "scored_at",
                        "sequence_number",
                        "shard_id",
                        "tx_time_days",
                        "tx_time_seconds");
    }

    @Test
    void extendedFeaturesComeBackAsTheyWere_andAreNullInRowsOfTheReference() throws Exception {
        double[] features = new double[FeatureSet.EXTENDED.size()];
        for (int i = FeatureSet.REFERENCE.size(); i < features.length; i++) {
            features[i] = FeatureSet.EXTENDED.features().get(i).isWhole() ? i : i + 1 / 3.0;
        }
        ScoredTransaction reference = Rows.scored(7, 1, FIRST_SECOND, 1234, 0.25);
        SinkHarness.writeAll(url, Tables.predictions(FeatureSet.REFERENCE), List.of(reference));
        SinkHarness.writeAll(
                url,
                Tables.predictions(FeatureSet.EXTENDED),
                List.of(new ScoredTransaction(
                        Rows.transaction(7, 2, FIRST_SECOND, 1234),
                        features,
                        new Decision(0.5, 0.5, "v"),
                        0,
                        null,
                        null,
                        null)));

        List<Object> expected = new ArrayList<>();
        for (Feature feature : FeatureSet.EXTENDED.features().subList(FeatureSet.REFERENCE.size(), features.length)) {
            double value = features[feature.index()];
            expected.add(feature.isWhole() ? (Object) (int) value : (Object) value);
        }
        assertThat(rows("SELECT " + String.join(", ", beyondReference())
                        + " FROM cust_payment_tx_fraud_predictions ORDER BY transaction_id"))
                .containsExactly(Collections.nCopies(expected.size(), null), expected);
    }

    private static List<String> beyondReference() {
        return FeatureSet.EXTENDED.features().subList(FeatureSet.REFERENCE.size(), FeatureSet.EXTENDED.size()).stream()
                .map(Feature::column)
                .toList();
    }

    @Test
    void labelsDeadLettersAndCustomersComeBackAsTheyWere() throws Exception {
        byte[] bytes = {0, (byte) 0xff, 'x'};
        RecordOrigin line = new RecordOrigin("in.csv", "", "", "17", RecordOrigin.NO_ARRIVAL);
        SinkHarness.writeAll(
                url,
                Tables.DEAD_LETTERS,
                List.of(DeadLetter.of(DeadLetterReason.NOT_UTF8, "not UTF-8", line, bytes, Contacts.KEPT)));
        SinkHarness.writeAll(
                url,
                Tables.LABELS,
                List.of(new FraudLabel(1, FIRST_SECOND, 2, 3, true, LAST_SECOND, "", line, new byte[0])));
        SinkHarness.writeAll(url, Tables.CUSTOMERS, List.of(new Customer(9, null, "a@b", "A", "", "Bonn", "NW")));

        assertThat(rows("SELECT stream_name, shard_id, sequence_number, reason, sha256, message, raw_base64"
                        + " FROM cust_payment_tx_dead_letters WHERE approximate_arrival_timestamp IS NULL"))
                .containsExactly(List.of(
                        "in.csv",
                        "",
                        "17",
                        "NOT_UTF8",
                        DeadLetter.sha256(bytes),
                        "not UTF-8",
                        Base64.getEncoder().encodeToString(bytes)));
        assertThat(rows("SELECT transaction_id, customer_id, terminal_id, tx_fraud, label_datetime::text"
                        + " FROM cust_payment_tx_labels WHERE label_source IS NULL"))
                .containsExactly(List.of(1L, 2L, 3L, 1, "2099-12-31 23:59:59"));
        assertThat(rows("SELECT customer_id, email_address, full_name, phone_number, city, state"
                        + " FROM customer_info WHERE job_title IS NULL"))
                .containsExactly(List.of(9L, "a@b", "A", "", "Bonn", "NW"));
    }

    @Test
    void aCsvFileLoadedByPostgresIsTheTable() throws Exception {
        List<ScoredTransaction> predictions = List.of(
                extreme(1, LAST_SECOND, 99_999_999_999_999L, 0.1 + 0.2), bounded(), Rows.scored(2, 3, 4, 5, 0.5));
        Table<ScoredTransaction> csv = Tables.predictions(FeatureSet.REFERENCE);
        StringBuilder file = new StringBuilder(csv.csvHeader()).append('\n');
        predictions.forEach(
                row -> file.append(csv.csvLine(row).replace('\0', '\uFFFD')).append('\n'));
        SinkHarness.writeAll(url, Tables.predictions(FeatureSet.REFERENCE), predictions);

        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE loaded (LIKE cust_payment_tx_fraud_predictions)");
            long loaded = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY loaded (" + csv.csvHeader() + ") FROM STDIN (FORMAT csv, HEADER match)",
                            new StringReader(file.toString()));
            assertThat(loaded).isEqualTo(3);
        }
        assertThat(rows("(TABLE loaded EXCEPT TABLE cust_payment_tx_fraud_predictions)"
                        + " UNION ALL (TABLE cust_payment_tx_fraud_predictions EXCEPT TABLE loaded)"))
                .isEmpty();
    }

    @Test
    void theLineOfAPredictionIsTheSameEverywhere() {
        assertThat(Tables.predictions(FeatureSet.REFERENCE).csvLine(Rows.scored(7, 9, Rows.NOON, 1234, 0.25)))
                .isEqualTo("2024-03-01 12:00:00.250,7,shardId-000000000000,495900,9,2024-03-01 12:00:00,7,5,12.34,"
                        + "43200,0,0,1,1,12.34,2,12.34,3,12.34,4,0.25,5,0.2,6,0.3333333333333333,"
                        + "Ada Lovelace,ada@example.org,+44 1,0.25,0,0.5,test-1,2024-03-01 12:00:00.300,,,,,");
    }

    private static ScoredTransaction extreme(long id, long epochSecond, long cents, double probability) {
        RecordOrigin origin = new RecordOrigin("s", "ключ", "shardId-000000000001", "9".repeat(56), -1);
        double[] features = Rows.features(cents);
        features[8] = 1.0E300;
        Transaction transaction = new Transaction(
                id, epochSecond, id, Long.MAX_VALUE, cents, Long.MAX_VALUE, -1, 0, 0, origin, new byte[0]);
        return new ScoredTransaction(
                transaction,
                features,
                new Decision(probability, 0.5, "v"),
                LAST_SECOND * 1000 + 999,
                "Zoë \"Q\", {x} \\ 'y'\n\0𝄞",
                "",
                null);
    }

    /** As a bounded run scores it, with contacts switched off. */
    private static ScoredTransaction bounded() {
        RecordOrigin line = new RecordOrigin("in.csv", "", "", "2", RecordOrigin.NO_ARRIVAL);
        long absent = Transaction.ABSENT;
        return new ScoredTransaction(
                new Transaction(5, FIRST_SECOND, 6, 7, 8, absent, absent, absent, absent, line, new byte[0]),
                Rows.features(8),
                new Decision(0.5, 0.5, "v"),
                ScoredTransaction.NOT_TIMED,
                null,
                null,
                null);
    }

    private List<List<Object>> rows(String query) throws SQLException {
        List<List<Object>> found = new ArrayList<>();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getObject(i));
                }
                found.add(row);
            }
        }
        return found;
    }
}
