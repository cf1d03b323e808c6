package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Answers;
import io.cardwatch.oracle.Arrival;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The two operators in Flink's test harnesses, the first one's output going straight to the second. A label's outcome
 * is not told, since an operator only counts it.
 */
final class OperatorWindows implements Answers, Closeable {
    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters") {};

    private static final long LABELS_AHEAD_MILLIS = Duration.ofDays(30).toMillis();

    private final FeatureSet set;
    private final WindowTimes times;
    private final boolean bounded;
    private final Supplier<StateBackend> backend;
    private final double cacheShare;
    /** The same harness twice: as what it is, one of the two. */
    private AbstractStreamOperatorTestHarness<FeaturedTransaction> customers;

    private KeyedOneInputStreamOperatorTestHarness<Long, Transaction, FeaturedTransaction> reference;
    private KeyedTwoInputStreamOperatorTestHarness<Long, Transaction, FraudLabel, FeaturedTransaction> extended;
    private KeyedTwoInputStreamOperatorTestHarness<Long, FeaturedTransaction, FraudLabel, FeaturedTransaction>
            terminals;

    OperatorWindows(
            FeatureSet set, WindowTimes times, boolean bounded, Supplier<StateBackend> backend, double cacheShare)
            throws Exception {
        this.set = set;
        this.times = times;
        this.bounded = bounded;
        this.backend = backend;
        this.cacheShare = cacheShare;
        OperatorSubtaskState nothing = OperatorSubtaskState.builder().build();
        open(nothing, nothing);
    }

    @Override
    public String to(Arrival arrival) throws Exception {
        if (arrival instanceof TransactionArrives arrives) {
            return transaction(arrives.transaction());
        }
        if (arrival instanceof LabelArrives arrives) {
            if (extended != null) {
                extended.processElement2(new StreamRecord<>(arrives.label()));
            }
            terminals.processElement2(new StreamRecord<>(arrives.label()));
            return "";
        }
        Watermark mark = new Watermark(((WatermarkAdvances) arrival).epochSecond() * 1000);
        if (extended != null) {
            advance(extended, mark);
        } else {
            reference.processWatermark(mark);
        }
        advance(terminals, mark);
        return Answers.unmatched(deadLetters(terminals.getSideOutput(DEAD_LETTERS)).stream()
                .map(letter -> letter.origin.sequenceNumber())
                .toList());
    }

    /** The labels have run far ahead while the payments were silent, which must make no difference. */
    private static void advance(KeyedTwoInputStreamOperatorTestHarness<?, ?, ?, ?> harness, Watermark mark)
            throws Exception {
        harness.processWatermarkStatus1(WatermarkStatus.IDLE);
        harness.processWatermark2(new Watermark(mark.getTimestamp() + LABELS_AHEAD_MILLIS));
        harness.processWatermarkStatus1(WatermarkStatus.ACTIVE);
        harness.processWatermark1(mark);
    }

    private String transaction(Transaction tx) throws Exception {
        if (extended != null) {
            extended.processElement1(new StreamRecord<>(tx));
        } else {
            reference.processElement(new StreamRecord<>(tx));
        }
        List<FeaturedTransaction> accepted = customers.extractOutputValues();
        List<DeadLetter> refused = deadLetters(customers.getSideOutput(DEAD_LETTERS));
        customers.getOutput().clear();
        if (!refused.isEmpty()) {
            assertThat(accepted).isEmpty();
            assertThat(refused).singleElement().satisfies(letter -> {
                assertThat(letter.origin.sequenceNumber()).isEqualTo(tx.origin.sequenceNumber());
                assertThat(letter.raw).isEqualTo(tx.raw);
            });
            return Answers.transaction(Outcome.valueOf(refused.get(0).reason.name()));
        }
        if (accepted.isEmpty()) {
            return Answers.transaction(Outcome.REDELIVERED);
        }
        terminals.processElement1(new StreamRecord<>(accepted.get(0)));
        List<FeaturedTransaction> featured = terminals.extractOutputValues();
        terminals.getOutput().clear();
        assertThat(featured).hasSize(1);
        return Answers.transaction(Outcome.ACCEPTED, featured.get(0).features);
    }

    private static List<DeadLetter> deadLetters(Queue<StreamRecord<DeadLetter>> sideOutput) {
        List<DeadLetter> letters = new ArrayList<>();
        while (sideOutput != null && !sideOutput.isEmpty()) {
            letters.add(sideOutput.remove().getValue());
        }
        return letters;
    }

    /** Takes a checkpoint, throws both operators away and restores new ones from it. */
    void restore() throws Exception {
        OperatorSubtaskState customerState = customers.snapshot(1, 1);
        OperatorSubtaskState terminalState = terminals.snapshot(1, 1);
        close();
        open(customerState, terminalState);
    }

    private void open(OperatorSubtaskState customerState, OperatorSubtaskState terminalState) throws Exception {
        StageSettings stages = new StageSettings(set, times, bounded, Contacts.KEPT, cacheShare, null, DEAD_LETTERS);
        if (set == FeatureSet.EXTENDED) {
            extended = new KeyedTwoInputStreamOperatorTestHarness<>(
                    new LabelledCustomerWindowOperator(stages),
                    tx -> tx.customerId,
                    label -> label.customerId,
                    Types.LONG);
            customers = extended;
        } else {
            reference = new KeyedOneInputStreamOperatorTestHarness<>(
                    new CustomerWindowOperator(stages), tx -> tx.customerId, Types.LONG);
            customers = reference;
        }
        terminals = new KeyedTwoInputStreamOperatorTestHarness<>(
                new TerminalWindowOperator(stages),
                featured -> featured.transaction.terminalId,
                label -> label.terminalId,
                Types.LONG);
        customers.setStateBackend(backend.get());
        terminals.setStateBackend(backend.get());
        customers.initializeState(customerState);
        terminals.initializeState(terminalState);
        customers.open();
        terminals.open();
    }

    /** Bytes of a checkpoint of both operators. */
    long checkpointBytes() throws Exception {
        return customers.snapshot(2, 2).getStateSize()
                + terminals.snapshot(2, 2).getStateSize();
    }

    /** Keys that still have state, and timers that still wait, in both operators. */
    int leftovers() throws Exception {
        // What a cache holds goes to the backend.
        customers.snapshot(2, 2);
        terminals.snapshot(2, 2);
        return keys(customers, "customer-window")
                + keys(terminals, "terminal-window")
                + customers.numEventTimeTimers()
                + terminals.numEventTimeTimers();
    }

    private static int keys(AbstractStreamOperatorTestHarness<FeaturedTransaction> harness, String state) {
        KeyedStateBackend<Long> backend = harness.getOperator().getKeyedStateBackend();
        try (Stream<Long> keys = backend.getKeys(state, VoidNamespace.INSTANCE)) {
            return (int) keys.count();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            customers.close();
            terminals.close();
        } catch (Exception e) {
            throw new IOException("an operator does not close", e);
        }
    }
}
