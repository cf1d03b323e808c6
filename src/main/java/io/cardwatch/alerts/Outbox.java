package io.cardwatch.alerts;

import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The alerts that wait to be sent, in {@code cust_payment_tx_alerts}. Those that are taken are locked until their results are
 * told; if this process ends before, others take them, and they are sent again. For use by one thread.
 */
final class Outbox implements AutoCloseable {
    /** A refused alert is tried again after one second, and each time twice as long, up to an hour. */
    private static final int LONGEST_PAUSE_SECONDS = 3_600;

    private static final int MOST_DOUBLINGS = 12;

    private static final String WAITING = "sent_at IS NULL AND held = 0 AND target <> ''";
    private static final String NOW = "(clock_timestamp() AT TIME ZONE 'UTC')";

    private final WarehouseConnection database;
    private final WarehouseConnectionProvider connections;

    Outbox(WarehouseConnection database) {
        this.database = database;
        this.connections = new WarehouseConnectionProvider(database);
    }

    /** An alert that waits. */
    static final class Waiting {
        final String id;
        final long customerId;
        final String json;

        Waiting(String id, long customerId, String json) {
            this.id = id;
            this.customerId = customerId;
            this.json = json;
        }
    }

    private Connection open() throws SQLException {
        if (!connections.isConnectionValid()) {
            connections.reestablishConnection().setSchema(database.schema);
        }
        return connections.getConnection();
    }

    /**
     * Takes alerts that are due, at most {@code most}: new ones first, from the oldest on. {@link #settle} or {@link #postpone}
     * must follow if there are any.
     */
    List<Waiting> take(int most) throws SQLException {
        Connection connection = open();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT alert_id, customer_id, alert FROM cust_payment_tx_alerts WHERE " + WAITING
                        + " AND next_attempt_at <= " + NOW
                        + " ORDER BY next_attempt_at, decided_at LIMIT ? FOR UPDATE SKIP LOCKED")) {
            query.setInt(1, most);
            List<Waiting> taken = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    taken.add(new Waiting(row.getString(1), row.getLong(2), row.getString(3)));
                }
            }
            if (taken.isEmpty()) {
                connection.rollback();
            }
            return taken;
        }
    }

    /**
     * Tells what became of all that were taken.
     *
     * @param sent ids
     * @param refused causes by the ids of those that are tried again later and later
     */
    void settle(String target, Collection<String> sent, Map<String, String> refused) throws SQLException {
        Connection connection = open();
        try (PreparedStatement update = connection.prepareStatement("UPDATE cust_payment_tx_alerts SET sent_at = " + NOW
                + ", attempts = attempts + 1, last_error = '', target = ? WHERE alert_id = ANY (?)")) {
            update.setString(1, target);
            update.setArray(2, connection.createArrayOf("text", sent.toArray()));
            update.executeUpdate();
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE cust_payment_tx_alerts SET"
                + " next_attempt_at = " + NOW + " + least(power(2, least(attempts, " + MOST_DOUBLINGS + ")), "
                + LONGEST_PAUSE_SECONDS + ") * interval '1 second',"
                + " attempts = attempts + 1, last_error = ? WHERE alert_id = ?")) {
            for (Map.Entry<String, String> entry : refused.entrySet()) {
                update.setString(1, entry.getValue());
                update.setString(2, entry.getKey());
                update.addBatch();
            }
            update.executeBatch();
        }
        connection.commit();
    }

    /** Tells that the target took none of those that were taken; they stay due. */
    void postpone(List<Waiting> taken, String cause) throws SQLException {
        Connection connection = open();
        try (PreparedStatement update = connection.prepareStatement("UPDATE cust_payment_tx_alerts SET"
                + " attempts = attempts + 1, last_error = ? WHERE alert_id = ANY (?)")) {
            update.setString(1, cause);
            update.setArray(
                    2,
                    connection.createArrayOf(
                            "text", taken.stream().map(alert -> alert.id).toArray()));
            update.executeUpdate();
        }
        connection.commit();
    }

    /** How long the oldest alert has waited since it was decided, in milliseconds; 0 where none waits. */
    long oldestMillis() throws SQLException {
        Connection connection = open();
        try (PreparedStatement query = connection.prepareStatement("SELECT coalesce(extract(epoch FROM " + NOW
                        + " - min(decided_at)) * 1000, 0)::bigint FROM cust_payment_tx_alerts WHERE " + WAITING);
                ResultSet row = query.executeQuery()) {
            row.next();
            return Math.max(0, row.getLong(1));
        } finally {
            connection.rollback();
        }
    }

    /** Closes the connection, which may be broken, and lets go of what was taken. The next call opens another. */
    void release() {
        connections.closeConnection();
    }

    @Override
    public void close() {
        connections.close();
    }
}
