package io.cardwatch.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * The metrics of one subtask of a stage. They are registered where the host publishes them; the job's {@link Health}
 * reads them until the stage closes this object. Amazon Managed Service for Apache Flink publishes only one group, the
 * one named below.
 *
 * <p>Only one thread may increment a counter. Another thread that reads it may see a value that is a moment old.
 */
public final class Metrics implements AutoCloseable {
    private static final String PUBLISHED_GROUP = "kinesisanalytics";
    private static final String JOB_VARIABLE = "<job_id>";

    private final MetricGroup group;
    private final Health health;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Metric, Gauge<? extends Number>> gauges = new ConcurrentHashMap<>();

    private Metrics(MetricGroup operator, MetricGroup group) {
        this.group = group;
        this.health = Health.join(operator.getAllVariables().getOrDefault(JOB_VARIABLE, ""), this);
    }

    /** The metrics of a subtask whose own group is {@code operator}. */
    public static Metrics of(MetricGroup operator) {
        return new Metrics(operator, operator.addGroup(PUBLISHED_GROUP));
    }

    /** The metrics of a subtask that writes {@code table}. */
    public static Metrics ofTable(MetricGroup operator, String table) {
        return new Metrics(operator, operator.addGroup(PUBLISHED_GROUP).addGroup("table", table));
    }

    /** A new counter. */
    public Counter counter(Metric metric) {
        return counter(metric.key);
    }

    /** A new counter for one member of a family of metrics. */
    public Counter counter(Metric family, Enum<?> member) {
        return counter(family.of(member));
    }

    private Counter counter(String name) {
        Counter counter = group.counter(name);
        counters.put(name, counter);
        return counter;
    }

    /** Publishes a gauge. Threads other than the task's ask for its value. */
    public void gauge(Metric metric, Gauge<? extends Number> value) {
        group.gauge(metric.key, value);
        gauges.put(metric, value);
    }

    /**
     * Logs a line of health once a minute, as long as a stage of this job runs in this process.
     *
     * @param modelVersion supplies the version of the model that scores at that time
     */
    public void reportHealth(Supplier<String> modelVersion) {
        health.report(modelVersion);
    }

    Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        counters.forEach((name, counter) -> counts.put(name, counter.getCount()));
        return counts;
    }

    /** The value of a gauge; null where there is no such gauge. */
    Number value(Metric metric) {
        Gauge<? extends Number> gauge = gauges.get(metric);
        return gauge == null ? null : gauge.getValue();
    }

    /** The stage has ended. */
    @Override
    public void close() {
        health.leave(this);
    }
}
