package io.cardwatch.enrich;

import static io.cardwatch.enrich.Samples.customer;
import static io.cardwatch.enrich.Samples.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.ScoredTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContactJoinTest {
    private static final int GATE_BUFFER = 100;
    private static final int MAX_PARALLELISM = 128;
    private static final long ANN = 1;
    private static final long BOB = 2;
    private static final long STRANGER = 3;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeHarnesses() throws Exception {
        for (AutoCloseable harness : opened) {
            harness.close();
        }
    }

    @Test
    void rowsWaitUntilAllCustomersAreRead_thenLeaveInOrderWithTheirContacts() throws Exception {
        Harness join = openNew();
        join.transactions(row(ANN, 10), row(BOB, 11), row(ANN, 9));
        join.customers(customer(ANN, "Ann"));
        join.transactions(row(ANN, 12));
        join.customers(customer(BOB, "Bob"));
        assertThat(join.rows()).isEmpty();

        join.allCustomersRead();

        assertThat(join.rowsOf(ANN)).containsExactly("10 Ann", "9 Ann", "12 Ann");
        assertThat(join.rowsOf(BOB)).containsExactly("11 Bob");
    }

    @Test
    void allThreeContactColumnsAreFilledIn_andNothingElseChanges() throws Exception {
        Harness join = openNew();
        join.customers(customer(ANN, "Ann"));
        join.allCustomersRead();
        ScoredTransaction bare = row(ANN, 10);
        join.transactions(bare);

        assertThat(join.rows())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(bare.withContact(customer(ANN, "Ann")));
        ScoredTransaction joined = join.rows().get(0);
        assertThat(List.of(joined.fullName, joined.emailAddress, joined.phoneNumber))
                .containsExactly("Ann", "Ann@example.org", "555-1");
    }

    @Test
    void anUnknownCustomerLeavesTheContactsNull_whetherTheRowWaitedOrNot() throws Exception {
        Harness join = openNew();
        join.transactions(row(STRANGER, 10));
        join.allCustomersRead();
        join.transactions(row(STRANGER, 11));

        assertThat(join.rows()).hasSize(2).allSatisfy(joined -> {
            assertThat(joined.fullName).isNull();
            assertThat(joined.emailAddress).isNull();
            assertThat(joined.phoneNumber).isNull();
        });
    }

    @Test
    void aChangedCustomerIsSeenByLaterRows_andAVanishedOneIsForgotten() throws Exception {
        Harness join = openNew();
        join.customers(customer(ANN, "Ann"));
        join.allCustomersRead();
        join.transactions(row(ANN, 10));
        join.customers(customer(ANN, "Ann Miller"));
        join.transactions(row(ANN, 11));
        join.vanished(ANN);
        join.transactions(row(ANN, 12));

        assertThat(join.rowsOf(ANN)).containsExactly("10 Ann", "11 Ann Miller", "12 null");
        assertThat(join.harness.numKeyedStateEntries()).isZero();
    }

    @Test
    void rowsKeepTheirTimestamp_andThoseThatWaitedGetTheirTransactionsTime() throws Exception {
        Harness join = openNew();
        join.transactions(row(ANN, 10));
        join.allCustomersRead();
        join.harness.processElement1(new StreamRecord<>(row(ANN, 11), 11_500));

        assertThat(join.harness.extractOutputStreamRecords())
                .extracting(StreamRecord::getTimestamp)
                .containsExactly(10_000L, 11_500L);
    }

    @Test
    void onlyTheFirstInputsWatermarkGoesOn_andNotPastRowsThatWait() throws Exception {
        Harness join = openNew();
        join.transactions(row(ANN, 10));
        join.harness.processWatermark1(new Watermark(10_000));
        join.harness.processWatermark2(new Watermark(99_000));
        assertThat(join.harness.getOutput()).isEmpty();

        join.allCustomersRead();
        assertThat(join.harness.getOutput()).last().isEqualTo(new Watermark(10_000));
        assertThat(join.harness.getOutput()).hasSize(2);

        join.harness.processWatermark1(new Watermark(20_000));
        assertThat(join.harness.getOutput()).last().isEqualTo(new Watermark(20_000));
        assertThat(join.harness.getOutput()).hasSize(3);
    }

    @Test
    void idlenessOfTheFirstInputGoesOn_withoutAWatermarkOfTheSecond() throws Exception {
        Harness join = openNew();
        join.allCustomersRead();
        join.harness.processWatermark1(new Watermark(10_000));
        join.harness.processWatermarkStatus1(WatermarkStatus.IDLE);
        join.harness.processWatermarkStatus1(WatermarkStatus.ACTIVE);

        assertThat(join.harness.getOutput())
                .containsExactly(new Watermark(10_000), WatermarkStatus.IDLE, WatermarkStatus.ACTIVE);
    }

    @Test
    void aWatermarkOfTheSecondInputThatIsNotTheOpeningOneOpensNothing() throws Exception {
        Harness join = openNew();
        join.transactions(row(ANN, 10));
        join.harness.processWatermark2(new Watermark(ContactJoin.ALL_CUSTOMERS_READ - 1));
        assertThat(join.rows()).isEmpty();

        join.harness.processWatermark2(Watermark.MAX_WATERMARK);
        assertThat(join.rowsOf(ANN)).containsExactly("10 null");
    }

    @Test
    void aJobRestoredWithAClosedGateLosesNoRow() throws Exception {
        Harness before = openNew();
        before.customers(customer(ANN, "Ann"));
        before.transactions(row(ANN, 10), row(BOB, 11));
        Harness after = open(restored(before.snapshot()));
        after.transactions(row(ANN, 12));
        assertThat(after.rows()).isEmpty();

        after.allCustomersRead();

        assertThat(after.rowsOf(ANN)).containsExactly("10 Ann", "12 Ann");
        assertThat(after.rowsOf(BOB)).containsExactly("11 null");
    }

    @Test
    void aJobRestoredWithAnOpenGateStartsOpen_andKnowsTheCustomers() throws Exception {
        Harness before = openNew();
        before.customers(customer(ANN, "Ann"));
        before.allCustomersRead();
        Harness after = open(restored(before.snapshot()));
        after.transactions(row(ANN, 10));

        assertThat(after.rowsOf(ANN)).containsExactly("10 Ann");
    }

    @Test
    void nothingIsKeptButTheCustomers() throws Exception {
        Harness join = openNew();
        join.customers(customer(ANN, "Ann"), customer(BOB, "Bob"));
        join.transactions(row(ANN, 10), row(STRANGER, 11));
        join.allCustomersRead();
        join.transactions(row(ANN, 12), row(STRANGER, 13));

        assertThat(join.harness.numKeyedStateEntries()).isEqualTo(2);
        assertThat(join.harness.numEventTimeTimers()).isZero();
        assertThat(join.harness.numProcessingTimeTimers()).isZero();
    }

    @Test
    void oneRowTooManyFailsTheJobWithCauseAndRemedy_andNoneTooManyDoesNot() throws Exception {
        Harness join = openNew();
        for (int i = 0; i < GATE_BUFFER; i++) {
            join.transactions(row(i, i));
        }
        assertThatThrownBy(() -> join.transactions(row(ANN, GATE_BUFFER)))
                .isInstanceOfSatisfying(BadInputException.class, failure -> {
                    assertThat(failure)
                            .hasMessageContaining("More than 100 rows")
                            .hasMessageContaining("customer_info");
                    assertThat(failure.remedy()).contains("customers.gate-buffer");
                });
    }

    @Test
    void rowsThatWaitedBeforeARestoreCountTowardsTheBuffer() throws Exception {
        Harness before = openNew();
        for (int i = 0; i < GATE_BUFFER; i++) {
            before.transactions(row(i % 7, i));
        }
        Harness after = open(restored(before.snapshot()));

        assertThatThrownBy(() -> after.transactions(row(ANN, GATE_BUFFER))).isInstanceOf(BadInputException.class);
    }

    @Test
    void rescalingWithAClosedGateLosesNoRow_andEachWaitingRowLeavesOnce() throws Exception {
        Harness one = openNew();
        for (int id = 0; id < 20; id++) {
            one.customers(customer(id, "Name" + id));
            one.transactions(row(id, 100 + id), row(id, 200 + id));
        }
        List<Harness> two = rescaled(one.snapshot(), 1, 2);
        OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(
                two.get(0).snapshot(), two.get(1).snapshot());
        Harness oneAgain = rescaled(both, 2, 1).get(0);
        assertThat(oneAgain.rows()).isEmpty();
        oneAgain.allCustomersRead();
        for (Harness half : two) {
            half.allCustomersRead();
            assertThat(half.rows()).isNotEmpty();
        }

        List<String> expected = new ArrayList<>();
        for (int id = 0; id < 20; id++) {
            assertThat(oneAgain.rowsOf(id)).containsExactly((100 + id) + " Name" + id, (200 + id) + " Name" + id);
            expected.addAll(oneAgain.rowsOf(id));
        }
        assertThat(two).flatExtracting(Harness::texts).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void rescalingWithAnOpenGateStartsOpen() throws Exception {
        Harness one = openNew();
        one.customers(customer(ANN, "Ann"), customer(BOB, "Bob"));
        one.allCustomersRead();
        List<Harness> two = rescaled(one.snapshot(), 1, 2);
        OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(
                two.get(0).snapshot(), two.get(1).snapshot());
        Harness oneAgain = rescaled(both, 2, 1).get(0);
        oneAgain.transactions(row(ANN, 10), row(BOB, 11));

        assertThat(oneAgain.texts()).containsExactly("10 Ann", "11 Bob");
    }

    @Test
    void theGateStaysClosedIfOneSubtaskHadNotYetOpened() throws Exception {
        Harness one = openNew();
        one.transactions(row(ANN, 10), row(BOB, 11));
        List<Harness> two = rescaled(one.snapshot(), 1, 2);
        two.get(0).allCustomersRead();
        OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(
                two.get(0).snapshot(), two.get(1).snapshot());
        Harness oneAgain = rescaled(both, 2, 1).get(0);
        oneAgain.transactions(row(STRANGER, 12));
        assertThat(oneAgain.rows()).isEmpty();

        oneAgain.allCustomersRead();
        assertThat(oneAgain.texts()).contains("12 null");
        assertThat(Stream.concat(two.get(0).texts().stream(), oneAgain.texts().stream()))
                .containsExactlyInAnyOrder("10 null", "11 null", "12 null");
    }

    private Harness openNew() throws Exception {
        return open(create(1, 0));
    }

    private KeyedTwoInputStreamOperatorTestHarness<Long, ScoredTransaction, CustomerChange, ScoredTransaction> create(
            int parallelism, int subtask) throws Exception {
        var harness = new KeyedTwoInputStreamOperatorTestHarness<>(
                ContactJoin.gated(GATE_BUFFER),
                row -> row.transaction.customerId,
                change -> change.customerId,
                Types.LONG,
                MAX_PARALLELISM,
                parallelism,
                subtask);
        harness.setup(WireTypes.SCORED_TRANSACTION.serializer());
        opened.add(harness);
        return harness;
    }

    private static Harness open(
            KeyedTwoInputStreamOperatorTestHarness<Long, ScoredTransaction, CustomerChange, ScoredTransaction> harness)
            throws Exception {
        harness.open();
        return new Harness(harness);
    }

    private KeyedTwoInputStreamOperatorTestHarness<Long, ScoredTransaction, CustomerChange, ScoredTransaction> restored(
            OperatorSubtaskState state) throws Exception {
        var harness = create(1, 0);
        harness.initializeState(state);
        return harness;
    }

    private List<Harness> rescaled(OperatorSubtaskState state, int from, int to) throws Exception {
        List<Harness> subtasks = new ArrayList<>();
        for (int subtask = 0; subtask < to; subtask++) {
            var harness = create(to, subtask);
            harness.initializeState(AbstractStreamOperatorTestHarness.repartitionOperatorState(
                    state, MAX_PARALLELISM, from, to, subtask));
            subtasks.add(open(harness));
        }
        return subtasks;
    }

    /** Drives one subtask of the join. */
    private record Harness(
            KeyedTwoInputStreamOperatorTestHarness<Long, ScoredTransaction, CustomerChange, ScoredTransaction>
                    harness) {
        void transactions(ScoredTransaction... rows) throws Exception {
            for (ScoredTransaction row : rows) {
                harness.processElement1(new StreamRecord<>(row, row.transaction.epochSecond * 1000));
            }
        }

        void customers(Customer... customers) throws Exception {
            for (Customer customer : customers) {
                harness.processElement2(new StreamRecord<>(CustomerChange.to(customer)));
            }
        }

        void vanished(long customerId) throws Exception {
            harness.processElement2(new StreamRecord<>(CustomerChange.vanished(customerId)));
        }

        void allCustomersRead() throws Exception {
            harness.processWatermark2(new Watermark(ContactJoin.ALL_CUSTOMERS_READ));
        }

        OperatorSubtaskState snapshot() throws Exception {
            return harness.snapshot(1, 1);
        }

        List<ScoredTransaction> rows() {
            return harness.extractOutputValues();
        }

        /** "transaction-id full-name" of each row that left. */
        List<String> texts() {
            return rows().stream()
                    .map(row -> row.transaction.transactionId + " " + row.fullName)
                    .toList();
        }

        List<String> rowsOf(long customerId) {
            return rows().stream()
                    .filter(row -> row.transaction.customerId == customerId)
                    .map(row -> row.transaction.transactionId + " " + row.fullName)
                    .toList();
        }
    }
}
