package io.cardwatch.warehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.deploy.Monitoring;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudMinute;
import io.cardwatch.testing.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The SQL of the fraud dashboard as Grafana sends it, asked by the user that the README makes, for 2024-03-01 in intervals of five
 * minutes. There are four payments from 12:00 on, of which the first and the last are alerts, and one on the next day.
 */
class FraudDashboardTest {
    private static final String FROM = "'2024-03-01T00:00:00Z'";
    private static final String TO = "'2024-03-01T23:59:59Z'";
    private static final int INTERVAL_SECONDS = 300;
    private static final long DAY = 86_400;
    private static final Pattern FILTER = Pattern.compile("\\$__timeFilter\\((\\w+)\\)");
    private static final Pattern GROUP = Pattern.compile("\\$__timeGroup\\((\\w+), \\$__interval\\)");

    private static String database;

    @BeforeAll
    static void fill() throws Exception {
        database = Postgres.freshDatabase();
        SinkHarness.writeAll(
                database,
                Tables.predictions(FeatureSet.REFERENCE),
                List.of(
                        Rows.scored(1, 1, Rows.NOON, 1000, 0.9),
                        Rows.scored(1, 2, Rows.NOON + 30, 2000, 0.1),
                        Rows.scored(2, 3, Rows.NOON + 60, 4000, 0.1),
                        Rows.scored(2, 4, Rows.NOON + 600, 25, 1),
                        Rows.scored(3, 5, Rows.NOON + DAY, 7000, 0.8)));
        SinkHarness.writeAll(
                database,
                Tables.LABELS,
                List.of(
                        Rows.label(1, 1, Rows.NOON, true, 1),
                        Rows.label(1, 2, Rows.NOON + 30, true, 1),
                        Rows.label(2, 3, Rows.NOON + 60, false, 1)));
        SinkHarness.writeAll(
                database,
                Tables.MINUTES,
                List.of(
                        minute(Rows.NOON, 2, 1, 3000, 1000, 1.0),
                        minute(Rows.NOON + 60, 1, 0, 4000, 0, 0.1),
                        minute(Rows.NOON + 600, 1, 1, 25, 25, 1.0),
                        minute(Rows.NOON + DAY, 1, 1, 7000, 7000, 0.8)));
        SinkHarness.writeAll(
                database,
                Tables.DEAD_LETTERS,
                List.of(DeadLetter.of(
                        DeadLetterReason.EMPTY, "Empty.", Rows.KINESIS, " ".getBytes(UTF_8), Contacts.KEPT)));
        try (Connection connection = Postgres.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(grants());
        }
    }

    private static FraudMinute minute(
            long second, long payments, long alerts, long cents, long alertCents, double probabilities) {
        FraudMinute minute = new FraudMinute();
        minute.second = second;
        minute.payments = payments;
        minute.alerts = alerts;
        minute.cents = cents;
        minute.alertCents = alertCents;
        minute.probabilities = probabilities;
        return minute;
    }

    /** What the README tells the owner of the warehouse to run. */
    private static String grants() throws Exception {
        String readme = Files.readString(Path.of("deploy/monitoring/README.md"));
        return readme.substring(readme.indexOf("```sql\n") + "```sql\n".length())
                .lines()
                .takeWhile(line -> !line.equals("```"))
                .collect(Collectors.joining("\n"));
    }

    static List<String> titles() {
        return List.copyOf(Monitoring.sql().keySet());
    }

    @ParameterizedTest
    @MethodSource("titles")
    void noPanelIsEmpty_andNoneShowsContacts(String title) throws Exception {
        assertThat(rows(title)).isNotEmpty().noneMatch(row -> row.contains("Ada") || row.contains("example.org"));
    }

    @ParameterizedTest
    @CsvSource({
        "Payments, 4",
        "Alerts, 2",
        "Share of alerts, 0.5",
        "Amount of the alerts, 10.25",
        "Payments over time, 12:00|3 12:10|1",
        "Alerts over time, 12:00|1 12:10|1",
        "Share of alerts over time, 12:00|0.3333333333333333 12:10|1",
        "Mean fraud probability, 12:00|0.3666666666666667 12:10|1",
        "Amounts, 12:00|70.00|10.00 12:10|0.25|0.25",
        "Payments by model, 12:00|test-1|3 12:10|test-1|1",
        "Fraud probabilities, 0.1|2 0.9|2",
        "Terminals with most alerts, 5|2|4",
        "Customers with most alerts, 1|1|2 2|1|2",
        "Dead letters by reason, EMPTY|1"
    })
    void panelsShowWhatIsThere(String title, String expected) throws Exception {
        assertThat(String.join(" ", rows(title))).isEqualTo(expected);
    }

    @Test
    void tablesAndTimes() throws Exception {
        assertThat(rows("Latest alerts"))
                .containsExactly(
                        "2024-03-01 12:10:00|4|2|5|0.25|1.000|test-1", "2024-03-01 12:00:00|1|1|5|10.00|0.900|test-1");
        assertThat(rows("Minutes without payments")).containsExactly("2024-03-01 12:00:00|57");
        assertThat(rows("Prediction against truth")).containsExactly("2024-03-01 00:00:00|3|1|0|1|1.000|0.500");
        // Scored 50 ms after the arrival.
        assertThat(rows("From arrival to score")).hasSize(2).allSatisfy(row -> assertThat(row)
                .matches("12:[01]0\\|50\\.0+"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cust_payment_tx_fraud_predictions", "cust_payment_tx_outcomes", "customer_info"})
    void grafanaMayNotReadContacts(String table) throws Exception {
        try (Connection connection = Postgres.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE grafana");
            assertThatThrownBy(() -> statement.execute("SELECT full_name FROM " + table))
                    .hasMessageContaining("permission denied");
        }
    }

    /** What a panel gets; its times as Grafana's are, seconds since 1970, are written as UTC. */
    private static List<String> rows(String title) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = Postgres.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE grafana");
            try (ResultSet rows =
                    statement.executeQuery(expanded(Monitoring.sql().get(title)))) {
                while (rows.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        String value = String.valueOf(rows.getString(i));
                        row.add(
                                rows.getMetaData().getColumnLabel(i).equals("time") && value.matches("[0-9]+")
                                        ? Instant.ofEpochSecond(Long.parseLong(value))
                                                .toString()
                                                .substring(11, 16)
                                        : value);
                    }
                    found.add(String.join("|", row));
                }
            }
        }
        return found;
    }

    /** As Grafana's PostgreSQL source does it. */
    private static String expanded(String sql) {
        String filtered = FILTER.matcher(sql).replaceAll("$1 BETWEEN " + FROM + " AND " + TO);
        String grouped = GROUP.matcher(filtered)
                .replaceAll(Matcher.quoteReplacement("floor(extract(epoch from ") + "$1)/" + INTERVAL_SECONDS + ")*"
                        + INTERVAL_SECONDS);
        assertThat(grouped).doesNotContain("$");
        return grouped;
    }
}
