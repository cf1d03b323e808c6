package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import io.cardwatch.domain.FraudLabel;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The labels of one key, and what they say at a cursor about the key's transactions, which are the events of a log.
 *
 * <p>A transaction is known fraud at t when, of its labels with LABEL_DATETIME ≤ t, the newest says so; of equal times,
 * the last to arrive counts. Labels are sorted by LABEL_DATETIME. A cursor over them moves with t in both directions;
 * it applies the labels that it passes to {@link #frauds} and {@link #genuine}, or takes them back. So the number of
 * known frauds is a difference of positions, in whatever order labels and transactions arrived.
 *
 * <p>The window gives each transaction a level; {@link #frauds} holds the known frauds by their least level.
 */
final class EventLabels {
    /** Columns of the events. A label names its transaction by second, id and both parties. */
    static final int TRANSACTION_ID = 0;

    static final int OTHER_PARTY = 1;

    private static final int LEVEL_SHIFT = 8;
    /** Approximate size without the logs. */
    private static final int OBJECT_BYTES = 80;

    /** Known fraud at the cursor. */
    private static final long FRAUD = 1;
    /** Has a label. */
    private static final long LABELLED = 2;
    /** Has several labels. */
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
    /** The events' column that holds the bits above and, from {@link #LEVEL_SHIFT} on, the level. */
    private final int verdictColumn;

    private final EventLog labels;
    /** Derived from the FRAUD bits, by level: the seconds of the known frauds of that level or a higher one. */
    private final EventLog[] frauds;
    /** Derived from the GENUINE bits: the seconds of those known to be genuine; null if not kept. */
    private final EventLog genuine;
    /** Labels up to this second are applied: the oldest {@link #applied}. */
    private long cursorSecond;

    private int applied;

    /**
     * Starts with no labels about {@code events}.
     *
     * @param verdictColumn the column that holds the verdicts
     * @param levels number of levels, 1 or more
     * @param keepGenuine whether to keep {@link #genuine}
     */
    EventLabels(EventLog events, int verdictColumn, int levels, boolean keepGenuine) {
        this(events, verdictColumn, levels, keepGenuine, new EventLog(LABEL_COLUMNS), Long.MIN_VALUE, 0);
    }

    private EventLabels(
            EventLog events,
            int verdictColumn,
            int levels,
            boolean keepGenuine,
            EventLog labels,
            long cursorSecond,
            int applied) {
        this.events = events;
        this.verdictColumn = verdictColumn;
        this.labels = labels;
        this.cursorSecond = cursorSecond;
        this.applied = applied;
        this.frauds = new EventLog[levels];
        Arrays.setAll(frauds, level -> new EventLog(0));
        this.genuine = keepGenuine ? new EventLog(0) : null;
        for (int i = events.first(); i < events.end(); i++) {
            enter(i, verdict(i));
        }
    }

    EventLabels copy() {
        return new EventLabels(
                events.copy(), verdictColumn, frauds.length, genuine != null, labels.copy(), cursorSecond, applied);
    }

    /** Bytes of heap, the events' included. */
    long heapBytes() {
        long bytes = OBJECT_BYTES + events.heapBytes() + labels.heapBytes();
        for (EventLog level : frauds) {
            bytes += level.heapBytes();
        }
        return genuine == null ? bytes : bytes + genuine.heapBytes();
    }

    /** The seconds of the transactions known to be fraud at the cursor, of {@code level} or a higher one. */
    EventLog frauds(int level) {
        return frauds[level];
    }

    /** The seconds of the transactions known to be genuine at the cursor. */
    EventLog genuine() {
        return genuine;
    }

    /** Whether there are labels; if not, {@link #frauds} and {@link #genuine} are empty. */
    boolean hasLabels() {
        return !labels.isEmpty();
    }

    /** TX_DATETIME of the label with the earliest LABEL_DATETIME; there must be one. */
    long firstLabelledSecond() {
        return labels.get(LABEL_TX_SECOND, labels.first());
    }

    /** Whether the last label to arrive with this identity and LABEL_DATETIME says the same. */
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
     * Takes a label that is not a repeated one.
     *
     * @return whether its transaction has arrived
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
        long verdict = verdict(event);
        setVerdict(event, verdict | LABELLED | ((verdict & LABELLED) == 0 ? 0 : SEVERAL));
        if (known) {
            decide(event, hasSeveral(event) ? said(event, labels.first() + applied) : verdictOf(position));
        }
        return true;
    }

    /**
     * Sets the verdict of the event that was just inserted at {@code position}.
     *
     * @param labelsHere how many of its labels arrived before it
     */
    void begin(int position, int level, int labelsHere) {
        long bits = labelsHere == 0 ? 0 : labelsHere == 1 ? LABELLED : LABELLED | SEVERAL;
        setVerdict(position, (long) level << LEVEL_SHIFT | bits);
        if (labelsHere > 0) {
            decide(position, said(position, labels.first() + applied));
        }
    }

    /** Undoes {@link #begin}, before the event at {@code position} is removed. */
    void end(int position) {
        leave(position, verdict(position));
    }

    /** The number of labels of the event at {@code position}. Searches those dated at its second or later. */
    int labelsOf(int position) {
        int count = 0;
        for (int i = labels.positionAfter(events.second(position) - 1, labels.end()); i < labels.end(); i++) {
            count += isOf(position, i) ? 1 : 0;
        }
        return count;
    }

    /** Whether the event at {@code position} has a label, applied or not. */
    boolean isLabelled(int position) {
        return (verdict(position) & LABELLED) != 0;
    }

    /** Whether the event at {@code position} is known fraud at the cursor. */
    boolean isFraud(int position) {
        return (verdict(position) & FRAUD) != 0;
    }

    /** The epoch second up to which labels are applied. */
    long cursor() {
        return cursorSecond;
    }

    /** LABEL_DATETIME of the first label after {@code epochSecond}, or {@link Long#MAX_VALUE}. */
    long changesAfter(long epochSecond) {
        return labels.changesAfter(epochSecond);
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
     * Drops what is about transactions at {@code horizon}, an epoch second, or before.
     *
     * <p>Labels are dropped from the oldest on, which is cheap. A label behind one whose transaction has not expired
     * stays until {@link #compact}.
     */
    void evict(long horizon) {
        if (labels.isEmpty()) {
            return;
        }
        for (EventLog level : frauds) {
            level.evictThrough(horizon);
        }
        if (genuine != null) {
            genuine.evictThrough(horizon);
        }
        while (!labels.isEmpty() && labels.get(LABEL_TX_SECOND, labels.first()) <= horizon) {
            labels.removeFirst();
            applied = Math.max(0, applied - 1);
        }
    }

    /** Drops all labels of transactions at {@code horizon} or before, also those behind fresher ones. */
    void compact(long horizon) {
        labels.retain(labels.end(), label -> labels.get(LABEL_TX_SECOND, label) > horizon);
        applied =
                cursorSecond == Long.MIN_VALUE ? 0 : labels.positionAfter(cursorSecond, labels.end()) - labels.first();
    }

    private boolean hasSeveral(int event) {
        return (verdict(event) & SEVERAL) != 0;
    }

    /** The verdict of the last label of {@code event} before position {@code behind}; 0 if there is none. */
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

    /** Sets what is known of {@code event}: FRAUD, GENUINE or 0. */
    private void decide(int event, long verdict) {
        long before = verdict(event);
        if ((before & (FRAUD | GENUINE)) == verdict) {
            return;
        }
        leave(event, before);
        long after = (before & ~(FRAUD | GENUINE)) | verdict;
        setVerdict(event, after);
        enter(event, after);
    }

    private void enter(int event, long verdict) {
        if ((verdict & FRAUD) != 0) {
            for (int level = level(verdict); level >= 0; level--) {
                frauds[level].insert(events.second(event));
            }
        } else if ((verdict & GENUINE) != 0) {
            genuine.insert(events.second(event));
        }
    }

    private void leave(int event, long verdict) {
        if ((verdict & FRAUD) != 0) {
            for (int level = level(verdict); level >= 0; level--) {
                removeOne(frauds[level], events.second(event));
            }
        } else if ((verdict & GENUINE) != 0) {
            removeOne(genuine, events.second(event));
        }
    }

    /** Older state may hold a level that no longer exists; it was above the present ones. */
    private int level(long verdict) {
        return Math.min((int) (verdict >>> LEVEL_SHIFT), frauds.length - 1);
    }

    private static void removeOne(EventLog log, long second) {
        log.remove(log.positionAfter(second, log.end()) - 1);
    }

    private long verdict(int event) {
        return events.get(verdictColumn, event);
    }

    private void setVerdict(int event, long verdict) {
        events.set(verdictColumn, event, verdict);
    }

    /** Whether the transaction of this second, id and other party has arrived. */
    boolean hasEventOf(long second, long transactionId, long otherParty) {
        return eventAt(second, transactionId, otherParty) >= 0;
    }

    /** Position of the transaction of the label at {@code label}, or -1. */
    private int eventOf(int label) {
        return eventAt(
                labels.get(LABEL_TX_SECOND, label),
                labels.get(LABEL_TRANSACTION_ID, label),
                labels.get(LABEL_OTHER_PARTY, label));
    }

    private int eventAt(long second, long transactionId, long otherParty) {
        for (int i = events.positionAfter(second, events.end()) - 1;
                i >= events.first() && events.second(i) == second;
                i--) {
            if (events.get(TRANSACTION_ID, i) == transactionId && events.get(OTHER_PARTY, i) == otherParty) {
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

    /** Reads what {@link #write} wrote for events with so many columns. */
    static EventLabels read(DataInputView in, int columns, int verdictColumn, int levels, boolean keepGenuine)
            throws IOException {
        long cursorSecond = in.readLong();
        int applied = (int) readVarint(in);
        EventLog events = EventLog.read(in, columns);
        EventLog labels = EventLog.read(in, LABEL_COLUMNS);
        if (applied < 0 || applied > labels.size()) {
            throw new IOException(applied + " of " + labels.size() + " labels cannot be applied");
        }
        return new EventLabels(events, verdictColumn, levels, keepGenuine, labels, cursorSecond, applied);
    }
}
