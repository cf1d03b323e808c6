package io.cardwatch.enrich;

import io.cardwatch.domain.Customer;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * Reads {@code customer_info} over JDBC, in one transaction and by cursor, so that memory never holds more than a batch of
 * rows. Each reading has a connection of its own: nothing is held between two readings, and a restart of the server needs
 * no special care.
 */
final class CustomerTable implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int BATCH_ROWS = 1_000;
    private static final String COLUMNS = "customer_id, job_title, email_address, full_name, phone_number, city, state";

    private final JdbcConnectionProvider connections;
    private final String query;
    private transient volatile Connection active;

    /** @param schema name of the table's schema, without quotes */
    CustomerTable(JdbcConnectionProvider connections, String schema) {
        this.connections = connections;
        this.query = "SELECT " + COLUMNS + " FROM \"" + schema.replace("\"", "\"\"")
                + "\".\"customer_info\" WHERE customer_id IS NOT NULL";
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
            // PostgreSQL sends the rows by cursor only within a transaction.
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(BATCH_ROWS);
                try (ResultSet rows = statement.executeQuery(query)) {
                    readBatches(rows, batches);
                }
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

    private static void readBatches(ResultSet rows, ThrowingConsumer<List<Customer>, InterruptedException> batches)
            throws SQLException, InterruptedException {
        List<Customer> batch = new ArrayList<>(BATCH_ROWS);
        while (rows.next()) {
            batch.add(new Customer(
                    rows.getLong(1),
                    rows.getString(2),
                    rows.getString(3),
                    rows.getString(4),
                    rows.getString(5),
                    rows.getString(6),
                    rows.getString(7)));
            if (batch.size() == BATCH_ROWS) {
                batches.accept(batch);
                batch = new ArrayList<>(BATCH_ROWS);
            }
        }
        batches.accept(batch);
    }

    /** Breaks off the current reading, if there is one. Interrupt its thread before: JDBC ignores interrupts. */
    void abort() throws SQLException {
        Connection connection = active;
        if (connection != null) {
            connection.abort(Runnable::run);
        }
    }
}
