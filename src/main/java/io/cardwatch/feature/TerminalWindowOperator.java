package io.cardwatch.feature;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.platform.Metrics;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keyed by terminal: adds the terminal's features to each transaction, from the transactions and labels so far.
 *
 * <p>A label whose transaction has not come when its state expires goes to the side output of dead letters. A key's
 * state is one {@link TerminalWindow} and at most one event-time timer.
 */
public final class TerminalWindowOperator extends AbstractStreamOperator<FeaturedTransaction>
        implements TwoInputStreamOperator<FeaturedTransaction, FraudLabel, FeaturedTransaction>,
                Triggerable<Long, VoidNamespace> {
    private final WindowTimes times;
    private final EventClock clock;
    private final boolean keepBytes;
    private final OutputTag<DeadLetter> deadLetters;

    private transient ValueState<TerminalWindow> windows;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient Counter repeatedLabels;
    private transient Counter lateLabels;

    /**
     * @param bounded whether the run is bounded, so that records come sorted by time
     * @param keepBytes whether state and dead letters may hold a label's bytes
     */
    public TerminalWindowOperator(
            WindowTimes times, boolean bounded, boolean keepBytes, OutputTag<DeadLetter> deadLetters) {
        this.times = times;
        this.clock = new EventClock(bounded);
        this.keepBytes = keepBytes;
        this.deadLetters = deadLetters;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        clock.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        clock.snapshot();
    }

    @Override
    public void open() throws Exception {
        super.open();
        windows = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("terminal-window", TerminalWindow.Serializer.INSTANCE));
        timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
        MetricGroup metrics = Metrics.group(getMetricGroup());
        repeatedLabels = metrics.counter("labelsRepeated");
        lateLabels = metrics.counter("labelsLate");
    }

    @Override
    public void processElement1(StreamRecord<FeaturedTransaction> element) throws Exception {
        FeaturedTransaction partial = element.getValue();
        TerminalWindow window = windowOfKey();
        double[] features = partial.features.clone();
        window.arrive(partial.transaction, clock.watermarkFor(partial.transaction.epochSecond), times, features);
        keep(window);
        output.collect(element.replace(new FeaturedTransaction(partial.transaction, features)));
    }

    @Override
    public void processElement2(StreamRecord<FraudLabel> element) throws Exception {
        FraudLabel label = element.getValue();
        TerminalWindow window = windowOfKey();
        switch (window.label(label, clock.watermarkFor(label.labelEpochSecond), times)) {
            case WAITING:
                window.await(label, unmatched(label));
                break;
            case REPEATED:
                repeatedLabels.inc();
                break;
            case LATE:
                lateLabels.inc();
                break;
            case MATCHED:
                break;
        }
        keep(window);
    }

    private TerminalWindow windowOfKey() throws Exception {
        TerminalWindow window = windows.value();
        return window == null ? new TerminalWindow() : window;
    }

    private DeadLetter unmatched(FraudLabel label) {
        return DeadLetter.of(
                DeadLetterReason.LABEL_UNMATCHED,
                "no transaction with this identity came to this terminal before its state expired",
                label.origin,
                label.raw,
                keepBytes);
    }

    private void keep(TerminalWindow window) throws Exception {
        if (window.isEmpty()) {
            setTimer(window, Long.MIN_VALUE);
            windows.clear();
            return;
        }
        // An early timer asks again when it fires; only one that would fire too late is moved.
        long expiry = window.nextExpiry(times);
        if (window.timer == Long.MIN_VALUE || expiry < window.timer) {
            setTimer(window, expiry);
        }
        windows.update(window);
    }

    private void setTimer(TerminalWindow window, long expiry) {
        if (window.timer != Long.MIN_VALUE) {
            timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, window.timer);
        }
        if (expiry != Long.MIN_VALUE) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, expiry);
        }
        window.timer = expiry;
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        clock.advance(mark.getTimestamp());
        super.processWatermark(mark);
    }

    @Override
    public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
        TerminalWindow window = windows.value();
        long horizon = times.terminalHorizon(clock.watermarkAtTimer());
        window.evict(horizon);
        for (DeadLetter unmatched : window.takeUnmatched(horizon)) {
            output.collect(deadLetters, new StreamRecord<>(unmatched));
        }
        window.timer = Long.MIN_VALUE;
        keep(window);
    }

    @Override
    public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) {
        throw new IllegalStateException("no processing-time timer is ever registered");
    }
}
