/**
 * What the job publishes about itself: every metric once, in {@link io.cardwatch.metrics.Metric}, in the one group that
 * the managed service reads; and a line of health a minute in the log.
 */
package io.cardwatch.metrics;
