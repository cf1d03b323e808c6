package io.cardwatch.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindowOperator;
import io.cardwatch.feature.StageSettings;
import io.cardwatch.feature.TerminalWindowOperator;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.score.FraudModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.TestProcessingTimeService;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The stages of a job of the reference features that publish to the online store, in Flink's harnesses, one after the
 * other, with the shipped model's decisions. The wall clock is the test's.
 */
public final class PublishedStages implements AutoCloseable {
    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters") {};
    private static final long TICK_MILLIS = 100;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final double ROWS_PER_SECOND = 1_000;

    private final OnlineStore store;
    private final KeyedOneInputStreamOperatorTestHarness<Long, Transaction, FeaturedTransaction> customers;
    private final KeyedTwoInputStreamOperatorTestHarness<Long, FeaturedTransaction, FraudLabel, FeaturedTransaction>
            terminals;
    private final TestProcessingTimeService transactionClock = new TestProcessingTimeService();
    private final TransactionWriter transactions;
    private final Decider decider = new Decider(InForce.of(
            "published stages",
            new Control(
                    DecisionSettings.of(Settings.fromArguments(List.of())),
                    FraudModel.loadShipped(FeatureSet.REFERENCE)),
            ControlSource.NONE));
    private final Map<Long, Integer> takenByTerminal = new HashMap<>();
    private long wallClock;

    /**
     * Starts them.
     *
     * @param settings name the store
     * @param wallClock UTC epoch milliseconds from which the stages' clock runs, which only {@link #publish} moves
     */
    public PublishedStages(Settings settings, long wallClock) throws Exception {
        this.wallClock = wallClock;
        store = OnlineStore.of(settings, 1);
        StageSettings stage = new StageSettings(
                settings.get(Options.FEATURES_SET),
                WindowTimes.of(settings),
                false,
                Contacts.LEFT_OUT,
                0,
                OnlinePublishing.of(settings).orElseThrow(),
                DEAD_LETTERS);
        customers = new KeyedOneInputStreamOperatorTestHarness<>(
                new CustomerWindowOperator(stage), transaction -> transaction.customerId, Types.LONG);
        terminals = new KeyedTwoInputStreamOperatorTestHarness<>(
                new TerminalWindowOperator(stage),
                payment -> payment.transaction.terminalId,
                label -> label.terminalId,
                Types.LONG);
        customers.setProcessingTime(wallClock);
        terminals.setProcessingTime(wallClock);
        transactionClock.setCurrentTime(wallClock);
        customers.open();
        terminals.open();
        transactions = new TransactionWriter(
                TransactionSink.of(settings).orElseThrow(),
                ROWS_PER_SECOND,
                transactionClock,
                Metrics.of(new UnregisteredMetricsGroup()));
    }

    /** Takes a payment that no stage refuses, as the stream would. */
    public ScoredTransaction take(Transaction transaction) throws Exception {
        customers.processElement(new StreamRecord<>(transaction));
        terminals.processElement1(new StreamRecord<>(only(customers.extractOutputValues())));
        customers.getOutput().clear();
        FeaturedTransaction payment = only(terminals.extractOutputValues());
        terminals.getOutput().clear();
        ScoredTransaction row = new ScoredTransaction(
                payment.transaction, payment.features, decider.decide(payment), wallClock, null, null, null);
        transactions.write(row, null);
        takenByTerminal.merge(transaction.terminalId, 1, Integer::sum);
        return row;
    }

    private static FeaturedTransaction only(List<FeaturedTransaction> payments) {
        assertThat(payments).hasSize(1);
        return payments.get(0);
    }

    /** Lets event time pass. */
    public void advance(long epochSecond) throws Exception {
        customers.processWatermark(new Watermark(epochSecond * 1_000));
        terminals.processWatermark1(new Watermark(epochSecond * 1_000));
        terminals.processWatermark2(new Watermark(epochSecond * 1_000));
    }

    /** Lets the wall clock run until the store holds everything that was taken. */
    public void publish() throws Exception {
        long taken = wallClock;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Publication publication;
        do {
            assertThat(System.nanoTime()).isLessThan(deadline);
            wallClock += TICK_MILLIS;
            customers.setProcessingTime(wallClock);
            terminals.setProcessingTime(wallClock);
            transactionClock.setCurrentTime(wallClock);
            publication = store.read(List.of()).publication;
        } while (publication.mayBeMissing(null) || publication.through() <= taken || !hasTransactions());
    }

    private boolean hasTransactions() throws StoreUnavailableException {
        for (Map.Entry<Long, Integer> taken : takenByTerminal.entrySet()) {
            OnlineStore.Key terminal = new OnlineStore.Key(WindowKind.TERMINAL, taken.getKey());
            if (store.transactions(terminal, Integer.MAX_VALUE).size() < taken.getValue()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        try (store) {
            customers.close();
            terminals.close();
            transactions.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
