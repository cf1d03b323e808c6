package io.cardwatch.cli;

import it.unimi.dsi.fastutil.longs.LongSet;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Locale;

/** What the demo shows at its end: the highest alerts, and how good they are. */
final class DemoReport {
    private static final int SHOWN_ALERTS = 10;
    private static final int LAST_DAYS = 7;

    private final PrintWriter console;
    private final Connection database;
    private final LongSet frauds;

    /** @param frauds ids of the transactions that the simulator made frauds */
    DemoReport(PrintWriter console, Connection database, LongSet frauds) {
        this.console = console;
        this.database = database;
        this.frauds = frauds;
    }

    void print(LocalDate today) throws SQLException {
        printAlerts();
        printFigures(today.minusDays(LAST_DAYS - 1L));
    }

    private void printAlerts() throws SQLException {
        console.printf(Locale.ROOT, "%nThe %d highest alerts:%n", SHOWN_ALERTS);
        console.printf(
                Locale.ROOT,
                "  %-19s  %8s  %10s  %-22s %s%n",
                "time (UTC)",
                "terminal",
                "amount",
                "customer",
                "probability");
        try (Statement statement = database.createStatement();
                ResultSet alert = statement.executeQuery("SELECT to_char(tx_datetime, 'YYYY-MM-DD HH24:MI:SS'),"
                        + " terminal_id, tx_amount, coalesce(full_name, '-'), fraud_probability FROM cust_payment_tx_fraud_predictions"
                        + " WHERE fraud_prediction = 1 ORDER BY fraud_probability DESC, tx_datetime DESC LIMIT "
                        + SHOWN_ALERTS)) {
            while (alert.next()) {
                console.printf(
                        Locale.ROOT,
                        "  %-19s  %8d  %,10.2f  %-22s %.4f%n",
                        alert.getString(1),
                        alert.getLong(2),
                        alert.getBigDecimal(3),
                        alert.getString(4),
                        alert.getDouble(5));
            }
        }
    }

    /** The first weeks are left out: no verdict is known yet and the windows of terminals are still filling. */
    private void printFigures(LocalDate from) throws SQLException {
        long planted = 0;
        long alerts = 0;
        long caught = 0;
        try (PreparedStatement statement = database.prepareStatement(
                "SELECT transaction_id, fraud_prediction FROM cust_payment_tx_fraud_predictions"
                        + " WHERE tx_datetime >= ?")) {
            statement.setObject(1, from.atStartOfDay());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    boolean fraud = frauds.contains(row.getLong(1));
                    boolean alert = row.getInt(2) == 1;
                    planted += fraud ? 1 : 0;
                    alerts += alert ? 1 : 0;
                    caught += fraud && alert ? 1 : 0;
                }
            }
        }
        console.printf(
                Locale.ROOT,
                "%nOf the %,d frauds planted since %s, %,d were caught (%.0f %%) by %,d alerts (precision %.0f %%).%n%n",
                planted,
                from,
                caught,
                percent(caught, planted),
                alerts,
                percent(caught, alerts));
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }
}
