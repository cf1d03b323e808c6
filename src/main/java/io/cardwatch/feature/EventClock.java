package io.cardwatch.feature;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;

/**
 * How far event time has come, for deciding what is too old and what may be forgotten.
 *
 * <p>While streaming that is the watermark. Flink does not checkpoint watermarks, so this does, as union state of which
 * the newest counts: after a restore nothing is refused or forgotten that would not have been without it. (With aligned
 * checkpoints all subtasks hold the same watermark at a barrier; unaligned ones could let a subtask that was behind
 * refuse what it would have accepted.) In a bounded run, whose records come sorted by time and whose watermark comes at the very end, it is each record's own time.
 */
final class EventClock implements Serializable {
    private static final ListStateDescriptor<Long> STATE =
            new ListStateDescriptor<>("watermark", LongSerializer.INSTANCE);

    private final boolean bounded;
    private transient long watermark;
    private transient ListState<Long> state;

    EventClock(boolean bounded) {
        this.bounded = bounded;
    }

    void restore(OperatorStateStore store) throws Exception {
        state = store.getUnionListState(STATE);
        watermark = Long.MIN_VALUE;
        for (long restored : state.get()) {
            advance(restored);
        }
    }

    void snapshot() throws Exception {
        state.update(List.of(watermark));
    }

    void advance(long toWatermark) {
        watermark = Math.max(watermark, toWatermark);
    }

    /**
     * UTC epoch milliseconds up to which everything has come when a timer fires: in a bounded run timers fire at the end
     * of their key, and new ones are ignored there.
     */
    long watermarkAtTimer() {
        return bounded ? Long.MAX_VALUE : watermark;
    }

    /** The same when a record comes that is stamped {@code epochSecond}; {@link Long#MIN_VALUE} at the beginning. */
    long watermarkFor(long epochSecond) {
        return bounded ? epochSecond * 1000 : watermark;
    }
}
