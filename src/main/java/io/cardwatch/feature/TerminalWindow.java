package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One terminal's transactions and the verdicts about them: answers counts and risks over 1, 7 and 30 days that end a
 * delay before each transaction, with what was known at its second.
 *
 * <p>The window of n days for a transaction at second t is (t − delay − n d, t − delay]. A transaction is known fraud
 * at t when, of its labels with LABEL_DATETIME ≤ t, the one with the greatest LABEL_DATETIME (tie: the later to arrive)
 * says so. Labels are kept in the order of LABEL_DATETIME; a cursor over them moves with t, in both directions, and
 * what it passes is applied to or taken back from {@link #frauds}, the seconds of the transactions known to be fraud
 * at the cursor. A risk is then the ratio of two differences of positions, however labels and transactions arrived.
 */
final class TerminalWindow extends ExpiringWindow {
    /** What became of a label. */
    enum Match {
        /** Its transaction is here. */
        MATCHED,
        /** Its transaction has not come yet; the label waits for it. */
        WAITING,
        /** The same label is here already. */
        REPEATED,
        /** Its transaction has expired or would have. */
        LATE
    }

    /** Columns of {@link #events}. */
    private static final int TRANSACTION_ID = 0;

    private static final int CUSTOMER_ID = 1;
    /** Bit 0: known fraud at the cursor. Bit 1: has a label. Bit 2: has several. */
    private static final int VERDICT = 2;

    private static final long FRAUD = 1;
    private static final long LABELLED = 2;
    private static final long SEVERAL = 4;
    private static final int EVENT_COLUMNS = 3;

    /** Columns of {@link #labels}, which are sorted by LABEL_DATETIME. */
    private static final int LABEL_TRANSACTION_ID = 0;

    private static final int LABEL_CUSTOMER_ID = 1;
    private static final int LABEL_TX_SECOND = 2;
    private static final int LABEL_FRAUD = 3;
    private static final int LABEL_COLUMNS = 4;

    private final EventLog events;
    private final EventLog labels;
    private final WaitingLabels waiting;
    /** The second up to which labels are applied; {@link #applied} of them, the oldest. */
    private long cursorSecond = Long.MIN_VALUE;

    private int applied;
    /** Derived from the FRAUD bits: the seconds of the transactions known to be fraud at the cursor. */
    private final EventLog frauds = new EventLog(0);
    /** Where each window's edges were last; hints only, so no state. */
    private final int[] eventHints = new int[WindowTimes.windows() + 1];

    private final int[] fraudHints = new int[WindowTimes.windows() + 1];

    TerminalWindow() {
        this(new EventLog(EVENT_COLUMNS), new EventLog(LABEL_COLUMNS), new WaitingLabels());
    }

    private TerminalWindow(EventLog events, EventLog labels, WaitingLabels waiting) {
        this.events = events;
        this.labels = labels;
        this.waiting = waiting;
        for (int i = events.first(); i < events.end(); i++) {
            if ((events.get(VERDICT, i) & FRAUD) != 0) {
                frauds.insert(events.second(i));
            }
        }
    }

    @Override
    boolean isEmpty() {
        return events.isEmpty() && waiting.isEmpty();
    }

    @Override
    long nextExpiry(WindowTimes times) {
        return times.terminalExpiry(waiting.isEmpty() ? events.second(events.end() - 1) : waiting.oldestSecond());
    }

    /**
     * Takes an accepted transaction of this terminal.
     *
     * @param watermark UTC epoch milliseconds
     * @param features receives the terminal's features, by {@link Feature#index()}
     */
    void arrive(Transaction transaction, long watermark, WindowTimes times, double[] features) {
        evict(times.terminalHorizon(watermark));
        moveCursor(transaction.epochSecond);
        int position = events.insert(transaction.epochSecond);
        events.set(TRANSACTION_ID, position, transaction.transactionId);
        events.set(CUSTOMER_ID, position, transaction.customerId);
        events.set(VERDICT, position, 0);
        int labelsHere = waiting.take(transaction.epochSecond, transaction.transactionId, transaction.customerId);
        if (labelsHere > 0) {
            events.set(VERDICT, position, labelsHere > 1 ? LABELLED | SEVERAL : LABELLED);
            setFraud(position, saysFraud(position, labels.first() + applied));
        }
        describe(times.terminalWindowEnd(transaction.epochSecond), features);
    }

    /**
     * Takes a label; a repeated one changes nothing.
     *
     * @param watermark UTC epoch milliseconds
     * @return {@link Match#WAITING} asks the caller to {@link #await} it
     */
    Match label(FraudLabel label, long watermark, WindowTimes times) {
        long horizon = times.terminalHorizon(watermark);
        evict(horizon);
        if (label.txEpochSecond <= horizon) {
            return Match.LATE;
        }
        if (repeats(label)) {
            return Match.REPEATED;
        }
        int position = labels.insert(label.labelEpochSecond);
        labels.set(LABEL_TRANSACTION_ID, position, label.transactionId);
        labels.set(LABEL_CUSTOMER_ID, position, label.customerId);
        labels.set(LABEL_TX_SECOND, position, label.txEpochSecond);
        labels.set(LABEL_FRAUD, position, label.fraud ? 1 : 0);
        boolean known = label.labelEpochSecond <= cursorSecond;
        if (known) {
            applied++;
        }
        int event = eventOf(position);
        if (event < 0) {
            return Match.WAITING;
        }
        long verdict = events.get(VERDICT, event);
        events.set(VERDICT, event, verdict | LABELLED | ((verdict & LABELLED) == 0 ? 0 : SEVERAL));
        if (known) {
            boolean only = (events.get(VERDICT, event) & SEVERAL) == 0;
            setFraud(event, only ? label.fraud : saysFraud(event, labels.first() + applied));
        }
        return Match.MATCHED;
    }

    /** Remembers that {@code label}'s transaction has not come yet, and what to report if it never does. */
    void await(FraudLabel label, DeadLetter unmatched) {
        waiting.add(label, unmatched);
    }

    /**
     * Forgets what happened at {@code horizon}, an epoch second, or before.
     *
     * <p>Labels go in the order of LABEL_DATETIME, so that this costs nothing: one may outlive its transaction behind
     * another whose transaction has not expired, until {@link #compactLabels}.
     */
    void evict(long horizon) {
        events.evictThrough(horizon);
        frauds.evictThrough(horizon);
        while (!labels.isEmpty() && labels.get(LABEL_TX_SECOND, labels.first()) <= horizon) {
            labels.removeFirst();
            applied = Math.max(0, applied - 1);
        }
    }

    /** Forgets all labels of transactions at {@code horizon} or before, also those behind fresher ones. */
    void compactLabels(long horizon) {
        labels.retainAbove(LABEL_TX_SECOND, horizon);
        applied =
                cursorSecond == Long.MIN_VALUE ? 0 : labels.positionAfter(cursorSecond, labels.end()) - labels.first();
    }

    /** Takes out the labels whose transactions are at {@code horizon} or before and never came. */
    List<DeadLetter> takeUnmatched(long horizon) {
        return waiting.takeThrough(horizon);
    }

    private void moveCursor(long epochSecond) {
        int next = labels.first() + applied;
        for (; next < labels.end() && labels.second(next) <= epochSecond; next++) {
            int event = eventOf(next);
            if (event >= 0) {
                setFraud(event, labels.get(LABEL_FRAUD, next) == 1);
            }
        }
        for (; next > labels.first() && labels.second(next - 1) > epochSecond; next--) {
            int event = eventOf(next - 1);
            if (event >= 0) {
                boolean only = (events.get(VERDICT, event) & SEVERAL) == 0;
                setFraud(event, !only && saysFraud(event, next - 1));
            }
        }
        applied = next - labels.first();
        cursorSecond = epochSecond;
    }

    /** Whether the last of the labels of {@code event} that stand before {@code behind} says fraud. */
    private boolean saysFraud(int event, int behind) {
        for (int i = behind - 1; i >= labels.first(); i--) {
            if (isOf(event, i)) {
                return labels.get(LABEL_FRAUD, i) == 1;
            }
        }
        return false;
    }

    private void setFraud(int event, boolean fraud) {
        long verdict = events.get(VERDICT, event);
        if (fraud == ((verdict & FRAUD) != 0)) {
            return;
        }
        events.set(VERDICT, event, verdict ^ FRAUD);
        long second = events.second(event);
        if (fraud) {
            frauds.insert(second);
        } else {
            frauds.remove(frauds.positionAfter(second, frauds.end()) - 1);
        }
    }

    /** Position of the transaction of the label at {@code label}, or -1. */
    private int eventOf(int label) {
        long second = labels.get(LABEL_TX_SECOND, label);
        for (int i = events.positionAfter(second, events.end()) - 1;
                i >= events.first() && events.second(i) == second;
                i--) {
            if (isOf(i, label)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isOf(int event, int label) {
        return events.get(TRANSACTION_ID, event) == labels.get(LABEL_TRANSACTION_ID, label)
                && events.get(CUSTOMER_ID, event) == labels.get(LABEL_CUSTOMER_ID, label)
                && events.second(event) == labels.get(LABEL_TX_SECOND, label);
    }

    /** Whether of the labels of this identity and LABEL_DATETIME the last to arrive says the same. */
    private boolean repeats(FraudLabel label) {
        for (int i = labels.positionAfter(label.labelEpochSecond, labels.end()) - 1;
                i >= labels.first() && labels.second(i) == label.labelEpochSecond;
                i--) {
            if (labels.get(LABEL_TRANSACTION_ID, i) == label.transactionId
                    && labels.get(LABEL_CUSTOMER_ID, i) == label.customerId
                    && labels.get(LABEL_TX_SECOND, i) == label.txEpochSecond) {
                return labels.get(LABEL_FRAUD, i) == (label.fraud ? 1 : 0);
            }
        }
        return false;
    }

    private void describe(long windowEnd, double[] features) {
        int last = WindowTimes.windows();
        int behind = events.positionAfter(windowEnd, eventHints[last]);
        int fraudsBehind = frauds.positionAfter(windowEnd, fraudHints[last]);
        eventHints[last] = behind;
        fraudHints[last] = fraudsBehind;
        for (int w = 0; w < last; w++) {
            long from = windowEnd - WindowTimes.window(w);
            eventHints[w] = events.positionAfter(from, eventHints[w]);
            fraudHints[w] = frauds.positionAfter(from, fraudHints[w]);
            int count = behind - eventHints[w];
            features[Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index() + 2 * w] = count;
            features[Feature.TERMINAL_ID_RISK_1DAY_WINDOW.index() + 2 * w] =
                    count == 0 ? 0 : (fraudsBehind - fraudHints[w]) / (double) count;
        }
    }

    /** How a window is stored. */
    public static final class Serializer extends WireSerializer<TerminalWindow> {
        static final Serializer INSTANCE = new Serializer();
        private static final int VERSION = 1;

        public Serializer() {
            super(VERSION);
        }

        @Override
        protected void write(TerminalWindow window, DataOutputView out) throws IOException {
            out.writeLong(window.timer);
            out.writeLong(window.cursorSecond);
            writeVarint(window.applied, out);
            window.events.write(out);
            window.labels.write(out);
            window.waiting.write(out);
        }

        @Override
        protected TerminalWindow read(DataInputView in, int writtenVersion) throws IOException {
            long timer = in.readLong();
            long cursorSecond = in.readLong();
            int applied = (int) readVarint(in);
            TerminalWindow window = new TerminalWindow(
                    EventLog.read(in, EVENT_COLUMNS), EventLog.read(in, LABEL_COLUMNS), WaitingLabels.read(in));
            window.timer = timer;
            window.cursorSecond = cursorSecond;
            window.applied = applied;
            return window;
        }

        @Override
        public TerminalWindow copy(TerminalWindow from) {
            TerminalWindow copy = new TerminalWindow(from.events.copy(), from.labels.copy(), from.waiting.copy());
            copy.timer = from.timer;
            copy.cursorSecond = from.cursorSecond;
            copy.applied = from.applied;
            return copy;
        }

        @Override
        public boolean isImmutableType() {
            return false;
        }
    }
}
