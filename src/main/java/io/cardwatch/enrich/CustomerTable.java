package io.cardwatch.enrich;

import io.cardwatch.domain.Customer;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.IOUtils;

/**
 * Reads {@code customer_info} over JDBC, in one transaction and by cursor, so that never more than a batch of rows is in
 * memory. A connection is opened for each reading and closed after it: nothing is held between two readings, and a
 * server that restarted needs no special care.
 */
final class CustomerTable implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int BATCH_ROWS = 1_000;
    private static final String COLUMNS = "customer_id, job_title, email_address, full_name, phone_number, city, state";

    private final CustomerInfoSource.Connections connections;
    private final String query;
    private transient volatile Connection active;

    /** @param schema schema of the table, quoted here */
    CustomerTable(CustomerInfoSource.Connections connections, String schema) {
        this.connections = connections;
        this.query = "SELECT " + COLUMNS + " FROM \"" + schema.replace("\"", "\"\"")
                + "\".\"customer_info\" WHERE customer_id IS NOT NULL";
    }

    /** Reads all rows and gives them to {@code batches} as they come; each batch is its receiver's to keep. */
    void read(BatchConsumer batches) throws SQLException, InterruptedException {
        Connection connection = connections.open();
        active = connection;
        try {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("Closed while connecting");
            }
            // Only within a transaction does PostgreSQL send the rows by cursor.
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(BATCH_ROWS);
                try (ResultSet rows = statement.executeQuery(query)) {
                    readBatches(rows, batches);
                }
            }
        } finally {
            active = null;
            IOUtils.closeQuietly(connection);
        }
    }

    private static void readBatches(ResultSet rows, BatchConsumer batches) throws SQLException, InterruptedException {
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

    /** Breaks a reading that is under way, after its thread has been interrupted: JDBC ignores interrupts. */
    void abort() throws SQLException {
        Connection connection = active;
        if (connection != null) {
            connection.abort(Runnable::run);
        }
    }

    /** Takes rows, waiting while there is no room for them. */
    interface BatchConsumer {
        void accept(List<Customer> rows) throws InterruptedException;
    }
}
