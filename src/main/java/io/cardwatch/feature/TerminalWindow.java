package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One terminal's transactions and the labels about them. Computes counts and risks over 1, 7 and 30 days that end a
 * delay before each transaction, from what was known at its second.
 *
 * <p>The window of n days for a transaction at second t is (t − delay − n d, t − delay]. A risk is the ratio of two
 * differences of positions: in the log of the frauds known at t, which {@link EventLabels} keeps, and in that of the
 * transactions.
 *
 * <p>A terminal with more than {@code features.max-events-per-terminal} transactions keeps those older than the delay
 * that have no label only as counts per minute. A window's count is then wrong by at most the transactions of the two
 * minutes at its edges; frauds stay exact.
 */
public class TerminalWindow extends ExpiringWindow {
    /** What became of a label. */
    enum Match {
        /** Its transaction has arrived. */
        MATCHED,
        /** Its transaction has not arrived yet; the label waits for it. */
        WAITING,
        /** The same label arrived before. */
        REPEATED,
        /** Its transaction has expired, or would have if it had arrived. */
        LATE
    }

    private static final int VERDICT = 2;
    private static final int COLUMNS = 3;

    final EventLabels verdicts;
    private final WaitingLabels waiting;
    /** The counts per minute of old transactions without a label; null while there are none. */
    MinutePanes panes;
    /** Last positions of the windows' edges; hints only, so no state. */
    private final int[] eventHints = new int[WindowTimes.windows() + 1];

    private final int[] fraudHints = new int[WindowTimes.windows() + 1];

    TerminalWindow() {
        this(newVerdicts(1, false), new WaitingLabels(), null);
    }

    static EventLabels newVerdicts(int levels, boolean keepGenuine) {
        return new EventLabels(new EventLog(COLUMNS), VERDICT, levels, keepGenuine);
    }

    /** A new window for the features of {@code set}. */
    static TerminalWindow of(FeatureSet set) {
        return set == FeatureSet.EXTENDED ? new ExtendedTerminalWindow() : new TerminalWindow();
    }

    /** How windows of {@code set} are stored. State of one set cannot be read as the other's. */
    static WireSerializer<TerminalWindow> serializer(FeatureSet set) {
        return set == FeatureSet.EXTENDED ? ExtendedTerminalWindow.Serializer.INSTANCE : Serializer.INSTANCE;
    }

    TerminalWindow(EventLabels verdicts, WaitingLabels waiting, MinutePanes panes) {
        this.verdicts = verdicts;
        this.waiting = waiting;
        this.panes = panes;
    }

    @Override
    boolean isEmpty() {
        return verdicts.events.isEmpty() && waiting.isEmpty() && panes == null;
    }

    /** Whether it keeps some transactions only as counts per minute. */
    boolean isCoarse() {
        return panes != null;
    }

    @Override
    long nextExpiry(WindowTimes times) {
        return times.terminalExpiry(waiting.isEmpty() ? newestSecond() : waiting.oldestSecond());
    }

    @Override
    long newestSecond() {
        EventLog events = verdicts.events;
        if (!events.isEmpty()) {
            return events.second(events.end() - 1);
        }
        return isCoarse() ? panes.newestSecond() : waiting.oldestSecond();
    }

    /** The same window without what only the job reports. The two share their events. */
    TerminalWindow forReaders() {
        TerminalWindow window = with(waiting.withoutReports());
        window.version = version;
        return window;
    }

    TerminalWindow with(WaitingLabels others) {
        return new TerminalWindow(verdicts, others, panes);
    }

    @Override
    long heapBytes() {
        return OBJECT_BYTES + verdicts.heapBytes() + waiting.heapBytes() + (isCoarse() ? panes.heapBytes() : 0);
    }

    /**
     * Takes an accepted transaction of this terminal.
     *
     * @param watermark UTC epoch milliseconds
     * @param features holds the customer's features and receives the terminal's, by {@link Feature#index()}
     */
    void arrive(Transaction transaction, long watermark, WindowTimes times, double[] features) {
        evict(times.terminalHorizon(watermark));
        verdicts.moveTo(transaction.epochSecond);
        int position = insert(transaction.epochSecond, transaction.transactionId, transaction.customerId);
        int labelsHere = waiting.take(transaction.epochSecond, transaction.transactionId, transaction.customerId);
        verdicts.begin(position, level(features), labelsHere);
        describe(transaction.epochSecond, times, features);
        changed(transaction.epochSecond);
        if (times.coarsensAt(verdicts.events.size(), watermark)) {
            coarsen(times.coarseThrough(watermark));
        }
    }

    /**
     * Computes the features of a transaction as if it arrived now; one that has arrived counts once. The transaction is
     * inserted and removed again, so nothing changes.
     *
     * @param known whether its customer's window holds it; then it counts as arrived even in a collapsed minute
     * @param knownBy epoch second up to which labels count
     * @param features holds the customer's features and receives the terminal's, by {@link Feature#index()}
     */
    void ask(Transaction transaction, boolean known, long knownBy, WindowTimes times, double[] features) {
        long second = transaction.epochSecond;
        boolean counted = known
                && (verdicts.hasEventOf(second, transaction.transactionId, transaction.customerId)
                        || (isCoarse() && panes.hasEventIn(second)));
        long cursor = verdicts.cursor();
        verdicts.moveTo(knownBy);
        if (counted) {
            describe(second, times, features);
        } else {
            int position = insert(second, transaction.transactionId, transaction.customerId);
            int labelsHere = waiting.count(second, transaction.transactionId, transaction.customerId);
            verdicts.begin(position, level(features), labelsHere);
            describe(second, times, features);
            verdicts.end(position);
            verdicts.events.remove(position);
        }
        verdicts.moveTo(cursor);
    }

    /** Fills in the terminal's features as of {@code epochSecond}, without a payment. */
    void describeNow(long epochSecond, WindowTimes times, double[] features) {
        long cursor = verdicts.cursor();
        verdicts.moveTo(epochSecond);
        describe(epochSecond, times, features);
        verdicts.moveTo(cursor);
    }

    /** The first epoch second after {@code epochSecond} at which time alone may change {@link #describeNow}. */
    long changesAfter(long epochSecond, WindowTimes times) {
        long delay = epochSecond - times.terminalWindowEnd(epochSecond);
        long first = verdicts.events.changesAfter(epochSecond - delay, WindowTimes.WINDOWS);
        if (isCoarse()) {
            first = Math.min(first, panes.changesAfter(epochSecond - delay, WindowTimes.WINDOWS));
        }
        return Math.min(first == Long.MAX_VALUE ? first : first + delay, verdicts.changesAfter(epochSecond));
    }

    private int insert(long epochSecond, long transactionId, long customerId) {
        EventLog events = verdicts.events;
        int position = events.insert(epochSecond);
        events.set(EventLabels.TRANSACTION_ID, position, transactionId);
        events.set(EventLabels.OTHER_PARTY, position, customerId);
        return position;
    }

    /** Collapses the transactions up to {@code epochSecond} that have no label into counts per minute. */
    private void coarsen(long epochSecond) {
        panes = isCoarse() ? panes : new MinutePanes();
        EventLog events = verdicts.events;
        int behind = events.positionAfter(epochSecond, events.first());
        for (int i = events.first(); i < behind; i++) {
            if (!verdicts.isLabelled(i)) {
                panes.add(events.second(i));
            }
        }
        events.retain(behind, verdicts::isLabelled);
        dropEmptyPanes();
    }

    private void dropEmptyPanes() {
        panes = panes.isEmpty() ? null : panes;
    }

    /**
     * Takes a label; a repeated one changes nothing. One about a collapsed minute is assumed to be about one of its
     * transactions, which becomes an event again, of level 0.
     *
     * @param watermark UTC epoch milliseconds
     * @return {@link Match#WAITING} if the caller must {@link #await} it
     */
    Match label(FraudLabel label, long watermark, WindowTimes times) {
        long horizon = times.terminalHorizon(watermark);
        evict(horizon);
        if (label.txEpochSecond <= horizon) {
            return Match.LATE;
        }
        if (verdicts.repeats(label, label.customerId)) {
            return Match.REPEATED;
        }
        changed(label.txEpochSecond);
        if (isCoarse()
                && !verdicts.hasEventOf(label.txEpochSecond, label.transactionId, label.customerId)
                && panes.takeOne(label.txEpochSecond)) {
            int position = insert(label.txEpochSecond, label.transactionId, label.customerId);
            verdicts.begin(position, 0, 0);
        }
        return verdicts.add(label, label.customerId) ? Match.MATCHED : Match.WAITING;
    }

    /** Remembers that {@code label}'s transaction has not arrived yet, and what to report if it never does. */
    void await(FraudLabel label, DeadLetter unmatched) {
        waiting.add(label, unmatched);
    }

    /** Drops what happened at {@code horizon}, an epoch second, or before. */
    void evict(long horizon) {
        if (isCoarse()) {
            panes.evictThrough(horizon);
            dropEmptyPanes();
        }
        verdicts.events.evictThrough(horizon);
        verdicts.evict(horizon);
    }

    /** Drops also what {@link #evict} leaves because it costs more. */
    void compact(long horizon) {
        verdicts.compact(horizon);
    }

    /** Removes and returns the labels whose transactions are at {@code horizon} or before and never arrived. */
    List<DeadLetter> takeUnmatched(long horizon) {
        return waiting.takeThrough(horizon);
    }

    /** A transaction's level for {@link EventLabels}, from the features of the customer stage. */
    int level(double[] features) {
        return 0;
    }

    /** Fills in the terminal's features for its transaction at {@code epochSecond}, where the labels' cursor stands. */
    void describe(long epochSecond, WindowTimes times, double[] features) {
        EventLog events = verdicts.events;
        long windowEnd = times.terminalWindowEnd(epochSecond);
        int last = WindowTimes.windows();
        int behind = events.positionAfter(windowEnd, eventHints[last]);
        eventHints[last] = behind;
        for (int w = 0; w < last; w++) {
            long from = windowEnd - WindowTimes.window(w);
            eventHints[w] = events.positionAfter(from, eventHints[w]);
            features[Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index() + 2 * w] =
                    behind - eventHints[w] + (isCoarse() ? panes.count(from, windowEnd) : 0);
            features[Feature.TERMINAL_ID_RISK_1DAY_WINDOW.index() + 2 * w] = 0;
        }
        // Most terminals have no label: looking for frauds would wait for memory four times for nothing.
        if (verdicts.hasLabels()) {
            describeRisks(windowEnd, features);
        }
    }

    private void describeRisks(long windowEnd, double[] features) {
        EventLog frauds = verdicts.frauds(0);
        int last = WindowTimes.windows();
        int behind = frauds.positionAfter(windowEnd, fraudHints[last]);
        fraudHints[last] = behind;
        for (int w = 0; w < last; w++) {
            fraudHints[w] = frauds.positionAfter(windowEnd - WindowTimes.window(w), fraudHints[w]);
            double count = features[Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index() + 2 * w];
            features[Feature.TERMINAL_ID_RISK_1DAY_WINDOW.index() + 2 * w] =
                    count == 0 ? 0 : (behind - fraudHints[w]) / count;
        }
    }

    /** How a window is stored. */
    public static class Serializer extends WindowSerializer<TerminalWindow> {
        static final Serializer INSTANCE = new Serializer();
        /** The first version with panes. */
        private static final int PANES = 2;

        private static final int LAYOUT = 3;

        public Serializer() {
            super(LAYOUT, LAYOUT);
        }

        EventLabels readVerdicts(DataInputView in) throws IOException {
            return readVerdicts(in, 1, false);
        }

        static EventLabels readVerdicts(DataInputView in, int levels, boolean keepGenuine) throws IOException {
            return EventLabels.read(in, COLUMNS, VERDICT, levels, keepGenuine);
        }

        TerminalWindow window(EventLabels verdicts, WaitingLabels waiting, MinutePanes panes) {
            return new TerminalWindow(verdicts, waiting, panes);
        }

        @Override
        void writeContent(TerminalWindow window, DataOutputView out) throws IOException {
            window.verdicts.write(out);
            window.waiting.write(out);
            out.writeBoolean(window.isCoarse());
            if (window.isCoarse()) {
                window.panes.write(out);
            }
        }

        @Override
        TerminalWindow readContent(DataInputView in, int layout) throws IOException {
            EventLabels verdicts = readVerdicts(in);
            WaitingLabels waiting = WaitingLabels.read(in);
            return window(verdicts, waiting, layout >= PANES && in.readBoolean() ? MinutePanes.read(in) : null);
        }

        @Override
        TerminalWindow copyContent(TerminalWindow from) {
            return window(from.verdicts.copy(), from.waiting.copy(), from.isCoarse() ? from.panes.copy() : null);
        }
    }
}
