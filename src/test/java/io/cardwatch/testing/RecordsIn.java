package io.cardwatch.testing;

import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.testutils.InMemoryReporter;

/**
 * How many records an operator has taken. A source that must be overtaken by nothing it tells later waits for it: each
 * stream has a channel of its own, and between two there is no order.
 */
public final class RecordsIn {
    private static final long POLL_MILLIS = 5;

    private RecordsIn() {}

    /** Waits until all subtasks of {@code operator} together have taken so many. */
    public static void await(InMemoryReporter metrics, JobID job, String operator, long records)
            throws InterruptedException {
        while (of(metrics, job, operator) < records) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static long of(InMemoryReporter metrics, JobID job, String operator) {
        return metrics.findOperatorMetricGroups(job, operator).stream()
                .mapToLong(group ->
                        group.getIOMetricGroup().getNumRecordsInCounter().getCount())
                .sum();
    }
}
