package io.cardwatch.alerts;

import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import org.apache.flink.metrics.Counter;

/** What the dispatcher tells; all 0 where nothing is sent. Written by one thread. */
final class AlertMetrics {
    final Counter sent;
    final Counter failed;
    volatile long oldestMillis;

    AlertMetrics(Metrics metrics) {
        sent = metrics.counter(Metric.ALERTS_SENT);
        failed = metrics.counter(Metric.ALERTS_FAILED);
        metrics.gauge(Metric.ALERTS_OLDEST_MILLIS, () -> oldestMillis);
    }
}
