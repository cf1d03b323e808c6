package io.cardwatch.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out comes back, now and from a savepoint, whatever the fields hold. */
class WireSerializerTest {
    private static final RecordOrigin KINESIS = new RecordOrigin(
            "cust-payment-txn-stream",
            "596",
            "shardId-000000000003",
            "49590338271490256608559692538361571095921575989136588898",
            1_522_540_831_123L);
    private static final RecordOrigin FILE =
            new RecordOrigin("überweisungen-支付.csv", "", "", "12", RecordOrigin.NO_ARRIVAL);
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] SOME_BYTES = {0, -1, 127, -128, '{'};

    private static final Transaction USUAL =
            new Transaction(1, 1_522_540_831L, 596, 3156, 5716, 31, 0, 0, 0, KINESIS, NOTHING);
    private static final Transaction EXTREME = new Transaction(
            Long.MAX_VALUE,
            4_102_444_799L,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            99_999_999_999_999L,
            Long.MIN_VALUE + 1,
            Long.MAX_VALUE,
            1,
            Long.MAX_VALUE,
            FILE,
            SOME_BYTES);
    private static final Transaction SPARSE = new Transaction(
            0,
            -1,
            0,
            0,
            0,
            Transaction.ABSENT,
            Transaction.ABSENT,
            Transaction.ABSENT,
            Transaction.ABSENT,
            FILE,
            NOTHING);
    private static final double[] FEATURES = {
        57.16, 1, 0, 3, 1 / 3.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 0, 0, 0, 0, 0, 0, 1
    };
    private static final FraudLabel LABEL = new FraudLabel(
            7, 1_522_540_831L, 596, Long.MAX_VALUE, true, 1_523_145_631L, "chargeback", KINESIS, SOME_BYTES);
    private static final Customer CUSTOMER = new Customer(
            596, "Engineer", "a@example.org", "Zoë \uD83D\uDE00 O'Hara", "+1 \"5\"", "x".repeat(70_000), "");
    private static final Customer NAMELESS = new Customer(0, null, null, null, null, null, null);
    private static final DeadLetter LETTER =
            DeadLetter.of(DeadLetterReason.WAREHOUSE_REJECTED, "Refused.", KINESIS, SOME_BYTES, Contacts.KEPT);

    static Stream<Sample<?>> samples() {
        return Stream.of(
                new Sample<>(WireTypes.TRANSACTION, List.of(USUAL, EXTREME, SPARSE)),
                new Sample<>(
                        WireTypes.FRAUD_LABEL, List.of(LABEL, new FraudLabel(0, 0, 0, 0, false, 0, "", FILE, NOTHING))),
                new Sample<>(
                        WireTypes.FEATURED_TRANSACTION,
                        List.of(
                                new FeaturedTransaction(USUAL, FEATURES),
                                new FeaturedTransaction(SPARSE, new double[15]))),
                new Sample<>(
                        WireTypes.SCORED_TRANSACTION,
                        List.of(
                                new ScoredTransaction(
                                        USUAL,
                                        FEATURES,
                                        new Decision(0.25, 0.5, "v1")
                                                .with(DecisionColumn.ACTION, "alert")
                                                .with(DecisionColumn.ANOMALY_SCORE, 0.3),
                                        1L,
                                        "a",
                                        "b",
                                        "c"),
                                new ScoredTransaction(
                                        EXTREME,
                                        FEATURES,
                                        new Decision(1, 1e-300, ""),
                                        ScoredTransaction.NOT_TIMED,
                                        null,
                                        null,
                                        null))),
                new Sample<>(
                        WireTypes.SHADOW_SCORE,
                        List.of(
                                new ShadowScore(7, 8, 9, "next", "v1", 0.25, 1),
                                new ShadowScore(0, Long.MAX_VALUE, -1, "", "", 1e-300, 0))),
                new Sample<>(WireTypes.CUSTOMER, List.of(CUSTOMER, NAMELESS)),
                new Sample<>(
                        WireTypes.CUSTOMER_CHANGE,
                        List.of(
                                CustomerChange.to(CUSTOMER),
                                CustomerChange.to(NAMELESS),
                                CustomerChange.vanished(Long.MAX_VALUE))),
                new Sample<>(
                        WireTypes.DEAD_LETTER,
                        List.of(LETTER, DeadLetter.of(DeadLetterReason.EMPTY, "", FILE, NOTHING, Contacts.LEFT_OUT))),
                new Sample<>(
                        WireTypes.DECODED_TRANSACTION,
                        List.of(Decoded.accepted(USUAL, 0), Decoded.accepted(SPARSE, 15), Decoded.rejected(LETTER))),
                new Sample<>(
                        WireTypes.DECODED_FRAUD_LABEL, List.of(Decoded.accepted(LABEL, 5), Decoded.rejected(LETTER))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <T> void everyFieldSurvivesTheWireAndNoByteIsLeftOver(Sample<T> sample) throws IOException {
        TypeSerializer<T> serializer = sample.type.createSerializer(new ExecutionConfig().getSerializerConfig());
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (T value : sample.values) {
            serializer.serialize(value, out);
        }
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        for (T value : sample.values) {
            assertSame(serializer.deserialize(in), value);
        }
        assertThat(in.available()).isZero();
    }

    @ParameterizedTest
    @MethodSource("samples")
    <T> void copyingBytesGivesTheSameBytes(Sample<T> sample) throws IOException {
        byte[] bytes = bytes(sample);
        DataOutputSerializer copy = new DataOutputSerializer(16);
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        for (int i = 0; i < sample.values.size(); i++) {
            sample.type.serializer().copy(in, copy);
        }
        assertThat(copy.getCopyOfBuffer()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <T> void aSavepointOfTodayRestoresAndReadsItsState(Sample<T> sample) throws IOException {
        TypeSerializer<T> serializer = sample.type.serializer();
        TypeSerializerSnapshot<T> restored = restored(serializer.snapshotConfiguration());

        assertThat(serializer
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(restored)
                        .isCompatibleAsIs())
                .isTrue();
        DataInputDeserializer in = new DataInputDeserializer(bytes(sample));
        for (T value : sample.values) {
            assertSame(restored.restoreSerializer().deserialize(in), value);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    <T> void aSerializerTravelsWithTheJobGraph(Sample<T> sample) throws Exception {
        WireTypeInfo<T> arrived = InstantiationUtil.clone(sample.type);
        assertThat(arrived).isEqualTo(sample.type).hasSameHashCodeAs(sample.type);
        DataInputDeserializer in = new DataInputDeserializer(bytes(sample));
        assertSame(arrived.serializer().deserialize(in), sample.values.get(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 125, 126, 127, 128, 5_000, 20_000})
    void anOriginTravels_howeverLongItsTextsAre(int length) throws IOException {
        String text = "ä".repeat(length / 2) + "x".repeat(length % 2);
        RecordOrigin origin = new RecordOrigin(text, "k", text, "é" + text, 7);
        DataOutputSerializer out = new DataOutputSerializer(16);
        RecordOriginSerializer.INSTANCE.serialize(origin, out);

        RecordOrigin read =
                RecordOriginSerializer.INSTANCE.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));

        assertThat(read).usingRecursiveComparison().isEqualTo(origin);
        assertThat(read.stream()).isEqualTo(text);
        assertThat(read.partitionKey()).isEqualTo("k");
        assertThat(read.shardId()).isEqualTo(text);
        assertThat(read.sequenceNumber()).isEqualTo("é" + text);
    }

    @Test
    void stateOfAnOlderVersionIsReadableAfterAFieldWasAdded() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(16);
        new GrownSerializer(1).serialize("old", out);
        GrownSerializer grown = new GrownSerializer(2);
        grown.serialize("new", out);
        TypeSerializerSnapshot<String> old = new WireSerializerSnapshot<>(new GrownSerializer(1));

        assertThat(grown.snapshotConfiguration().resolveSchemaCompatibility(old).isCompatibleAsIs())
                .isTrue();
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        assertThat(grown.deserialize(in)).isEqualTo("old without field");
        assertThat(grown.deserialize(in)).isEqualTo("new with field");
    }

    @Test
    void stateOfANewerVersionIsRefusedAtRestoreAndAtReading() throws IOException {
        TypeSerializerSnapshot<String> newer = new WireSerializerSnapshot<>(new GrownSerializer(2));
        GrownSerializer older = new GrownSerializer(1);

        assertThat(older.snapshotConfiguration()
                        .resolveSchemaCompatibility(newer)
                        .isIncompatible())
                .isTrue();
        DataOutputSerializer out = new DataOutputSerializer(16);
        new GrownSerializer(2).serialize("new", out);
        assertThatThrownBy(() -> older.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("written in version 2");
    }

    @Test
    void aSavepointOfANewerVersionIsRefusedWhenItIsOpened() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        out.writeUTF(WireTypes.CUSTOMER.serializer().getClass().getName());
        out.writeInt(99);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

        assertThatThrownBy(() -> new WireSerializerSnapshot<Customer>()
                        .readSnapshot(1, in, getClass().getClassLoader()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("written in version 99 of ", "Start the release that took the savepoint");
    }

    /** So that a class may be renamed. Savepoints of 0.1.0 have the classes' names, and are read all the same. */
    @ParameterizedTest
    @MethodSource("samples")
    <T> void aSavepointHoldsANameOfOurOwn_andTheClassesNameIsRead(Sample<T> sample) throws IOException {
        WireSerializer<T> serializer = sample.type.serializer();
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.snapshotConfiguration().writeSnapshot(out);
        String name = new DataInputDeserializer(out.getCopyOfBuffer()).readUTF();
        assertThat(name).matches("[a-z]+(-[a-z]+)*");

        for (String written : List.of(name, serializer.getClass().getName())) {
            DataOutputSerializer stored = new DataOutputSerializer(64);
            stored.writeUTF(written);
            stored.writeInt(1);
            WireSerializerSnapshot<T> snapshot = new WireSerializerSnapshot<>();
            snapshot.readSnapshot(
                    1,
                    new DataInputDeserializer(stored.getCopyOfBuffer()),
                    getClass().getClassLoader());
            assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
        }
    }

    @Test
    void stateOfAnotherTypeIsRefused() throws IOException {
        @SuppressWarnings({"unchecked", "rawtypes"})
        TypeSerializerSnapshot<Customer> other = (TypeSerializerSnapshot)
                restored(WireTypes.DEAD_LETTER.serializer().snapshotConfiguration());
        assertThat(WireTypes.CUSTOMER
                        .serializer()
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(other)
                        .isIncompatible())
                .isTrue();
    }

    private static void assertSame(Object actual, Object expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    private static <T> byte[] bytes(Sample<T> sample) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (T value : sample.values) {
            sample.type.serializer().serialize(value, out);
        }
        return out.getCopyOfBuffer();
    }

    private static <T> TypeSerializerSnapshot<T> restored(TypeSerializerSnapshot<T> snapshot) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, snapshot);
        return TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(out.getCopyOfBuffer()), WireSerializerTest.class.getClassLoader());
    }

    static final class Sample<T> {
        final WireTypeInfo<T> type;
        final List<T> values;

        Sample(WireTypeInfo<T> type, List<T> values) {
            this.type = type;
            this.values = values;
        }

        @Override
        public String toString() {
            return type.serializer().getClass().getSimpleName();
        }
    }

    /** A type that gained a field in version 2. */
    private static final class GrownSerializer extends WireSerializer<String> {
        GrownSerializer(int version) {
            super(version);
        }

        @Override
        protected void write(String value, DataOutputView out) throws IOException {
            writeText(value, out);
            if (version() == 2) {
                writeText(" with field", out);
            }
        }

        @Override
        protected String read(DataInputView in, int writtenVersion) throws IOException {
            return readText(in) + (writtenVersion == 1 ? " without field" : readText(in));
        }
    }
}
