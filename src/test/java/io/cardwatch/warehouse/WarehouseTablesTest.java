package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL files and the column definitions describe the same tables. */
class WarehouseTablesTest {
    static List<Table<?>> tables() {
        return List.of(
                Tables.predictions(FeatureSet.EXTENDED),
                Tables.LABELS,
                Tables.DEAD_LETTERS,
                Tables.history(FeatureSet.EXTENDED),
                Tables.CUSTOMERS,
                Tables.MINUTES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void theDatabaseHasExactlyTheColumnsTypesAndKeysOfTheDefinition(Table<?> table) throws SQLException {
        String columns = "SELECT column_name || ' ' || CASE data_type"
                + " WHEN 'numeric' THEN 'numeric(' || numeric_precision || ',' || numeric_scale || ')'"
                + " WHEN 'timestamp without time zone' THEN 'timestamp(' || datetime_precision || ') without time zone'"
                + " ELSE data_type END FROM information_schema.columns"
                + " WHERE table_schema = 'public' AND table_name = '" + table.name + "' AND is_identity = 'NO'"
                + " ORDER BY ordinal_position";
        String key = "SELECT column_name FROM information_schema.key_column_usage"
                + " JOIN information_schema.table_constraints USING (constraint_schema, constraint_name, table_name)"
                + " WHERE constraint_type = 'PRIMARY KEY' AND table_name = '" + table.name + "'"
                + " ORDER BY ordinal_position";
        try (Connection connection = Postgres.connect(Postgres.freshDatabase())) {
            assertThat(strings(connection, columns))
                    .isEqualTo(table.columns.stream()
                            .map(column -> column.name + " " + PostgresWriter.sqlType(column.type))
                            .collect(Collectors.toList()));
            assertThat(strings(connection, key))
                    .isEqualTo(table.key.stream().map(column -> column.name).collect(Collectors.toList()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void redshiftsTablesHaveTheSameColumns_andTheOneForTheOrderOfArrival(Table<?> table) throws Exception {
        List<String> names = new ArrayList<>(names(table));
        if (table.arrivalOrder != null) {
            names.add(table.arrivalOrder);
        }
        try (Connection connection = Postgres.connect(Postgres.databaseWithoutKeys())) {
            assertThat(strings(
                            connection,
                            "SELECT column_name FROM information_schema.columns WHERE table_name = '" + table.name
                                    + "' ORDER BY ordinal_position"))
                    .isEqualTo(names);
        }
    }

    /** Redshift and Athena cannot run here, so the names at least are compared. */
    @Test
    void whatReadsTheStreamAndTheArchive_readsTheColumnsOfTheTables() throws Exception {
        List<String> predictions = names(Tables.predictions(FeatureSet.EXTENDED));
        String streamed = Files.readString(Path.of("sql/redshift/streaming/03_predictions_view.sql"));
        assertThat(found("(?m)^    ([a-z_0-9]+),?$", streamed)).isEqualTo(predictions);
        assertThat(found("        payload\\.(\\w+)(?:::[\\w (),]+)? AS \\w+,\n", streamed))
                .isEqualTo(predictions);
        assertThat(found("        payload\\.\\w+(?:::[\\w (),]+)? AS (\\w+),\n", streamed))
                .isEqualTo(predictions);
        assertThat(found("    `(\\w+)` ", Files.readString(Path.of("sql/athena/01_predictions.sql"))))
                .isEqualTo(predictions);
        assertThat(found("    `(\\w+)` ", Files.readString(Path.of("sql/athena/02_dead_letters.sql"))))
                .isEqualTo(names(Tables.DEAD_LETTERS));
    }

    private static List<String> names(Table<?> table) {
        return table.columns.stream().map(column -> column.name).collect(Collectors.toList());
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toList());
    }

    @Test
    void everyFileOfTheRepositoryIsApplied() {
        assertThat(Path.of("sql/postgresql").toFile().list())
                .containsExactlyInAnyOrderElementsOf(SqlScripts.POSTGRESQL);
    }

    @Test
    void predictionsStandInTheOrderOfTheContract() {
        assertThat(Tables.predictions(FeatureSet.REFERENCE).csvHeader())
                .isEqualTo("approximate_arrival_timestamp,partition_key,shard_id,sequence_number,"
                        + "transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_time_seconds,tx_time_days,"
                        + "tx_during_weekend,tx_during_night,"
                        + "customer_id_nb_tx_1day_window,customer_id_avg_amount_1day_window,"
                        + "customer_id_nb_tx_7day_window,customer_id_avg_amount_7day_window,"
                        + "customer_id_nb_tx_30day_window,customer_id_avg_amount_30day_window,"
                        + "terminal_id_nb_tx_1day_window,terminal_id_risk_1day_window,"
                        + "terminal_id_nb_tx_7day_window,terminal_id_risk_7day_window,"
                        + "terminal_id_nb_tx_30day_window,terminal_id_risk_30day_window,"
                        + "full_name,email_address,phone_number,"
                        + "fraud_probability,fraud_prediction,threshold,model_version,scored_at,"
                        + "anomaly_score,action,rules,reasons,control_version");
    }

    @Test
    void applyingTheFilesAgainKeepsTheRows() throws SQLException {
        try (Connection connection = Postgres.connect(Postgres.freshDatabase());
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO customer_info (customer_id, full_name) VALUES (1, 'Ada')");

            SqlScripts.apply(connection);

            assertThat(strings(connection, "SELECT full_name FROM customer_info"))
                    .containsExactly("Ada");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'NaN'", "-0.01", "1000000000000.00"})
    void amountsThatAreNoAmountsAreRefused(String amount) throws SQLException {
        try (Connection connection = Postgres.connect(Postgres.freshDatabase());
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("INSERT INTO cust_payment_tx_history SELECT 1, now(), 1, 1, "
                            + amount + ", 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0"))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isIn("23514", "22003");
        }
    }

    static List<String> strings(Connection connection, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
