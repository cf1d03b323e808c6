package io.cardwatch.warehouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;

/** The SQL files of the class path's {@code sql} directory, the same as in the repository. */
public final class SqlScripts {
    /** All files of {@code sql/postgresql} in their order. A jar does not list its directories. */
    static final List<String> POSTGRESQL = List.of(
            "01_customer_info.sql",
            "02_cust_payment_tx_history.sql",
            "03_cust_payment_tx_fraud_predictions.sql",
            "04_cust_payment_tx_labels.sql",
            "05_cust_payment_tx_dead_letters.sql",
            "06_views.sql",
            "07_fraud_by_minute.sql",
            "08_cust_payment_tx_shadow_scores.sql",
            "09_control.sql",
            "10_scorecard.sql",
            "11_alerts.sql");

    private SqlScripts() {}

    /** Creates the tables and views that the PostgreSQL database lacks. Existing objects and rows stay as they are. */
    public static void apply(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String script : POSTGRESQL) {
                statement.execute(read("/sql/postgresql/" + script));
            }
        }
    }

    private static String read(String path) {
        try (InputStream script = Objects.requireNonNull(SqlScripts.class.getResourceAsStream(path), path)) {
            return new String(script.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
