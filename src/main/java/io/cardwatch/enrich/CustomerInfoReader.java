package io.cardwatch.enrich;

import io.cardwatch.domain.Backoff;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader of {@link CustomerInfoSource}. A background thread reads the table and hands over steps, which the task's thread
 * runs one by one, between checkpoints. So a checkpoint always remembers exactly the customers that were sent, and never
 * waits for the database.
 *
 * <p>Until the table has been read to its end once, readings that fail for too long fail the job. A later reading that
 * fails, also in a job restored with a complete memory, only leaves the contacts as they were.
 */
final class CustomerInfoReader implements SourceReader<CustomerChange, KnownCustomers> {
    private static final Logger LOG = LoggerFactory.getLogger(CustomerInfoReader.class);
    /** Classes of SQLSTATE. */
    private static final String DATA_EXCEPTION = "22";

    private static final String RAISED = "P0";
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSING_TIME = Duration.ofSeconds(5);
    private static final int STEPS_AHEAD = 4;
    private static final int VANISHED_PER_STEP = 1_000;

    private final CustomerTable table;
    private final Duration refreshInterval;
    private final Duration retryTimeout;
    private final Metrics metrics;
    private final Counter failedReadings;
    private final FutureCompletingBlockingQueue<Step> steps = new FutureCompletingBlockingQueue<>(STEPS_AHEAD);
    private Thread readingThread;
    private volatile boolean closed;

    private KnownCustomers known = new KnownCustomers();
    /** Customers that are no longer in the table; this has not been sent yet. */
    private LongArrayList vanished = new LongArrayList();

    private boolean announced;

    CustomerInfoReader(
            CustomerTable table, Duration refreshInterval, Duration retryTimeout, SourceReaderContext context) {
        this.table = table;
        this.refreshInterval = refreshInterval;
        this.retryTimeout = retryTimeout;
        this.metrics = Metrics.of(context.metricGroup());
        this.failedReadings = metrics.counter(Metric.FAILED_CUSTOMER_READINGS);
        metrics.gauge(Metric.KNOWN_CUSTOMERS, () -> known.size());
    }

    /** Takes the state of a checkpoint; called before {@link #start()}. */
    @Override
    public void addSplits(List<KnownCustomers> splits) {
        known = splits.get(0);
    }

    @Override
    public void start() {
        boolean everRead = known.complete();
        readingThread = new Thread(() -> readUntilClosed(everRead), "customer-info-reading");
        readingThread.setDaemon(true);
        readingThread.start();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<CustomerChange> output) {
        if (!vanished.isEmpty()) {
            sendVanished(output);
        } else if (!steps.isEmpty()) {
            steps.poll().run(output);
        }
        if (!announced && known.complete() && vanished.isEmpty()) {
            output.emitWatermark(new Watermark(ContactJoin.ALL_CUSTOMERS_READ));
            announced = true;
        }
        return vanished.isEmpty() && steps.isEmpty() ? InputStatus.NOTHING_AVAILABLE : InputStatus.MORE_AVAILABLE;
    }

    private void sendNews(List<Customer> rows, ReaderOutput<CustomerChange> output) {
        for (Customer row : rows) {
            if (known.isNews(row)) {
                output.collect(CustomerChange.to(row));
            }
        }
    }

    private void sendVanished(ReaderOutput<CustomerChange> output) {
        int left = Math.max(0, vanished.size() - VANISHED_PER_STEP);
        while (vanished.size() > left) {
            long customerId = vanished.removeLong(vanished.size() - 1);
            known.forget(customerId);
            output.collect(CustomerChange.vanished(customerId));
        }
    }

    private void readUntilClosed(boolean everRead) {
        try {
            if (!everRead) {
                readFirst();
                Thread.sleep(refreshInterval.toMillis());
            }
            while (!closed) {
                refresh();
                Thread.sleep(refreshInterval.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("The reading of customer_info was closed", e);
        } catch (RuntimeException | Error e) {
            failTask(e);
        }
    }

    private void readFirst() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, refreshInterval, retryTimeout);
        while (!closed) {
            try {
                readTable();
                return;
            } catch (SQLException e) {
                if (backoff.isOver()) {
                    // Without its cause, whose message would be in the stack trace.
                    throw new BadInputException(
                            "customer_info could not be read within "
                                    + backoff.spent().toSeconds()
                                    + " s (warehouse.retry-timeout): " + reason(e),
                            "Check the warehouse's address, user and schema, and that the user may read the table.");
                }
                Duration pause = backoff.pause();
                report(e, pause);
                Thread.sleep(pause.toMillis());
            }
        }
    }

    private void refresh() throws InterruptedException {
        try {
            readTable();
        } catch (SQLException e) {
            report(e, refreshInterval);
        }
    }

    private void readTable() throws SQLException, InterruptedException {
        handOver(output -> known.beginReading());
        table.read(rows -> handOver(output -> sendNews(rows, output)));
        handOver(output -> vanished = known.endReading());
    }

    private void report(SQLException failure, Duration pause) {
        if (!closed) {
            failedReadings.inc();
            LOG.warn("Reading customer_info failed, next attempt in {} ms: {}", pause.toMillis(), reason(failure));
        }
    }

    /** The server's message, or only the SQLSTATE where the message may quote a row, as when a view's cast fails. */
    private static String reason(SQLException failure) {
        String state = failure.getSQLState();
        boolean quotesRow = state != null && (state.startsWith(DATA_EXCEPTION) || state.startsWith(RAISED));
        return quotesRow ? "SQLSTATE " + state : failure.getMessage();
    }

    private void failTask(Throwable failure) {
        try {
            handOver(output -> {
                throw new FlinkRuntimeException("The reading of customer_info ended", failure);
            });
        } catch (InterruptedException e) {
            LOG.debug("Closed before a failure could be handed over", e);
        }
    }

    private void handOver(Step step) throws InterruptedException {
        steps.put(0, step);
    }

    @Override
    public List<KnownCustomers> snapshotState(long checkpointId) {
        // No copy: the task serializes it before its thread takes the next step.
        return List.of(known);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return steps.getAvailabilityFuture();
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() throws SQLException {
        closed = true;
        metrics.close();
        if (readingThread == null) {
            return;
        }
        readingThread.interrupt();
        table.abort();
        try {
            readingThread.join(CLOSING_TIME.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Work of the task's thread. Once the reader has started, only this thread touches {@link #known}. */
    private interface Step {
        void run(ReaderOutput<CustomerChange> output);
    }
}
