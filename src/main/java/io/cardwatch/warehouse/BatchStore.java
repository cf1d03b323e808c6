package io.cardwatch.warehouse;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches into one table over one connection, which is made when first needed and made anew after any error.
 *
 * <p>Passing errors are waited out, at most {@code retryTimeout} per batch, in the calling thread. A batch whose COMMIT may or may not have happened is simply
 * written again.
 */
final class BatchStore<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchStore.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final PostgresDialect dialect = new PostgresDialect();
    private final Table<T> table;
    private final WarehouseConnection warehouse;
    private final Duration retryTimeout;
    private final Counter retries;
    /** Null while there is none. */
    private volatile Connection connection;

    BatchStore(Table<T> table, WarehouseConnection warehouse, Duration retryTimeout, Counter retries) {
        this.table = table;
        this.warehouse = warehouse;
        this.retryTimeout = retryTimeout;
        this.retries = retries;
    }

    /**
     * Writes {@code rows}, of distinct keys and sorted, in one transaction.
     *
     * @return how many rows were new, or replaced one
     * @throws IOException when a row is refused, or the warehouse stays away too long
     * @throws InterruptedException when it was interrupted, and so its error means nothing
     */
    int store(List<T> rows) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                int written = dialect.write(connection(), warehouse.schema, table, rows);
                connection.commit();
                return written;
            } catch (SQLException e) {
                close();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Duration spent = Duration.ofNanos(System.nanoTime() - start);
                if (!dialect.isPassing(e) || spent.compareTo(retryTimeout) >= 0) {
                    throw failure(rows, e, spent);
                }
                LOG.warn("{} will be written again in {}: {}", table.name, pause, e.getMessage());
                retries.inc();
                Thread.sleep(pause.toMillis());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private IOException failure(List<T> rows, SQLException error, Duration spent) {
        String reason = error.getSQLState() + " " + error.getMessage();
        if (dialect.isPassing(error)) {
            return new IOException(
                    "the warehouse " + warehouse + " did not take a batch of " + table.name + " within "
                            + spent.toSeconds() + " s (warehouse.retry-timeout): " + reason,
                    error);
        }
        if (!dialect.blamesRow(error)) {
            return new IOException(
                    "the warehouse " + warehouse + " refused to write " + table.name + ": " + reason, error);
        }
        try {
            String key = table.describeKey(firstRefused(rows));
            return new IOException(
                    "the warehouse refused the row of " + table.name + " with " + key + ": " + reason, error);
        } catch (SQLException e) {
            error.addSuppressed(e);
            return new IOException("the warehouse refused a row of " + table.name + ": " + reason, error);
        } finally {
            close();
        }
    }

    /** The first row that is refused, of a batch that was, by halving; writes nothing. */
    private T firstRefused(List<T> rows) throws SQLException {
        int from = 0;
        int to = rows.size();
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            if (isAccepted(rows.subList(from, middle))) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return rows.get(from);
    }

    private boolean isAccepted(List<T> rows) throws SQLException {
        try {
            dialect.write(connection(), warehouse.schema, table, rows);
            return true;
        } catch (SQLException e) {
            if (!dialect.blamesRow(e)) {
                throw e;
            }
            return false;
        } finally {
            connection.rollback();
        }
    }

    private Connection connection() throws SQLException {
        if (connection == null) {
            connection = warehouse.open();
        }
        return connection;
    }

    /** Cuts the connection while another thread uses it, which then gets an error. */
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

    /** Gives the connection back; what was not committed is rolled back by the server. */
    @Override
    public void close() {
        Connection closing = connection;
        connection = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (SQLException e) {
                LOG.debug("The connection was already broken", e);
            }
        }
    }
}
