package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import io.cardwatch.domain.FraudLabel;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The transactions of one key, its labels, and what is known by these about those, as of a cursor.
 *
 * <p>A transaction is known fraud at t when, of its labels with LABEL_DATETIME ≤ t, the one with the greatest
 * LABEL_DATETIME (tie: the later to arrive) says so. Labels are kept in the order of LABEL_DATETIME; a cursor over them
 * moves with t, in both directions, and what it passes is applied to or taken back from {@link #frauds} and {@link
 * #genuine}. A number of known frauds is then a difference of positions, however labels and transactions arrived.
 */
final class Verdicts {
    /** Columns of the events. Both parties of a payment and its second tell which one a label means. */
    static final int TRANSACTION_ID = 0;

    static final int OTHER_PARTY = 1;
    /** The bits below and, from {@link #TAG_SHIFT} on, what the window's owner wants to find in {@link #frauds}. */
    static final int VERDICT = 2;

    static final int EVENT_COLUMNS = 3;
    /** The column of {@link #frauds}: the tag of the event. */
    static final int TAG = 0;

    private static final int TAG_SHIFT = 8;

    /** Known fraud at the cursor. */
    private static final long FRAUD = 1;
    /** Has a label. */
    private static final long LABELLED = 2;
    /** Has several. */
    private static final long SEVERAL = 4;
    /** Known to be genuine at the cursor; kept only with {@link #genuine}. */
    private static final long GENUINE = 8;

    /** Columns of {@link #labels}, which are sorted by LABEL_DATETIME. */
    private static final int LABEL_TRANSACTION_ID = 0;

    private static final int LABEL_OTHER_PARTY = 1;
    private static final int LABEL_TX_SECOND = 2;
    private static final int LABEL_FRAUD = 3;
    private static final int LABEL_COLUMNS = 4;

    final EventLog events;
    private final EventLog labels;
    /** Derived from the FRAUD bits: the seconds of the transactions known to be fraud at the cursor, with their tags. */
    final EventLog frauds = new EventLog(1);
    /** Derived from the GENUINE bits: the seconds of those known to be genuine; null where nobody asks for them. */
    final EventLog genuine;
    /** The second up to which labels are applied; {@link #applied} of them, the oldest. */
    private long cursorSecond;

    private int applied;

    /**
     * Neither transactions nor labels yet.
     *
     * @param columns of the events, {@link #EVENT_COLUMNS} or more
     */
    Verdicts(int columns, boolean keepGenuine) {
        this(new EventLog(columns), keepGenuine, new EventLog(LABEL_COLUMNS), Long.MIN_VALUE, 0);
    }

    private Verdicts(EventLog events, boolean keepGenuine, EventLog labels, long cursorSecond, int applied) {
        this.events = events;
        this.labels = labels;
        this.cursorSecond = cursorSecond;
        this.applied = applied;
        this.genuine = keepGenuine ? new EventLog(0) : null;
        for (int i = events.first(); i < events.end(); i++) {
            enter(i, events.get(VERDICT, i));
        }
    }

    Verdicts copy() {
        return new Verdicts(events.copy(), genuine != null, labels.copy(), cursorSecond, applied);
    }

    /** Whether of the labels of this identity and LABEL_DATETIME the last to arrive says the same. */
    boolean repeats(FraudLabel label, long otherParty) {
        for (int i = labels.positionAfter(label.labelEpochSecond, labels.end()) - 1;
                i >= labels.first() && labels.second(i) == label.labelEpochSecond;
                i--) {
            if (labels.get(LABEL_TRANSACTION_ID, i) == label.transactionId
                    && labels.get(LABEL_OTHER_PARTY, i) == otherParty
                    && labels.get(LABEL_TX_SECOND, i) == label.txEpochSecond) {
                return labels.get(LABEL_FRAUD, i) == (label.fraud ? 1 : 0);
            }
        }
        return false;
    }

    /**
     * Takes a label that repeats none.
     *
     * @return whether its transaction is there
     */
    boolean add(FraudLabel label, long otherParty) {
        int position = labels.insert(label.labelEpochSecond);
        labels.set(LABEL_TRANSACTION_ID, position, label.transactionId);
        labels.set(LABEL_OTHER_PARTY, position, otherParty);
        labels.set(LABEL_TX_SECOND, position, label.txEpochSecond);
        labels.set(LABEL_FRAUD, position, label.fraud ? 1 : 0);
        boolean known = label.labelEpochSecond <= cursorSecond;
        if (known) {
            applied++;
        }
        int event = eventOf(position);
        if (event < 0) {
            return false;
        }
        long verdict = events.get(VERDICT, event);
        events.set(VERDICT, event, verdict | LABELLED | ((verdict & LABELLED) == 0 ? 0 : SEVERAL));
        if (known) {
            decide(event, hasSeveral(event) ? said(event, labels.first() + applied) : verdictOf(position));
        }
        return true;
    }

    /**
     * Begins the verdict of the event that was just inserted at {@code position}.
     *
     * @param labelsHere how many labels came before it
     * @param tag what {@link #frauds} shall tell of it, 0 or more
     */
    void begin(int position, int labelsHere, int tag) {
        long bits = labelsHere == 0 ? 0 : labelsHere == 1 ? LABELLED : LABELLED | SEVERAL;
        events.set(VERDICT, position, bits | (long) tag << TAG_SHIFT);
        if (labelsHere > 0) {
            decide(position, said(position, labels.first() + applied));
        }
    }

    /** Whether the event at {@code position} is known fraud at the cursor. */
    boolean isFraud(int position) {
        return (events.get(VERDICT, position) & FRAUD) != 0;
    }

    /** Applies the labels up to {@code epochSecond}, and takes back those after it. */
    void moveTo(long epochSecond) {
        int next = labels.first() + applied;
        for (; next < labels.end() && labels.second(next) <= epochSecond; next++) {
            int event = eventOf(next);
            if (event >= 0) {
                decide(event, verdictOf(next));
            }
        }
        for (; next > labels.first() && labels.second(next - 1) > epochSecond; next--) {
            int event = eventOf(next - 1);
            if (event >= 0) {
                decide(event, hasSeveral(event) ? said(event, next - 1) : 0);
            }
        }
        applied = next - labels.first();
        cursorSecond = epochSecond;
    }

    /**
     * Forgets the transactions at {@code horizon}, an epoch second, or before, and what is about them.
     *
     * <p>Labels go in the order of LABEL_DATETIME, so that this costs nothing: one may outlive its transaction behind
     * another whose transaction has not expired, until {@link #compact}.
     */
    void evict(long horizon) {
        events.evictThrough(horizon);
        frauds.evictThrough(horizon);
        if (genuine != null) {
            genuine.evictThrough(horizon);
        }
        while (!labels.isEmpty() && labels.get(LABEL_TX_SECOND, labels.first()) <= horizon) {
            labels.removeFirst();
            applied = Math.max(0, applied - 1);
        }
    }

    /** Forgets all labels of transactions at {@code horizon} or before, also those behind fresher ones. */
    void compact(long horizon) {
        labels.retainAbove(LABEL_TX_SECOND, horizon);
        applied =
                cursorSecond == Long.MIN_VALUE ? 0 : labels.positionAfter(cursorSecond, labels.end()) - labels.first();
    }

    private boolean hasSeveral(int event) {
        return (events.get(VERDICT, event) & SEVERAL) != 0;
    }

    /** What the last of the labels of {@code event} that stand before {@code behind} says; 0 where there is none. */
    private long said(int event, int behind) {
        for (int i = behind - 1; i >= labels.first(); i--) {
            if (isOf(event, i)) {
                return verdictOf(i);
            }
        }
        return 0;
    }

    private long verdictOf(int label) {
        return labels.get(LABEL_FRAUD, label) == 1 ? FRAUD : genuine == null ? 0 : GENUINE;
    }

    /** Makes {@code verdict}, FRAUD or GENUINE or 0, what is known of {@code event}. */
    private void decide(int event, long verdict) {
        long before = events.get(VERDICT, event);
        if ((before & (FRAUD | GENUINE)) == verdict) {
            return;
        }
        long second = events.second(event);
        if ((before & FRAUD) != 0) {
            frauds.remove(positionOf(second, before >>> TAG_SHIFT));
        } else if ((before & GENUINE) != 0) {
            genuine.remove(genuine.positionAfter(second, genuine.end()) - 1);
        }
        long after = (before & ~(FRAUD | GENUINE)) | verdict;
        events.set(VERDICT, event, after);
        enter(event, after);
    }

    private void enter(int event, long verdict) {
        if ((verdict & FRAUD) != 0) {
            int position = frauds.insert(events.second(event));
            frauds.set(TAG, position, verdict >>> TAG_SHIFT);
        } else if ((verdict & GENUINE) != 0) {
            genuine.insert(events.second(event));
        }
    }

    /** Of the known frauds of a second, any one with this tag. */
    private int positionOf(long second, long tag) {
        int position = frauds.positionAfter(second, frauds.end()) - 1;
        while (frauds.get(TAG, position) != tag) {
            position--;
        }
        return position;
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
                && events.get(OTHER_PARTY, event) == labels.get(LABEL_OTHER_PARTY, label)
                && events.second(event) == labels.get(LABEL_TX_SECOND, label);
    }

    void write(DataOutputView out) throws IOException {
        out.writeLong(cursorSecond);
        writeVarint(applied, out);
        events.write(out);
        labels.write(out);
    }

    /** Reads what {@link #write} wrote of events with so many columns. */
    static Verdicts read(DataInputView in, int columns, boolean keepGenuine) throws IOException {
        long cursorSecond = in.readLong();
        int applied = (int) readVarint(in);
        EventLog events = EventLog.read(in, columns);
        return new Verdicts(events, keepGenuine, EventLog.read(in, LABEL_COLUMNS), cursorSecond, applied);
    }
}
