package io.cardwatch.job;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.platform.Metrics;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Passes dead letters on and counts them by reason: as metrics, and for the result of a run that ends. */
public final class DeadLetterCount extends RichMapFunction<DeadLetter, DeadLetter> {
    private static final String PREFIX = "deadLetters.";

    private transient Map<DeadLetterReason, Counter> counters;

    @Override
    public void open(OpenContext context) {
        MetricGroup metrics = Metrics.group(getRuntimeContext().getMetricGroup());
        counters = new EnumMap<>(DeadLetterReason.class);
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            counters.put(reason, metrics.counter(PREFIX + reason));
        }
    }

    @Override
    public DeadLetter map(DeadLetter letter) {
        counters.get(letter.reason).inc();
        getRuntimeContext().getLongCounter(PREFIX + letter.reason).add(1L);
        return letter;
    }

    /** How many there were of {@code reason} in a run that has ended. */
    public static long of(JobExecutionResult result, DeadLetterReason reason) {
        Long count = result.getAccumulatorResult(PREFIX + reason);
        return count == null ? 0 : count;
    }
}
