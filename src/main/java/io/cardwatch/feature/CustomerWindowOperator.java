package io.cardwatch.feature;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
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
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Keyed by customer: accepts each transaction once and adds the features of the payment and of its customer.
 *
 * <p>What it refuses (TOO_OLD, CONFLICT) goes to the side output of dead letters. A key's state is one
 * {@link CustomerWindow} and at most one event-time timer, which clears it when nothing in it can matter any more.
 */
public final class CustomerWindowOperator extends AbstractStreamOperator<FeaturedTransaction>
        implements OneInputStreamOperator<Transaction, FeaturedTransaction>, Triggerable<Long, VoidNamespace> {
    private final WindowTimes times;
    private final EventClock clock;
    private final boolean keepBytes;
    private final OutputTag<DeadLetter> deadLetters;

    private transient ValueState<CustomerWindow> windows;
    private transient InternalTimerService<VoidNamespace> timers;
    private transient Counter redelivered;

    /**
     * @param bounded whether the run is bounded, so that records come sorted by time
     * @param keepBytes whether dead letters may hold the record's bytes
     */
    public CustomerWindowOperator(
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
                .getState(new ValueStateDescriptor<>("customer-window", CustomerWindow.Serializer.INSTANCE));
        timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
        MetricGroup metrics = Metrics.group(getMetricGroup());
        redelivered = metrics.counter("redelivered");
    }

    @Override
    public void processElement(StreamRecord<Transaction> element) throws Exception {
        Transaction transaction = element.getValue();
        CustomerWindow window = windows.value();
        if (window == null) {
            window = new CustomerWindow();
        }
        double[] features = new double[Feature.ALL.size()];
        CustomerWindow.Arrival arrival =
                window.arrive(transaction, clock.watermarkFor(transaction.epochSecond), times, features);
        switch (arrival) {
            case ACCEPTED:
                PaymentFeatures.describe(transaction, features);
                output.collect(element.replace(new FeaturedTransaction(transaction.withoutRaw(), features)));
                break;
            case REDELIVERED:
                redelivered.inc();
                break;
            case TOO_OLD:
                refuse(
                        element,
                        DeadLetterReason.TOO_OLD,
                        "TX_DATETIME is further behind the watermark than features.allowed-lateness");
                break;
            case CONFLICT:
                refuse(
                        element,
                        DeadLetterReason.CONFLICT,
                        "a transaction with the same CUSTOMER_ID, TRANSACTION_ID and TX_DATETIME"
                                + " but another TERMINAL_ID or TX_AMOUNT came first");
                break;
        }
        keep(window);
    }

    private void refuse(StreamRecord<Transaction> element, DeadLetterReason reason, String message) {
        Transaction transaction = element.getValue();
        output.collect(
                deadLetters,
                new StreamRecord<>(DeadLetter.of(reason, message, transaction.origin, transaction.raw, keepBytes)));
    }

    private void keep(CustomerWindow window) throws Exception {
        if (window.isEmpty()) {
            if (window.timer != Long.MIN_VALUE) {
                timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, window.timer);
            }
            windows.clear();
            return;
        }
        if (window.timer == Long.MIN_VALUE) {
            window.timer = times.customerExpiry(window.newestSecond());
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, window.timer);
        }
        windows.update(window);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        clock.advance(mark.getTimestamp());
        super.processWatermark(mark);
    }

    @Override
    public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
        CustomerWindow window = windows.value();
        window.evict(times.customerHorizon(clock.watermarkAtTimer()));
        window.timer = Long.MIN_VALUE;
        keep(window);
    }

    @Override
    public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) {
        throw new IllegalStateException("no processing-time timer is ever registered");
    }
}
