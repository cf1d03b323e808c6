package io.cardwatch.job;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.RichCoFlatMapFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes dead letters on and counts them by reason: as metrics, and for the result of a bounded run. Its second input are
 * the numbers of records read. From both it computes the share of dead letters, the gauge {@code deadLetterShare}, and logs
 * one warning when the share passes the limit and one line when that is over. One instance sees the whole job, except for
 * rows that the warehouse refuses: the writers count these and warn of them.
 */
public final class DeadLetterCount extends RichCoFlatMapFunction<DeadLetter, Long, DeadLetter> {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterCount.class);
    private static final String PREFIX = "deadLetters.";

    private final double alarmShare;
    private transient Metrics metrics;
    private transient Map<DeadLetterReason, Counter> counters;
    private transient DeadLetterAlarm alarm;

    DeadLetterCount(double alarmShare) {
        this.alarmShare = alarmShare;
    }

    @Override
    public void open(OpenContext context) {
        metrics = Metrics.of(getRuntimeContext().getMetricGroup());
        counters = new EnumMap<>(DeadLetterReason.class);
        for (DeadLetterReason reason : EnumSet.complementOf(EnumSet.of(DeadLetterReason.WAREHOUSE_REJECTED))) {
            counters.put(reason, metrics.counter(Metric.DEAD_LETTERS, reason));
        }
        alarm = new DeadLetterAlarm(alarmShare);
        metrics.gauge(Metric.DEAD_LETTER_SHARE, () -> alarm.share(nowMillis()));
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
    }

    @Override
    public void flatMap1(DeadLetter letter, Collector<DeadLetter> out) {
        counters.get(letter.reason).inc();
        getRuntimeContext().getLongCounter(PREFIX + letter.reason).add(1L);
        observe(0, 1);
        out.collect(letter);
    }

    @Override
    public void flatMap2(Long records, Collector<DeadLetter> out) {
        observe(records, 0);
    }

    private void observe(long records, long deadLetters) {
        DeadLetterAlarm.Change change = alarm.observe(records, deadLetters, nowMillis());
        if (change == DeadLetterAlarm.Change.RAISED) {
            LOG.warn(
                    "Of the records of the last five minutes {} % are dead letters, more than dead-letters.alarm-share = {}."
                            + " Table cust_payment_tx_dead_letters says why, metrics deadLetters.* how many",
                    Math.round(1000 * alarm.share(nowMillis())) / 10.0, alarmShare);
        } else if (change == DeadLetterAlarm.Change.OVER) {
            LOG.info("The share of dead letters is below half of dead-letters.alarm-share = {} again", alarmShare);
        }
    }

    private static long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    /** The number of dead letters of {@code reason} in a run that has ended. */
    public static long of(JobExecutionResult result, DeadLetterReason reason) {
        Long count = result.getAccumulatorResult(PREFIX + reason);
        return count == null ? 0 : count;
    }
}
