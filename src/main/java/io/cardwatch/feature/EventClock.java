package io.cardwatch.feature;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;

/**
 * How far event time has advanced. This decides what is too old and what may be dropped.
 *
 * <p>In a streaming run this is the watermark. Flink does not checkpoint watermarks, so this class does, as union state
 * of which the newest counts: a restore does not change what is refused or dropped. (With aligned checkpoints all
 * subtasks hold the same watermark at a barrier. With unaligned ones a subtask that was behind could refuse what it
 * would have accepted.) In a bounded run, sorted by time with its watermark at the very end, each record's own time
 * counts.
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

    /** The newest watermark, UTC epoch milliseconds; {@link Long#MIN_VALUE} before the first. */
    long watermark() {
        return watermark;
    }

    /**
     * The watermark when a timer fires, UTC epoch milliseconds. In a bounded run timers fire at the end of their key,
     * and new ones are ignored there.
     */
    long watermarkAtTimer() {
        return bounded ? Long.MAX_VALUE : watermark;
    }

    /** The watermark for a record stamped {@code epochSecond}; {@link Long#MIN_VALUE} before the first. */
    long watermarkFor(long epochSecond) {
        return bounded ? epochSecond * 1000 : watermark;
    }
}
