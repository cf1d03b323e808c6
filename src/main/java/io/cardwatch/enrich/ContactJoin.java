package io.cardwatch.enrich;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * Adds the contact details of the customer to each scored transaction; both inputs are keyed by customer id. For an unknown
 * customer the contact columns stay null, and the row is counted.
 *
 * <p>While the gate is closed, rows wait in keyed state. The gate opens when the watermark {@link #ALL_CUSTOMERS_READ}
 * arrives on the second input; then all waiting rows leave, those of a key in order of arrival. More than {@code gateBuffer}
 * waiting rows in a subtask fail the job. A restored job starts with an open gate only if all gates were open at the
 * snapshot: with unaligned checkpoints the watermark, and customers before it, may still be on the way to some subtasks.
 *
 * <p>Only the first input's watermark is passed on, and not past waiting rows.
 */
public final class ContactJoin extends AbstractStreamOperator<ScoredTransaction>
        implements TwoInputStreamOperator<ScoredTransaction, CustomerChange, ScoredTransaction> {
    /** Timestamp of the watermark behind the last customer of the first full reading; a later watermark opens the gate, too. */
    public static final long ALL_CUSTOMERS_READ = Long.MAX_VALUE - 1;

    private static final long serialVersionUID = 1;

    private final int gateBuffer;
    private final boolean startsOpen;

    private transient ValueState<Customer> customer;
    private transient ListStateDescriptor<ScoredTransaction> waitingDescriptor;
    private transient ListState<ScoredTransaction> waiting;
    private transient ListState<Boolean> openState;
    private transient boolean open;
    private transient int waitingRows;
    private transient Watermark heldWatermark;
    private transient Metrics counts;
    private transient Counter unknownCustomers;

    private ContactJoin(int gateBuffer, boolean startsOpen) {
        this.gateBuffer = gateBuffer;
        this.startsOpen = startsOpen;
    }

    /**
     * The join of a streaming job, whose gate is closed until all customers have been read.
     *
     * @param gateBuffer how many rows may wait in a subtask
     */
    public static ContactJoin gated(int gateBuffer) {
        return new ContactJoin(gateBuffer, false);
    }

    /**
     * The join of a bounded run in BATCH mode, where each key's records come sorted by timestamp from both inputs
     * merged: it needs no gate if the customers' timestamps are smaller than those of all transactions.
     */
    public static ContactJoin sorted() {
        return new ContactJoin(0, true);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        openState = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("gate-open", BooleanSerializer.INSTANCE));
        open = startsOpen || (context.isRestored() && wasOpenEverywhere());
    }

    private boolean wasOpenEverywhere() throws Exception {
        Set<Boolean> seen = new HashSet<>();
        openState.get().forEach(seen::add);
        return seen.equals(Set.of(true));
    }

    @Override
    public void open() throws Exception {
        super.open();
        // The second input has no event time. It counts as idle, so that the first alone decides watermark and
        // idleness.
        processWatermarkStatus2(WatermarkStatus.IDLE);
        counts = Metrics.of(getMetricGroup());
        unknownCustomers = counts.counter(Metric.UNKNOWN_CUSTOMERS);
        customer = getPartitionedState(new ValueStateDescriptor<>("customer", WireTypes.CUSTOMER.serializer()));
        waitingDescriptor = new ListStateDescriptor<>("waiting-rows", WireTypes.SCORED_TRANSACTION.serializer());
        waiting = getPartitionedState(waitingDescriptor);
        if (!open) {
            forEachWaitingKey(rows -> {
                for (ScoredTransaction ignored : rows.get()) {
                    waitingRows++;
                }
            });
        }
    }

    @Override
    public void close() throws Exception {
        if (counts != null) {
            counts.close();
        }
        super.close();
    }

    @Override
    public void processElement1(StreamRecord<ScoredTransaction> element) throws Exception {
        if (open) {
            output.collect(element.replace(withContact(element.getValue())));
            return;
        }
        if (waitingRows >= gateBuffer) {
            throw new BadInputException(
                    "More than " + gateBuffer + " rows of a subtask wait for the first full read of customer_info",
                    "Find in the log why that read does not end (a lock, a slow database), or raise"
                            + " customers.gate-buffer.");
        }
        waiting.add(element.getValue());
        waitingRows++;
    }

    @Override
    public void processElement2(StreamRecord<CustomerChange> element) throws Exception {
        customer.update(element.getValue().customer);
    }

    @Override
    public void processWatermark1(Watermark mark) throws Exception {
        if (open) {
            super.processWatermark1(mark);
        } else {
            heldWatermark = mark;
        }
    }

    @Override
    public void processWatermark2(Watermark mark) throws Exception {
        if (open || mark.getTimestamp() < ALL_CUSTOMERS_READ) {
            return;
        }
        open = true;
        forEachWaitingKey(this::release);
        waitingRows = 0;
        if (heldWatermark != null) {
            super.processWatermark1(heldWatermark);
            heldWatermark = null;
        }
    }

    private void release(ListState<ScoredTransaction> rows) throws Exception {
        for (ScoredTransaction row : rows.get()) {
            output.collect(new StreamRecord<>(withContact(row), row.transaction.epochSecond * 1000));
        }
        rows.clear();
    }

    private ScoredTransaction withContact(ScoredTransaction row) throws Exception {
        Customer known = customer.value();
        if (known == null) {
            unknownCustomers.inc();
            return row;
        }
        return row.withContact(known);
    }

    /** Passes the waiting rows of each key that has some to {@code visitor}, with that key as the current one. */
    private void forEachWaitingKey(ThrowingConsumer<ListState<ScoredTransaction>, Exception> visitor) throws Exception {
        getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        waitingDescriptor,
                        (Object key, ListState<ScoredTransaction> rows) -> visitor.accept(rows));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        openState.update(List.of(open));
    }
}
