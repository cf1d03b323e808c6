package io.cardwatch.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.GoldenFiles;
import io.cardwatch.testing.StateGrowth;
import java.io.IOException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How records are stored: as they were, and readable when a later version has a field more. All of them, since an
 * unaligned checkpoint also holds those that are on their way.
 */
class RecordLayoutTest {
    @ParameterizedTest
    @MethodSource("io.cardwatch.codec.WireSerializerTest#samples")
    <T> void aRecordIsStoredAsItWasWhenItsLayoutGotItsNumber(WireSerializerTest.Sample<T> sample) throws IOException {
        WireSerializer<T> serializer = sample.type.serializer();
        DataOutputSerializer out = new DataOutputSerializer(1_000);
        for (T value : sample.values) {
            serializer.serialize(value, out);
        }
        String type = serializer.getClass().getName().replaceAll(".*[.$]", "");
        GoldenFiles.assertLayout(type, serializer.version(), out.getCopyOfBuffer());

        DataInputDeserializer in = new DataInputDeserializer(GoldenFiles.readLayout(type, serializer.version()));
        for (T value : sample.values) {
            assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(value);
        }
        assertThat(in.available()).isZero();
    }

    /** They are in the savepoints of jobs that knew no other. */
    @Test
    void aRowOfTheFirstLayoutIsDecidedByItsScoreAlone() throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(GoldenFiles.readLayout("ScoredTransactionSerializer", 1));
        ScoredTransaction row = WireTypes.SCORED_TRANSACTION.serializer().deserialize(in);

        assertThat(row.decision).usingRecursiveComparison().isEqualTo(new Decision(0.25, 0.5, "v1"));
        assertThat(row.scoredAtMillis).isEqualTo(1);
        assertThat(row.phoneNumber).isEqualTo("c");
    }

    @Test
    void customersInStateOutliveANewField() throws Exception {
        assertStateOutlivesANewField(WireTypes.CUSTOMER, GrownCustomer::new);
    }

    @Test
    void waitingRowsInStateOutliveANewField() throws Exception {
        assertStateOutlivesANewField(WireTypes.SCORED_TRANSACTION, GrownRow::new);
    }

    @SuppressWarnings("unchecked")
    private static <T> void assertStateOutlivesANewField(WireTypeInfo<T> type, Supplier<Grown<T>> grown)
            throws Exception {
        T value = (T) WireSerializerTest.samples()
                .filter(sample -> sample.type.equals(type))
                .findFirst()
                .orElseThrow()
                .values
                .get(0);
        for (Supplier<StateBackend> backend : Stream.<Supplier<StateBackend>>of(
                        HashMapStateBackend::new, EmbeddedRocksDBStateBackend::new)
                .toList()) {
            StateGrowth.assertStateOutlivesANewField(value, type.serializer(), grown, backend);
        }
    }

    /** A customer. */
    public static final class GrownCustomer extends Grown<Customer> {
        public GrownCustomer() {
            super(WireTypes.CUSTOMER.serializer());
        }
    }

    /** A row. */
    public static final class GrownRow extends Grown<ScoredTransaction> {
        public GrownRow() {
            super(WireTypes.SCORED_TRANSACTION.serializer());
        }
    }
}
