package io.cardwatch.warehouse;

import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import org.apache.flink.metrics.Counter;

/** The metrics of what a writer flushes. Updated by the task's thread. */
final class FlushMetrics {
    private final Metrics metrics;
    private final Counter rowsWritten;
    private final Counter flushes;
    private final Counter flushMillis;
    private final Counter cutTexts;
    /** Null where the table has no arrival times, as is {@link #latencyMillis}. */
    private final Counter latencyRows;

    private final Counter latencyMillis;
    private volatile long lastFlushMillis;
    private volatile long oldestMillis;
    private boolean timed;

    FlushMetrics(Metrics metrics, Table<?> table) {
        this.metrics = metrics;
        rowsWritten = metrics.counter(Metric.ROWS_WRITTEN);
        flushes = metrics.counter(Metric.FLUSHES);
        flushMillis = metrics.counter(Metric.FLUSH_MILLIS_TOTAL);
        cutTexts = metrics.counter(Metric.CUT_TEXTS);
        metrics.gauge(Metric.LAST_FLUSH_MILLIS, () -> lastFlushMillis);
        boolean arriving = table.arrival != null;
        latencyRows = arriving ? metrics.counter(Metric.COMMIT_LATENCY_ROWS) : null;
        latencyMillis = arriving ? metrics.counter(Metric.COMMIT_LATENCY_MILLIS_TOTAL) : null;
    }

    void count(Flush flush) {
        rowsWritten.inc(flush.written);
        flushes.inc();
        cutTexts.inc(flush.cutTexts);
        flushMillis.inc(flush.millis);
        lastFlushMillis = flush.millis;
        if (flush.latencies.getCount() == 0) {
            return;
        }
        latencyRows.inc(flush.latencies.getCount());
        latencyMillis.inc(flush.latencies.getSum());
        oldestMillis = flush.latencies.getMax();
        if (!timed) {
            timed = true;
            metrics.gauge(Metric.COMMIT_LATENCY_MILLIS_OLDEST, () -> oldestMillis);
        }
    }
}
