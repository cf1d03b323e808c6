package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.codec.Grown;
import io.cardwatch.codec.WireSerializer;
import java.util.function.Supplier;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** A value in the state of one version, restored by the next, whose type has a field more, and by the one before. */
public final class StateGrowth {
    private static final OperatorSubtaskState NOTHING =
            OperatorSubtaskState.builder().build();

    private StateGrowth() {}

    /**
     * Checks that state outlives a new field and that the older program refuses what the newer one wrote.
     *
     * @param grown makes the serializer of the program of the moment
     */
    public static <T> void assertStateOutlivesANewField(
            T value, WireSerializer<T> present, Supplier<Grown<T>> grown, Supplier<StateBackend> backend)
            throws Exception {
        try {
            Grown.later = false;
            OperatorSubtaskState before =
                    run(grown.get(), backend, NOTHING, harness -> harness.processElement(new StreamRecord<>(value)));
            Grown.later = true;
            OperatorSubtaskState after = run(grown.get(), backend, before, harness -> {
                T restored = read(harness);
                assertThat(bytes(present, restored)).isEqualTo(bytes(present, value));
                harness.processElement(new StreamRecord<>(restored));
            });
            run(grown.get(), backend, after, harness -> assertThat(bytes(present, read(harness)))
                    .isEqualTo(bytes(present, value)));
            Grown.later = false;
            assertThatThrownBy(() -> run(grown.get(), backend, after, harness -> {}))
                    .hasStackTraceContaining("The state was written in version " + (present.version() + 1))
                    .hasStackTraceContaining("reads versions 1 to " + present.version());
        } finally {
            Grown.later = false;
        }
    }

    /** What happens in a program between two savepoints. */
    private interface Program<T> {
        void run(KeyedOneInputStreamOperatorTestHarness<Long, T, T> harness) throws Exception;
    }

    /** Restores one savepoint, runs the program and takes the next. */
    private static <T> OperatorSubtaskState run(
            WireSerializer<T> serializer, Supplier<StateBackend> backend, OperatorSubtaskState from, Program<T> program)
            throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<Long, T, T>(new Keep<>(serializer), value -> 1L, Types.LONG);
        try {
            harness.setStateBackend(backend.get());
            harness.initializeState(from);
            harness.open();
            program.run(harness);
            return harness.snapshot(1, 1);
        } finally {
            harness.close();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T read(KeyedOneInputStreamOperatorTestHarness<Long, T, T> harness) throws Exception {
        harness.getOperator().setCurrentKey(1L);
        return ((Keep<T>) harness.getOperator()).kept.value();
    }

    private static <T> byte[] bytes(WireSerializer<T> serializer, T value) throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(1_000);
        serializer.serialize(value, out);
        return out.getCopyOfBuffer();
    }

    /** Keeps the last value of a key. */
    private static final class Keep<T> extends AbstractStreamOperator<T> implements OneInputStreamOperator<T, T> {
        private final WireSerializer<T> serializer;
        private transient ValueState<T> kept;

        Keep(WireSerializer<T> serializer) {
            this.serializer = serializer;
        }

        @Override
        public void open() throws Exception {
            super.open();
            kept = getRuntimeContext().getState(new ValueStateDescriptor<>("kept", serializer));
        }

        @Override
        public void processElement(StreamRecord<T> element) throws Exception {
            kept.update(element.getValue());
        }
    }
}
