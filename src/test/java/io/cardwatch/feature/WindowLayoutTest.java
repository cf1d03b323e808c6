package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Grown;
import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.GoldenFiles;
import io.cardwatch.testing.StateGrowth;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the windows are stored: as they were, and readable when a later version has a field more. */
class WindowLayoutTest {
    private static final WindowTimes TIMES = new WindowTimes(Duration.ofDays(7), Duration.ofDays(3), 16);
    private static final long START = Events.at("2024-02-20 12:00:07");
    private static final int PAYMENTS = 40;

    /** A window with everything in it that it can have. */
    private record Sample<W extends ExpiringWindow>(
            String type, W window, WireSerializer<W> serializer, Supplier<Grown<W>> grown) {
        byte[] bytes() throws IOException {
            DataOutputSerializer out = new DataOutputSerializer(1_000);
            serializer.serialize(window, out);
            return out.getCopyOfBuffer();
        }
    }

    static Stream<Sample<?>> samples() {
        return Stream.of(
                new Sample<>(
                        "customer-window",
                        customer(FeatureSet.REFERENCE),
                        CustomerWindow.serializer(FeatureSet.REFERENCE),
                        GrownCustomer::new),
                new Sample<>(
                        "extended-customer-window",
                        customer(FeatureSet.EXTENDED),
                        CustomerWindow.serializer(FeatureSet.EXTENDED),
                        GrownExtendedCustomer::new),
                new Sample<>(
                        "terminal-window",
                        terminal(FeatureSet.REFERENCE),
                        TerminalWindow.serializer(FeatureSet.REFERENCE),
                        GrownTerminal::new),
                new Sample<>(
                        "extended-terminal-window",
                        terminal(FeatureSet.EXTENDED),
                        TerminalWindow.serializer(FeatureSet.EXTENDED),
                        GrownExtendedTerminal::new));
    }

    @ParameterizedTest
    @MethodSource("samples")
    <W extends ExpiringWindow> void aSavepointNamesItByANameOfOurOwn(Sample<W> sample) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        sample.serializer.snapshotConfiguration().writeSnapshot(out);
        assertThat(new DataInputDeserializer(out.getCopyOfBuffer()).readUTF()).isEqualTo(sample.type);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <W extends ExpiringWindow> void aWindowIsStoredAsItWasWhenItsLayoutGotItsNumber(Sample<W> sample)
            throws IOException {
        byte[] bytes = sample.bytes();
        int version = sample.serializer.version();
        GoldenFiles.assertLayout(sample.type, version, bytes);

        DataInputDeserializer in = new DataInputDeserializer(GoldenFiles.readLayout(sample.type, version));
        W read = sample.serializer.deserialize(in);
        assertThat(in.available()).isZero();
        DataOutputSerializer again = new DataOutputSerializer(1_000);
        sample.serializer.serialize(read, again);
        assertThat(again.getCopyOfBuffer()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("samples")
    <W extends ExpiringWindow> void stateOutlivesANewField(Sample<W> sample) throws Exception {
        for (Supplier<StateBackend> backend : Stream.<Supplier<StateBackend>>of(
                        HashMapStateBackend::new, EmbeddedRocksDBStateBackend::new)
                .toList()) {
            StateGrowth.assertStateOutlivesANewField(sample.window, sample.serializer, sample.grown, backend);
        }
    }

    private static CustomerWindow customer(FeatureSet set) {
        CustomerWindow window = CustomerWindow.of(set);
        double[] features = new double[set.size()];
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = payment(i);
            window.arrive(payment, (payment.epochSecond - 60) * 1000, TIMES, features);
            if (i % 7 == 0) {
                window.label(label(i, payment), payment.epochSecond * 1000, TIMES);
            }
        }
        window.timer = TIMES.customerExpiry(START);
        return window;
    }

    private static TerminalWindow terminal(FeatureSet set) {
        TerminalWindow window = TerminalWindow.of(set);
        double[] features = new double[set.size()];
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = payment(i);
            window.arrive(payment, (payment.epochSecond - 60) * 1000, TIMES, features);
            if (i % 7 == 0) {
                window.label(label(i, payment), payment.epochSecond * 1000, TIMES);
            }
        }
        FraudLabel waiting = label(PAYMENTS, payment(PAYMENTS + 5));
        assertThat(window.label(waiting, (START + PAYMENTS * 60) * 1000, TIMES))
                .isEqualTo(TerminalWindow.Match.WAITING);
        window.await(
                waiting,
                DeadLetter.of(
                        DeadLetterReason.LABEL_UNMATCHED,
                        "It never came.",
                        waiting.origin,
                        waiting.raw,
                        Contacts.KEPT));
        assertThat(window.isCoarse()).isTrue();
        window.timer = TIMES.terminalExpiry(START);
        return window;
    }

    /** Ids from small to greatest, amounts from nothing to the most there is, one every 17 hours. */
    private static Transaction payment(int i) {
        long id = i % 5 == 0 ? Long.MAX_VALUE - i : i;
        long cents = i == 11 ? 99_999_999_999_999L : 1_000L * (i % 9);
        return Events.transaction(i, id, START + i * 61_200L, i % 3, i % 4, cents);
    }

    private static FraudLabel label(int i, Transaction payment) {
        return Events.label(i, payment, i % 2 == 0, payment.epochSecond + i);
    }

    /** Of the reference features, a customer. */
    public static final class GrownCustomer extends Grown<CustomerWindow> {
        public GrownCustomer() {
            super(CustomerWindow.serializer(FeatureSet.REFERENCE));
        }
    }

    /** Of the extended features, a customer. */
    public static final class GrownExtendedCustomer extends Grown<CustomerWindow> {
        public GrownExtendedCustomer() {
            super(CustomerWindow.serializer(FeatureSet.EXTENDED));
        }
    }

    /** Of the reference features, a terminal. */
    public static final class GrownTerminal extends Grown<TerminalWindow> {
        public GrownTerminal() {
            super(TerminalWindow.serializer(FeatureSet.REFERENCE));
        }
    }

    /** Of the extended features, a terminal. */
    public static final class GrownExtendedTerminal extends Grown<TerminalWindow> {
        public GrownExtendedTerminal() {
            super(TerminalWindow.serializer(FeatureSet.EXTENDED));
        }
    }
}
