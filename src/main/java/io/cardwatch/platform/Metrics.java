package io.cardwatch.platform;

import org.apache.flink.metrics.MetricGroup;

/** Where Cardwatch's metrics go: Amazon Managed Service for Apache Flink publishes only the group below. */
public final class Metrics {
    private static final String PUBLISHED_GROUP = "kinesisanalytics";

    private Metrics() {}

    /** The group under {@code parent} whose metrics reach the host's monitoring. */
    public static MetricGroup group(MetricGroup parent) {
        return parent.addGroup(PUBLISHED_GROUP);
    }
}
