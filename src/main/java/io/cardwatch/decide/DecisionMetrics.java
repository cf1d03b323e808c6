package io.cardwatch.decide;

import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import org.apache.flink.metrics.Counter;

/** Counts decisions by how high their scores are, and keeps the mean score. Written by one thread. */
final class DecisionMetrics {
    private static final double LOW = 0.1;
    private static final double EVEN = 0.5;
    private static final double HIGH = 0.9;
    /** Rows after which an old one hardly matters to the mean. */
    private static final int MEMORY = 10_000;

    private static final int HASH_DIGITS = 12;
    private static final int HEXADECIMAL = 16;

    private final Counter scored;
    private final Counter alerts;
    private final Counter low;
    private final Counter even;
    private final Counter high;
    private final Counter ruled;
    private final Counter rulesFailed;
    private double mean;
    private int rows;

    DecisionMetrics(Metrics metrics, InForce inForce) {
        scored = metrics.counter(Metric.SCORED);
        alerts = metrics.counter(Metric.ALERTS);
        low = metrics.counter(Metric.SCORED_FROM_10_PERCENT);
        even = metrics.counter(Metric.SCORED_FROM_50_PERCENT);
        high = metrics.counter(Metric.SCORED_FROM_90_PERCENT);
        ruled = metrics.counter(Metric.RULED);
        rulesFailed = metrics.counter(Metric.RULES_FAILED);
        metrics.gauge(Metric.PROBABILITY_MEAN, () -> mean);
        metrics.gauge(Metric.MODEL_HASH, () -> hash(inForce.control().champion.version()));
    }

    /** 48 bits, which a double holds exactly. */
    private static long hash(String modelVersion) {
        return modelVersion.matches(".*-[0-9a-f]{" + HASH_DIGITS + "}")
                ? Long.parseLong(modelVersion.substring(modelVersion.length() - HASH_DIGITS), HEXADECIMAL)
                : 0;
    }

    void count(Decision decision, int failedRules) {
        scored.inc();
        rulesFailed.inc(failedRules);
        if (decision.get(DecisionColumn.RULES) != null && !"[]".equals(decision.get(DecisionColumn.RULES))) {
            ruled.inc();
        }
        alerts.inc(decision.prediction());
        double probability = decision.probability;
        if (probability >= LOW) {
            low.inc();
            if (probability >= EVEN) {
                even.inc();
            }
            if (probability >= HIGH) {
                high.inc();
            }
        }
        // The plain mean at first, then an exponentially weighted one.
        rows += rows < MEMORY ? 1 : 0;
        mean += (probability - mean) / rows;
    }
}
