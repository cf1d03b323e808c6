package io.cardwatch.warehouse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Collectors;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Gathers rows into a batch of distinct keys and stores it when it is full, when its first row has waited long enough,
 * and before each checkpoint: after a checkpoint nothing written to this writer is in memory only. Runs in the task's
 * thread alone, timers included.
 */
final class WarehouseWriter<T> implements SinkWriter<T> {
    private final Table<T> table;
    private final BatchStore<T> store;
    private final ProcessingTimeService timers;
    private final int batchSize;
    private final long flushIntervalMillis;
    private final Counter rowsWritten;
    private final Counter flushes;

    /** By key, in the order of arrival. */
    private final Map<List<Object>, T> batch = new LinkedHashMap<>();

    /** Null while no row waits for it. */
    private ScheduledFuture<?> timer;

    private long lastFlushMillis;

    WarehouseWriter(
            Table<T> table,
            WarehouseConnection warehouse,
            WritePolicy policy,
            ProcessingTimeService timers,
            MetricGroup metrics) {
        this.table = table;
        this.timers = timers;
        this.batchSize = policy.batchSize;
        this.flushIntervalMillis = policy.flushInterval.toMillis();
        this.rowsWritten = metrics.counter("rowsWritten");
        this.flushes = metrics.counter("flushes");
        this.store = new BatchStore<>(table, warehouse, policy.retryTimeout, metrics.counter("retries"));
        metrics.gauge("lastFlushMillis", () -> lastFlushMillis);
    }

    @Override
    public void write(T row, Context context) throws IOException, InterruptedException {
        if (table.secondRow == Table.SecondRow.REPLACES) {
            batch.put(table.keyOf(row), row);
        } else {
            batch.putIfAbsent(table.keyOf(row), row);
        }
        if (batch.size() >= batchSize) {
            storeBatch();
        } else if (timer == null) {
            timer = timers.registerTimer(timers.getCurrentProcessingTime() + flushIntervalMillis, this::onTimer);
        }
    }

    private void onTimer(long time) throws IOException, InterruptedException {
        timer = null;
        storeBatch();
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        storeBatch();
    }

    private void storeBatch() throws IOException, InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        List<Map.Entry<List<Object>, T>> entries = new ArrayList<>(batch.entrySet());
        entries.sort((left, right) -> table.compareKeys(left.getKey(), right.getKey()));
        long start = System.nanoTime();
        rowsWritten.inc(store.store(entries.stream().map(Map.Entry::getValue).collect(Collectors.toList())));
        lastFlushMillis = (System.nanoTime() - start) / 1_000_000;
        flushes.inc();
        batch.clear();
    }

    /** Closes the connection and writes nothing: what is still in the batch comes again after the last checkpoint. */
    @Override
    public void close() {
        if (timer != null) {
            timer.cancel(false);
        }
        store.close();
    }
}
