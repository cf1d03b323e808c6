package io.cardwatch.cli;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** The demo's live line, from what has reached the warehouse. */
final class DemoProgress {
    private static final double NANOS = 1e9;
    private static final String QUERY = "SELECT count(*), count(*) FILTER (WHERE fraud_prediction = 1),"
            + " coalesce(max(tx_datetime)::date::text, ''), (SELECT count(*) FROM cust_payment_tx_dead_letters)"
            + " FROM cust_payment_tx_fraud_predictions";

    private final PrintWriter console;
    private final Connection database;
    private final long expected;
    private final long started;

    private final boolean terminal = ProgressLine.onTerminal();

    private long firstRow;
    private boolean alerted;

    /** @param started {@link System#nanoTime()} when the demo began */
    DemoProgress(PrintWriter console, Connection database, long expected, long started) {
        this.console = console;
        this.database = database;
        this.expected = expected;
        this.started = started;
    }

    /** Shows how far it is; true when all transactions are written. */
    boolean poll() throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet result = statement.executeQuery(QUERY)) {
            result.next();
            long written = result.getLong(1);
            long alerts = result.getLong(2);
            long now = System.nanoTime();
            if (written > 0 && firstRow == 0) {
                firstRow = now;
            }
            if (alerts > 0 && !alerted) {
                alerted = true;
                say(
                        String.format(
                                Locale.ROOT, "First alert in the warehouse after %.1f s", (now - started) / NANOS),
                        true);
            }
            if (written + result.getLong(4) >= expected) {
                say(
                        String.format(
                                Locale.ROOT,
                                "%,d transactions scored and written in %.1f s (%.1f s from the start)",
                                written,
                                (now - firstRow) / NANOS,
                                (now - started) / NANOS),
                        true);
                return true;
            }
            if (written > 0 && terminal) {
                say(
                        String.format(
                                Locale.ROOT,
                                "%s  %,d of %,d (%d %%)  %,d alerts",
                                result.getString(3),
                                written,
                                expected,
                                100 * written / expected,
                                alerts),
                        false);
            }
            return false;
        }
    }

    /** A line that stays, or one that the next replaces. */
    private void say(String line, boolean stays) {
        String erase = terminal ? "\r\u001b[K" : "";
        console.print(erase + line + (stays ? System.lineSeparator() : ""));
        console.flush();
    }
}
