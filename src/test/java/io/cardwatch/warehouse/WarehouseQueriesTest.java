package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every file of {@code sql/queries}, and the views of both dialects, on six payments whose answers can be worked out by hand: customer
 * 1 at 12:00, 12:30 and on the next day, customer 2 at 13:00 and 13:00:01, customer 3 three days later.
 */
class WarehouseQueriesTest {
    private static final Path QUERIES = Path.of("sql/queries");
    private static final long DAY = 86_400;
    private static final long HOUR = 3_600;

    private static String postgres;
    private static String redshift;

    @BeforeAll
    static void fill() throws Exception {
        postgres = Postgres.freshDatabase();
        fill(new PostgresDialect(), postgres);
        redshift = Postgres.databaseWithoutKeys();
        fill(new RedshiftDialect(), redshift);
    }

    private static void fill(Dialect dialect, String url) throws Exception {
        SinkHarness.writeAll(
                dialect,
                url,
                Tables.predictions(FeatureSet.REFERENCE),
                List.of(
                        Rows.scored(1, 1, Rows.NOON, 1000, 0.9),
                        Rows.scored(1, 2, Rows.NOON + 1800, 2000, 0.1),
                        Rows.scored(1, 3, Rows.NOON + DAY, 4000, 0.1),
                        Rows.scored(2, 4, Rows.NOON + HOUR, 25, 0.5),
                        Rows.scored(2, 5, Rows.NOON + HOUR + 1, 50, 0.2),
                        Rows.scored(3, 6, Rows.NOON + 3 * DAY, 7000, 0.8)));
        // 1 is fraud, 2 a missed one, 3 genuine, 4 called fraud and then taken back, 5 and 6 without a verdict.
        SinkHarness.writeAll(
                dialect,
                url,
                Tables.LABELS,
                List.of(
                        Rows.label(1, 1, Rows.NOON, true, 2),
                        Rows.label(1, 2, Rows.NOON + 1800, false, 2),
                        Rows.label(1, 2, Rows.NOON + 1800, true, 9),
                        Rows.label(1, 3, Rows.NOON + DAY, false, 7),
                        Rows.label(2, 4, Rows.NOON + HOUR, false, 5),
                        Rows.label(2, 4, Rows.NOON + HOUR, true, 4),
                        Rows.label(99, 99, Rows.NOON, true, 1)));
        SinkHarness.writeAll(
                dialect,
                url,
                Tables.history(FeatureSet.REFERENCE),
                List.of(
                        Rows.labelled(1, 1, Rows.NOON - DAY, 100, 0),
                        Rows.labelled(1, 2, Rows.NOON, 100, 1),
                        Rows.labelled(1, 3, Rows.NOON + 1, 100, 0),
                        Rows.labelled(1, 4, Rows.NOON + 2, 100, 0)));
    }

    @Test
    void everyQueryHasAHeaderAndATest() throws Exception {
        try (Stream<Path> files = Files.list(QUERIES)) {
            List<Path> all = files.sorted().collect(Collectors.toList());
            assertThat(all.stream().map(file -> file.getFileName().toString()))
                    .containsExactly(
                            "alerts_with_contacts.sql",
                            "counts_per_day.sql",
                            "counts_per_hour.sql",
                            "customer_features.sql",
                            "latest_rows.sql",
                            "monthly_fraud_trend.sql",
                            "prediction_against_truth.sql",
                            "stream.sql",
                            "terminal_features.sql");
            assertThat(all).allSatisfy(file -> assertThat(file).content().startsWith("-- "));
        }
    }

    @Test
    void latestRows() throws Exception {
        assertThat(run("latest_rows.sql"))
                .hasSize(6)
                .startsWith("2024-03-04 12:00:00|6|3|5|70.00|0.8|1|2024-03-01 12:00:00.3")
                .endsWith("2024-03-01 12:00:00|1|1|5|10.00|0.9|1|2024-03-01 12:00:00.3");
    }

    @Test
    void countsPerHour_ofTheLastTwoDays() throws Exception {
        assertThat(run("counts_per_hour.sql"))
                .containsExactly("2024-03-02 12:00:00|1|40.00|0", "2024-03-04 12:00:00|1|70.00|1");
    }

    @Test
    void countsPerDay() throws Exception {
        assertThat(run("counts_per_day.sql"))
                .containsExactly("2024-03-01|4|30.75|2", "2024-03-02|1|40.00|0", "2024-03-04|1|70.00|1");
    }

    @Test
    void monthlyFraudTrend() throws Exception {
        assertThat(run("monthly_fraud_trend.sql")).containsExactly("202402|0|1|1|0.000", "202403|1|2|3|33.333");
    }

    @Test
    void alertsWithContacts() throws Exception {
        assertThat(run("alerts_with_contacts.sql"))
                .containsExactly(
                        "2024-03-04 12:00:00|0.8|70.00|5|3|Ada Lovelace|ada@example.org|+44 1",
                        "2024-03-01 13:00:00|0.5|0.25|5|2|Ada Lovelace|ada@example.org|+44 1",
                        "2024-03-01 12:00:00|0.9|10.00|5|1|Ada Lovelace|ada@example.org|+44 1");
    }

    @Test
    void predictionAgainstTruth() throws Exception {
        assertThat(run("prediction_against_truth.sql")).containsExactly("test-1|6|4|1|1|1|1|0.5000|0.5000");
    }

    @Test
    void anOutcomeIsThePredictionWithTheLatestVerdict() throws Exception {
        assertThat(query("SELECT transaction_id, fraud_prediction, tx_fraud, label_datetime, label_source"
                        + " FROM cust_payment_tx_outcomes ORDER BY 1"))
                .containsExactly(
                        "1|1|1|2024-03-03 12:00:00|analyst",
                        "2|0|1|2024-03-10 12:30:00|analyst",
                        "3|0|0|2024-03-09 12:00:00|analyst",
                        "4|1|0|2024-03-06 13:00:00|analyst",
                        "5|0|null|null|null",
                        "6|1|null|null|null");
    }

    @Test
    void transformationsAreTheFeaturesOfTheLatestTransaction() throws Exception {
        assertThat(query("SELECT * FROM customer_transformations ORDER BY 1"))
                .containsExactly(
                        "1|1|40|2|40|3|40|2024-03-02 12:00:00",
                        "2|1|0.5|2|0.5|3|0.5|2024-03-01 13:00:01",
                        "3|1|70|2|70|3|70|2024-03-04 12:00:00");
        assertThat(query("SELECT * FROM terminal_transformations"))
                .containsExactly("5|4|0.25|5|0.2|6|0.3333333333333333|2024-03-04 12:00:00");
    }

    @Test
    void theFirstCustomersAndTerminals() throws Exception {
        assertThat(run("customer_features.sql")).hasSize(3).startsWith("1|1|40|2|40|3|40|2024-03-02 12:00:00");
        assertThat(run("terminal_features.sql"))
                .containsExactly("5|4|0.25|5|0.2|6|0.3333333333333333|2024-03-04 12:00:00");
    }

    @Test
    void theLatestOfTheStream() throws Exception {
        assertThat(run("stream.sql"))
                .hasSize(6)
                .startsWith(
                        "2024-03-01 12:00:00.25|7|shardId-000000000000|495900|6|2024-03-04 12:00:00|3|5|70.00|43200|0");
    }

    @Test
    void theStreamIsTheRawPart() throws Exception {
        assertThat(query("SELECT * FROM cust_payment_tx_stream WHERE transaction_id = 6"))
                .containsExactly("2024-03-01 12:00:00.25|7|shardId-000000000000|495900|6|2024-03-04 12:00:00|3|5|70.00"
                        + "|43200|0");
    }

    private static List<String> run(String file) throws Exception {
        return query(Files.readString(QUERIES.resolve(file)));
    }

    /** What the query finds, in the tables of either dialect. */
    private static List<String> query(String sql) throws SQLException {
        List<String> found = query(postgres, sql);
        assertThat(query(redshift, sql)).as("with Redshift's tables").isEqualTo(found);
        return found;
    }

    private static List<String> query(String url, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                found.add(String.join("|", row));
            }
        }
        return found;
    }
}
