package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A terminal above its limit beside the same one without any, whose answers the differential test has proved. */
class CoarseTerminalTest {
    private static final Duration DELAY = Duration.ofDays(7);
    private static final Duration LATENESS = Duration.ofDays(3);
    private static final WindowTimes EXACT = new WindowTimes(DELAY, LATENESS);
    private static final WindowTimes COARSE = new WindowTimes(DELAY, LATENESS, 1_000);
    private static final long START = Events.at("2025-01-01 00:00:00");
    private static final int DAYS = 80;
    private static final int PAYMENTS = 24_000;
    private static final long[] WINDOW_DAYS = {1, 7, 30};

    private final Random random = new Random(7);
    private final List<Transaction> payments = payments();
    private final Map<Long, Long> byMinute = payments.stream()
            .collect(Collectors.groupingBy(payment -> payment.epochSecond / 60, Collectors.counting()));

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void countsAreWrongByTheirEdgesMinutesAtTheMost_andFraudsNever(FeatureSet set) throws IOException {
        TerminalWindow exact = TerminalWindow.of(set);
        TerminalWindow coarse = TerminalWindow.of(set);
        List<FraudLabel> labels = labels();
        long mostEvents = 0;
        int label = 0;
        int inexact = 0;
        for (Transaction payment : payments) {
            for (; label < labels.size() && labels.get(label).labelEpochSecond <= payment.epochSecond; label++) {
                FraudLabel next = labels.get(label);
                long now = next.labelEpochSecond * 1000;
                assertThat(coarse.label(next, now, COARSE)).isEqualTo(exact.label(next, now, EXACT));
            }
            double[] wanted = arrive(exact, payment, EXACT, set);
            double[] actual = arrive(coarse, payment, COARSE, set);
            for (int w = 0; w < WINDOW_DAYS.length; w++) {
                int count = Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index() + 2 * w;
                long end = payment.epochSecond - DELAY.toSeconds();
                long start = end - WINDOW_DAYS[w] * Events.DAY;
                assertThat(Math.abs(actual[count] - wanted[count]))
                        .isLessThanOrEqualTo(inMinuteOf(start) + inMinuteOf(end));
                inexact += actual[count] != wanted[count] ? 1 : 0;
                if (actual[count] > 0 && wanted[count] > 0) {
                    assertThat(Math.rint(actual[count] * actual[count + 1]))
                            .isEqualTo(Math.rint(wanted[count] * wanted[count + 1]));
                }
            }
            mostEvents = Math.max(mostEvents, coarse.verdicts.events.size());
            if (payment.transactionId % 1_000 == 0) {
                coarse = TerminalWindow.serializer(set).copy(stored(set, coarse));
            }
        }
        assertThat(mostEvents).isBetween(2_000L, 4_500L);
        assertThat(exact.verdicts.events.size()).isGreaterThan(11_000);
        assertThat(inexact).isGreaterThan(1_000);
        assertThat(coarse.heapBytes()).isLessThan(exact.heapBytes());
    }

    @Test
    void collapsesNothingBeforeThereIsAWatermark() {
        TerminalWindow window = TerminalWindow.of(FeatureSet.REFERENCE);
        double[] features = new double[FeatureSet.REFERENCE.size()];
        payments.forEach(payment -> window.arrive(payment, Long.MIN_VALUE, COARSE, features));

        assertThat(window.isCoarse()).isFalse();
    }

    @Test
    void aPaymentIsBelievedToHaveComeOnlyInACollapsedMinute() {
        TerminalWindow window = TerminalWindow.of(FeatureSet.REFERENCE);
        payments.forEach(payment -> arrive(window, payment, COARSE, FeatureSet.REFERENCE));
        long last = payments.get(payments.size() - 1).epochSecond;
        Transaction collapsed = payments.stream()
                .filter(payment -> payment.epochSecond > last - 20 * Events.DAY)
                .findFirst()
                .orElseThrow();
        Transaction neverCame = Events.transaction(PAYMENTS, PAYMENTS, last, 1, 1, 100);

        double count = count(window, collapsed, false);
        assertThat(count(window, collapsed, true)).isEqualTo(count - 1);
        assertThat(count(window, neverCame, true)).isEqualTo(count(window, neverCame, false));
    }

    /** Payments of a day up to this one, it being asked for with no delay. */
    private static double count(TerminalWindow window, Transaction payment, boolean known) {
        double[] features = new double[FeatureSet.REFERENCE.size()];
        window.ask(payment, known, payment.epochSecond, new WindowTimes(Duration.ZERO, LATENESS, 1_000), features);
        return features[Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index()];
    }

    @Test
    void expiresWithItsLastMinute() {
        TerminalWindow window = TerminalWindow.of(FeatureSet.REFERENCE);
        payments.forEach(payment -> arrive(window, payment, COARSE, FeatureSet.REFERENCE));
        assertThat(window.isCoarse()).isTrue();
        long last = payments.get(payments.size() - 1).epochSecond;

        assertThat(window.nextExpiry(COARSE)).isEqualTo(COARSE.terminalExpiry(last));
        window.evict(last - 1);
        assertThat(window.isEmpty()).isFalse();
        window.evict(last);
        assertThat(window.isEmpty()).isTrue();
    }

    @Test
    void stateFromBeforeThereWerePanesIsRead() throws IOException {
        TerminalWindow window = TerminalWindow.of(FeatureSet.REFERENCE);
        payments.subList(0, 10).forEach(payment -> arrive(window, payment, EXACT, FeatureSet.REFERENCE));
        // In one byte, behind the number of the layout and the timer.
        window.version = 0;
        DataOutputSerializer out = new DataOutputSerializer(1_000);
        TerminalWindow.serializer(FeatureSet.REFERENCE).serialize(window, out);
        byte[] now = out.getCopyOfBuffer();
        int version = 1 + Long.BYTES;
        byte[] first = new byte[now.length - 2];
        System.arraycopy(now, 0, first, 0, version);
        System.arraycopy(now, version + 1, first, version, first.length - version);
        first[0] = 1;

        TerminalWindow read =
                TerminalWindow.serializer(FeatureSet.REFERENCE).deserialize(new DataInputDeserializer(first));

        assertThat(read.isCoarse()).isFalse();
        assertThat(arrive(read, payments.get(10), EXACT, FeatureSet.REFERENCE))
                .isEqualTo(arrive(window, payments.get(10), EXACT, FeatureSet.REFERENCE));
    }

    @Test
    void aDelayBelowTheLatenessCollapsesNothingThatMayStillCome() {
        WindowTimes times = new WindowTimes(Duration.ofHours(6), LATENESS, 1_000);
        TerminalWindow window = TerminalWindow.of(FeatureSet.REFERENCE);
        payments.forEach(payment -> arrive(window, payment, times, FeatureSet.REFERENCE));
        assertThat(window.isCoarse()).isTrue();
        Transaction last = payments.get(payments.size() - 1);
        Transaction twoDaysAgo = payments.get(payments.size() - 600);
        Transaction heldUp = Events.transaction(PAYMENTS, PAYMENTS, twoDaysAgo.epochSecond, 1, 1, 100);

        assertThat(window.label(Events.label(1, heldUp, true, last.epochSecond), last.epochSecond * 1000, times))
                .isEqualTo(TerminalWindow.Match.WAITING);
    }

    private static double[] arrive(TerminalWindow window, Transaction payment, WindowTimes times, FeatureSet set) {
        double[] asked = new double[set.size()];
        window.ask(payment, false, payment.epochSecond, times, asked);
        double[] features = new double[set.size()];
        window.arrive(payment, payment.epochSecond * 1000, times, features);
        assertThat(asked).containsExactly(features);
        return features;
    }

    private static TerminalWindow stored(FeatureSet set, TerminalWindow window) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(1_000);
        TerminalWindow.serializer(set).serialize(window, out);
        return TerminalWindow.serializer(set).deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    }

    /** In order of time, several in most of the minutes that have any. */
    private List<Transaction> payments() {
        long[] seconds = random.longs(PAYMENTS, 0, DAYS * 100)
                .map(minute -> START + minute * 864 + random.nextInt(60))
                .sorted()
                .toArray();
        List<Transaction> all = new ArrayList<>();
        for (int i = 0; i < PAYMENTS; i++) {
            all.add(Events.transaction(i, i, seconds[i], random.nextInt(500), 1, 100));
        }
        return all;
    }

    /** Of one payment in fifty, a few of them genuine, up to thirty days after it, in the order of LABEL_DATETIME. */
    private List<FraudLabel> labels() {
        List<FraudLabel> all = new ArrayList<>();
        for (int i = 0; i < PAYMENTS; i += 1 + random.nextInt(100)) {
            Transaction payment = payments.get(i);
            long known = payment.epochSecond + random.nextInt((int) (30 * Events.DAY));
            all.add(Events.label(i, payment, random.nextInt(10) > 0, known));
        }
        all.sort(Comparator.comparingLong(label -> label.labelEpochSecond));
        return all;
    }

    private double inMinuteOf(long second) {
        return byMinute.getOrDefault(Math.floorDiv(second, 60L), 0L);
    }
}
