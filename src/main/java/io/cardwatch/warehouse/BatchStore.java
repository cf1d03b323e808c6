package io.cardwatch.warehouse;

import io.cardwatch.domain.Backoff;
import io.cardwatch.domain.DeadLetter;
import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches into one table over one connection, which is opened when first needed and opened anew after any error.
 *
 * <p>A passing error is waited out in the calling thread, for at most {@code retryTimeout} per batch. A batch whose COMMIT
 * may or may not have happened is simply written again. Rows that the warehouse refuses become dead letters, which are
 * written in the same transaction as the other rows.
 */
final class BatchStore<T> implements AutoCloseable {
    /** How a row that the warehouse refuses becomes a dead letter. */
    interface Refusal<T> extends Serializable {
        /**
         * Makes the dead letter of {@code row}.
         *
         * @param cause the kind of error, in words that quote nothing of the row
         */
        DeadLetter deadLetter(T row, String cause);
    }

    private static final Logger LOG = LoggerFactory.getLogger(BatchStore.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Dialect dialect;
    private final Table<T> table;
    private final WarehouseConnection warehouse;
    private final Duration retryTimeout;
    private final Counter retries;
    /** Null where a refused row fails the job. */
    private final Refusal<T> refusal;
    /** Null while there is none. */
    private volatile Connection connection;
    /** Writes over the connection. */
    private RowWriter<T> writer;

    BatchStore(
            Table<T> table, WarehouseConnection warehouse, Duration retryTimeout, Counter retries, Refusal<T> refusal) {
        this.table = table;
        this.warehouse = warehouse;
        this.dialect = warehouse.dialect;
        this.retryTimeout = retryTimeout;
        this.retries = retries;
        this.refusal = refusal;
    }

    /**
     * Writes {@code rows}, which are sorted and have distinct keys, in one transaction.
     *
     * @throws IOException when the warehouse stays away too long, refuses a row that may not become a dead letter, or
     *     refuses a dead letter
     * @throws InterruptedException when the thread was interrupted; the error that this caused means nothing
     */
    Flush store(List<T> rows) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, retryTimeout);
        while (true) {
            try {
                return attempt(rows, start);
            } catch (SQLException e) {
                close();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!dialect.isPassing(e) || backoff.isOver()) {
                    throw failure(e, backoff.spent());
                }
                Duration pause = backoff.pause();
                LOG.warn("{} will be written again in {}: {}", table.name, pause, dialect.reason(e));
                retries.inc();
                Thread.sleep(pause.toMillis());
            }
        }
    }

    private Flush attempt(List<T> rows, long start) throws SQLException, IOException {
        Batch<T> batch = new Batch<>(table, rows, refusal);
        try {
            int written = writer().write(batch);
            return new Flush(table, batch, written, start);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private IOException failure(SQLException error, Duration spent) {
        if (dialect.isPassing(error)) {
            return new IOException("the warehouse " + warehouse + " did not take a batch of " + table.name + " within "
                    + spent.toSeconds() + " s (warehouse.retry-timeout): " + dialect.reason(error));
        }
        return new IOException(
                "the warehouse " + warehouse + " refused to write " + table.name + ": " + dialect.reason(error));
    }

    private RowWriter<T> writer() throws SQLException {
        if (connection == null) {
            connection = warehouse.open();
            writer = dialect.writer(connection, warehouse.schema, table);
        }
        return writer;
    }

    /** Cuts the connection while another thread uses it; that thread then gets an error. */
    void abort() {
        Connection aborted = connection;
        if (aborted != null) {
            try {
                aborted.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("The connection was already broken", e);
            }
        }
    }

    /** Closes the connection; the server rolls back what was not committed. */
    @Override
    public void close() {
        Connection closing = connection;
        connection = null;
        IOUtils.closeQuietly(closing);
    }
}
