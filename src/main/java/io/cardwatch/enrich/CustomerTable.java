package io.cardwatch.enrich;

import io.cardwatch.domain.Customer;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * Reads {@code customer_info} over JDBC, page by page along its key, so that neither this side nor the warehouse ever holds
 * more than a page. Each reading has a connection of its own: nothing is held between two readings, and a restart of the
 * server needs no special care.
 */
final class CustomerTable implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int PAGE_ROWS = 10_000;
    private static final int BATCH_ROWS = 1_000;
    private static final String COLUMNS = "customer_id, job_title, email_address, full_name, phone_number, city, state";

    private final JdbcConnectionProvider connections;
    private final String query;
    private transient volatile Connection active;

    /** @param schema name of the table's schema, without quotes */
    CustomerTable(JdbcConnectionProvider connections, String schema) {
        this.connections = connections;
        this.query = "SELECT " + COLUMNS + " FROM \"" + schema.replace("\"", "\"\"")
                + "\".\"customer_info\" WHERE customer_id > ? ORDER BY customer_id LIMIT " + PAGE_ROWS;
    }

    /** Reads all rows and passes them to {@code batches} as they come. The receiver may keep the lists. */
    void read(ThrowingConsumer<List<Customer>, InterruptedException> batches)
            throws SQLException, InterruptedException {
        try {
            Connection connection = connect();
            active = connection;
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("Closed while connecting");
            }
            // Between two pages no transaction stays open.
            connection.setAutoCommit(true);
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                List<Customer> page;
                long last = Long.MIN_VALUE;
                do {
                    statement.setLong(1, last);
                    page = page(statement);
                    for (int from = 0; from < page.size(); from += BATCH_ROWS) {
                        batches.accept(page.subList(from, Math.min(page.size(), from + BATCH_ROWS)));
                    }
                    last = page.isEmpty() ? last : page.get(page.size() - 1).customerId;
                } while (page.size() == PAGE_ROWS);
            }
        } finally {
            active = null;
            connections.closeConnection();
        }
    }

    private Connection connect() throws SQLException {
        try {
            return connections.getOrEstablishConnection();
        } catch (ClassNotFoundException e) {
            throw new SQLException("The JDBC driver is not on the class path", e);
        }
    }

    private static List<Customer> page(PreparedStatement statement) throws SQLException {
        List<Customer> page = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                page.add(new Customer(
                        rows.getLong(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6),
                        rows.getString(7)));
            }
        }
        return page;
    }

    /** Breaks off the current reading, if there is one. Interrupt its thread before: JDBC ignores interrupts. */
    void abort() throws SQLException {
        Connection connection = active;
        if (connection != null) {
            connection.abort(Runnable::run);
        }
    }
}
