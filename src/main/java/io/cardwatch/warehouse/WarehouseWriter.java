package io.cardwatch.warehouse;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers rows into a batch of distinct keys and stores it when it is full, when its first row has waited long enough,
 * and before each checkpoint: after a checkpoint nothing written to this writer is in memory only.
 *
 * <p>A background thread stores one batch while the task gathers the next, so the task waits only for a warehouse that is
 * slower than the rows come. Then batches grow: rows that have waited long enough follow once the warehouse has answered.
 * All else, timers included, runs in the task's thread.
 */
final class WarehouseWriter<T> implements SinkWriter<T> {
    private static final Logger LOG = LoggerFactory.getLogger(WarehouseWriter.class);
    /** Longer than it takes to open a connection or to be refused one. */
    private static final int CLOSE_SECONDS = 15;
    /** Shortest time between two warnings of refused rows. */
    private static final long WARNING_PAUSE_MILLIS = 60_000;

    private final Table<T> table;
    private final BatchStore<T> store;
    private final ProcessingTimeService timers;
    private final MailboxExecutor task;
    private final int batchSize;
    private final long flushIntervalMillis;
    private final Metrics metrics;
    private final FlushMetrics flushes;
    /** Null where a refused row fails the job. */
    private final Counter refused;

    private final ExecutorService background;

    /** By key, in the order of arrival. */
    private Map<List<Object>, T> batch = new LinkedHashMap<>();
    /** The previous batch, being stored, and its result; null when nothing is left to learn of it. */
    private Future<Flush> storing;

    /** Null while no row waits for a timer. */
    private ScheduledFuture<?> timer;
    /** Whether a row has waited long enough. */
    private boolean overdue;

    /** UTC epoch milliseconds; until then refused rows are only counted. */
    private long nextWarningMillis = Long.MIN_VALUE;

    WarehouseWriter(
            Table<T> table,
            WarehouseConnection warehouse,
            WritePolicy policy,
            BatchStore.Refusal<T> refusal,
            ProcessingTimeService timers,
            MailboxExecutor task,
            Metrics metrics) {
        this.table = table;
        this.timers = timers;
        this.task = task;
        this.batchSize = policy.batchSize;
        this.flushIntervalMillis = policy.flushInterval.toMillis();
        this.metrics = metrics;
        this.flushes = new FlushMetrics(metrics, table);
        this.refused = refusal != null ? metrics.counter(Metric.WAREHOUSE_REJECTED) : null;
        this.store = new BatchStore<>(table, warehouse, policy.retryTimeout, metrics.counter(Metric.RETRIES), refusal);
        this.background = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, table.name + " writer");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void write(T row, Context context) throws IOException, InterruptedException {
        if (table.secondRow == Table.SecondRow.REPLACES) {
            batch.put(table.keyOf(row), row);
        } else {
            batch.putIfAbsent(table.keyOf(row), row);
        }
        if (batch.size() >= batchSize) {
            awaitStored();
            storeBatch();
        } else if (timer == null && !overdue) {
            timer = timers.registerTimer(timers.getCurrentProcessingTime() + flushIntervalMillis, this::onTimer);
        }
    }

    private void onTimer(long time) throws IOException, InterruptedException {
        timer = null;
        overdue = true;
        proceed();
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        awaitStored();
        storeBatch();
        awaitStored();
    }

    /** Takes the previous batch's result, if there is one by now, and stores the next batch if it has waited long enough. */
    private void proceed() throws IOException, InterruptedException {
        if (storing != null && !storing.isDone()) {
            return;
        }
        awaitStored();
        if (overdue) {
            storeBatch();
        }
    }

    /** Starts to store the batch; the previous one must have been stored. */
    private void storeBatch() {
        overdue = false;
        if (batch.isEmpty()) {
            return;
        }
        Map<List<Object>, T> rows = batch;
        batch = new LinkedHashMap<>();
        FutureTask<Flush> work = new FutureTask<>(() -> store(rows)) {
            @Override
            protected void done() {
                try {
                    task.execute(WarehouseWriter.this::proceed, "stored a batch");
                } catch (RejectedExecutionException e) {
                    LOG.debug("The task ended before it could hear of a batch of {}", table.name);
                }
            }
        };
        storing = work;
        background.execute(work);
    }

    /** Runs in the background. */
    private Flush store(Map<List<Object>, T> rows) throws IOException, InterruptedException {
        try {
            return store.store(table.sorted(rows));
        } finally {
            if (background.isShutdown()) {
                store.close();
            }
        }
    }

    private void awaitStored() throws IOException, InterruptedException {
        if (storing == null) {
            return;
        }
        try {
            Flush flush = storing.get();
            storing = null;
            flushes.count(flush);
            if (flush.refused > 0) {
                countRefused(flush.refused);
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException ? (IOException) e.getCause() : new IOException(e.getCause());
        }
    }

    private void countRefused(int rows) {
        refused.inc(rows);
        long now = timers.getCurrentProcessingTime();
        if (now >= nextWarningMillis) {
            nextWarningMillis = now + WARNING_PAUSE_MILLIS;
            LOG.warn(
                    "The warehouse has refused {} rows of {} so far, {} in the last batch: they are dead letters {}",
                    refused.getCount(),
                    table.name,
                    rows,
                    DeadLetterReason.WAREHOUSE_REJECTED);
        }
    }

    /**
     * Closes the connection and writes nothing: the rows of the batch come again after the last checkpoint. A batch that is
     * being stored is cut off, and its rows come again, too.
     */
    @Override
    public void close() {
        metrics.close();
        if (timer != null) {
            timer.cancel(false);
        }
        background.shutdownNow();
        store.abort();
        try {
            if (background.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                store.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
