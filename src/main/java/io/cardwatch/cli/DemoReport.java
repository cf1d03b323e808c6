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

/** What the demo prints from the warehouse: a live line, then the highest alerts and how good they are. */
final class DemoReport {
    private static final int SHOWN_ALERTS = 10;
    private static final int LAST_DAYS = 7;
    private static final double NANOS = 1e9;
    private static final String PROGRESS = "SELECT count(*), count(*) FILTER (WHERE fraud_prediction = 1),"
            + " coalesce(max(tx_datetime)::date::text, ''), (SELECT count(*) FROM cust_payment_tx_dead_letters)"
            + " FROM cust_payment_tx_fraud_predictions";

    private final PrintWriter console;
    private final Connection database;
    private final long expected;
    private final LongSet frauds;
    private final long started;
    private final boolean terminal = ProgressLine.onTerminal();

    private long firstRow;
    private boolean alerted;

    /**
     * A report on a run of the demo.
     *
     * @param expected how many transactions the simulator made
     * @param frauds ids of those that are frauds
     * @param started {@link System#nanoTime()} when the demo began
     */
    DemoReport(PrintWriter console, Connection database, long expected, LongSet frauds, long started) {
        this.console = console;
        this.database = database;
        this.expected = expected;
        this.frauds = frauds;
        this.started = started;
    }

    /** Shows how far it is; true when all transactions are written. */
    boolean poll() throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet result = statement.executeQuery(PROGRESS)) {
            result.next();
            long written = result.getLong(1);
            long alerts = result.getLong(2);
            long now = System.nanoTime();
            if (written > 0 && firstRow == 0) {
                firstRow = now;
            }
            if (alerts > 0 && !alerted) {
                alerted = true;
                say(true, "First alert in the warehouse after %.1f s", (now - started) / NANOS);
            }
            if (written + result.getLong(4) >= expected) {
                say(
                        true,
                        "%,d transactions scored and written in %.1f s (%.1f s from the start)",
                        written,
                        (now - firstRow) / NANOS,
                        (now - started) / NANOS);
                return true;
            }
            if (written > 0 && terminal) {
                say(
                        false,
                        "%s  %,d of %,d (%d %%)  %,d alerts",
                        result.getString(3),
                        written,
                        expected,
                        100 * written / expected,
                        alerts);
            }
            return false;
        }
    }

    /** Prints a line that stays, or one that the next line replaces. */
    private void say(boolean stays, String format, Object... values) {
        console.print(terminal ? "\r\u001b[K" : "");
        console.printf(Locale.ROOT, format, values);
        console.print(stays ? System.lineSeparator() : "");
        console.flush();
    }

    /** Shows the alerts, and the figures of the last days up to {@code today}. */
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

    /** Covers only the last days: before them no verdict is known, and the windows of terminals are still filling. */
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
