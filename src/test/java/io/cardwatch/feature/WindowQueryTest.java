package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows that are asked without a payment, or about labels of another time; asked about one, the differential test does. */
class WindowQueryTest {
    private static final long START = Events.at("2025-03-01 00:00:00");
    private static final WindowTimes TIMES = new WindowTimes(Duration.ofDays(7), Duration.ofDays(3));
    private static final int DAYS = 60;

    private final Random random = new Random(20_250_301);
    private final List<Transaction> payments = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void whileTheyStayUntilTheyChangeByTimeAlone_noFeatureIsAnother(FeatureSet set) {
        CustomerWindow customer = CustomerWindow.of(set);
        TerminalWindow terminal = TerminalWindow.of(set);
        fill(set, customer, terminal);
        WindowQuery query = new WindowQuery(set, TIMES);
        int changed = 0;
        int asked = 0;
        for (long second = START; second < START + 2 * DAYS * Events.DAY; ) {
            long next = Math.min(query.changesAfter(customer, second), query.changesAfter(terminal, second));
            assertThat(next).isGreaterThan(second);
            if (next == Long.MAX_VALUE) {
                assertThat(features(query, set, customer, terminal, second + 999 * Events.DAY))
                        .containsExactly(features(query, set, customer, terminal, second));
                break;
            }
            double[] now = features(query, set, customer, terminal, second);
            long between = second + (long) (random.nextDouble() * (next - second));
            assertThat(features(query, set, customer, terminal, between)).containsExactly(now);
            assertThat(features(query, set, customer, terminal, next - 1)).containsExactly(now);
            asked++;
            changed += Arrays.equals(now, features(query, set, customer, terminal, next)) ? 0 : 1;
            second = next > second + 1 ? next : second + 1 + random.nextInt(40_000);
        }
        assertThat(changed).isGreaterThan(asked * 7 / 10);
        assertThat(query.changesAfter((CustomerWindow) null, START)).isEqualTo(Long.MAX_VALUE);
        assertThat(query.changesAfter((TerminalWindow) null, START)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void withoutAPayment_theFeaturesAreThoseOfOneLessThanWithIt(FeatureSet set) {
        CustomerWindow customer = CustomerWindow.of(set);
        TerminalWindow terminal = TerminalWindow.of(set);
        fill(set, customer, terminal);
        WindowQuery query = new WindowQuery(set, TIMES);
        for (int i = 0; i < 500; i++) {
            long second = START + random.nextInt(2 * DAYS * (int) Events.DAY);
            double[] now = features(query, set, customer, terminal, second);
            double[] with = new double[set.size()];
            Transaction payment = Events.transaction(0, 99_999, second, 1, 5, 700);
            query.ask(payment, customer, terminal, Long.MIN_VALUE, second, with);
            for (int w = 0; w < 3; w++) {
                int count = Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW.index() + 2 * w;
                assertThat(now[count]).isEqualTo(with[count] - 1);
                if (now[count] == 0) {
                    assertThat(now[count + 1]).isNaN();
                } else {
                    assertThat(now[count] * now[count + 1] + 7).isCloseTo(with[count] * with[count + 1], within(1e-6));
                }
                int ofTerminal = Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index() + 2 * w;
                assertThat(now[ofTerminal]).isEqualTo(with[ofTerminal]);
                assertThat(now[ofTerminal + 1]).isEqualTo(with[ofTerminal + 1]);
            }
        }
        double[] nobody = features(query, set, null, null, START);
        assertThat(nobody[Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW.index()]).isZero();
        assertThat(nobody[Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW.index()]).isNaN();
        assertThat(nobody[Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()]).isZero();
    }

    @Test
    void aLabelCountsFromTheTimeOnByWhichItIsAskedFor_notByThePaymentsTime() {
        CustomerWindow customer = CustomerWindow.of(FeatureSet.REFERENCE);
        TerminalWindow terminal = TerminalWindow.of(FeatureSet.REFERENCE);
        WindowQuery query = new WindowQuery(FeatureSet.REFERENCE, TIMES);
        Transaction fraud = Events.transaction(0, 1, START, 1, 5, 700);
        double[] features = new double[FeatureSet.REFERENCE.size()];
        customer.arrive(fraud, Long.MIN_VALUE, TIMES, features);
        terminal.arrive(fraud, Long.MIN_VALUE, TIMES, features);
        long known = START + 20 * Events.DAY;
        terminal.label(Events.label(0, fraud, true, known), Long.MIN_VALUE, TIMES);
        Transaction asked = Events.transaction(0, 2, START + 10 * Events.DAY, 2, 5, 700);

        query.ask(asked, null, terminal, Long.MIN_VALUE, known - 1, features);
        assertThat(features[Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()]).isZero();
        query.ask(asked, null, terminal, Long.MIN_VALUE, known, features);
        assertThat(features[Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()]).isEqualTo(1);
        query.ask(asked, null, terminal, Long.MIN_VALUE, asked.epochSecond, features);
        assertThat(features[Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()]).isZero();
    }

    @Test
    void bytesOfOtherSettings_andBytesThatAreNoWindow_areRefused() {
        WindowFormat format = new WindowFormat(FeatureSet.REFERENCE, TIMES);
        format.require(format.settings());
        assertThat(format.settings()).isEqualTo("format=2.3 features=reference delay=604800 lateness=259200");
        assertThatThrownBy(() -> format.require(new WindowFormat(FeatureSet.EXTENDED, TIMES).settings()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("features=extended")
                .hasMessageContaining("features=reference");
        byte[] window = format.write(CustomerWindow.of(FeatureSet.REFERENCE));
        for (byte[] bytes : List.of(
                new byte[0], new byte[] {9}, Arrays.copyOf(window, window.length + 1), Arrays.copyOf(window, 5))) {
            assertThatThrownBy(() -> format.readCustomer(bytes)).isInstanceOf(BadInputException.class);
        }
    }

    @Test
    void bytesThatClaimMoreEventsThanTheyHold_orEventsOutOfOrder_areRefused() throws IOException {
        WindowFormat format = new WindowFormat(FeatureSet.REFERENCE, TIMES);
        byte[] empty = format.write(CustomerWindow.of(FeatureSet.REFERENCE));
        DataOutputSerializer huge = new DataOutputSerializer(64);
        huge.write(empty, 0, empty.length - 1);
        DataOutputSerializer backwards = new DataOutputSerializer(64);
        backwards.write(empty, 0, empty.length - 1);

        WireSerializer.writeVarint(200_000_000, huge);
        WireSerializer.writeVarint(2, backwards);
        for (long seconds : new long[] {10, -5}) {
            WireSerializer.writeSignedVarint(seconds, backwards);
            backwards.write(new byte[CustomerWindow.COLUMNS]);
        }

        assertThatThrownBy(() -> format.readCustomer(huge.getCopyOfBuffer()))
                .isInstanceOf(BadInputException.class)
                .cause()
                .hasMessageContaining("longer than its bytes");
        assertThatThrownBy(() -> format.readCustomer(backwards.getCopyOfBuffer()))
                .isInstanceOf(BadInputException.class)
                .cause()
                .hasMessageContaining("not in the order");
    }

    private static double[] features(
            WindowQuery query, FeatureSet set, CustomerWindow customer, TerminalWindow terminal, long second) {
        double[] features = new double[set.size()];
        query.describe(customer, second, features);
        query.describe(terminal, second, features);
        return features;
    }

    /** Payments of one customer at one terminal and the labels of some, in order of time. */
    private void fill(FeatureSet set, CustomerWindow customer, TerminalWindow terminal) {
        List<FraudLabel> labels = new ArrayList<>();
        double[] features = new double[set.size()];
        for (int id = 0; id < 4 * DAYS; id++) {
            long second = START + id * Events.DAY / 4 + random.nextInt(20_000);
            Transaction payment = Events.transaction(0, id, second, 1, 5, random.nextInt(10) == 0 ? 50_000 : 5_000);
            payments.add(payment);
            customer.arrive(payment, Long.MIN_VALUE, TIMES, features);
            terminal.arrive(payment, Long.MIN_VALUE, TIMES, features);
            if (random.nextInt(12) == 0) {
                labels.add(Events.label(0, payment, random.nextInt(4) > 0, second + random.nextInt(900_000)));
            }
        }
        for (FraudLabel label : labels) {
            customer.label(label, Long.MIN_VALUE, TIMES);
            terminal.label(label, Long.MIN_VALUE, TIMES);
        }
    }
}
