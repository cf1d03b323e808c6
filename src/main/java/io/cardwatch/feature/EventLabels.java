package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import io.cardwatch.domain.FraudLabel;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The labels of one key, and what is known by them about its transactions, the events of a log, as of a cursor.
 *
 * <p>A transaction is known fraud at t when, of its labels with LABEL_DATETIME ≤ t, the one with the greatest
 * LABEL_DATETIME (tie: the later to arrive) says so. Labels are kept in the order of LABEL_DATETIME; a cursor over them
 * moves with t, in both directions, and what it passes is applied to or taken back from {@link #frauds} and {@link
 * #genuine}. A number of known frauds is then a difference of positions, however labels and transactions arrived.
 *
 * <p>A transaction has a level, given by the window's owner, and known frauds are found by their least level, too.
 */
final class EventLabels {
    /** Columns of the events. Both parties of a payment and its second tell which one a label means. */
    static final int TRANSACTION_ID = 0;

    static final int OTHER_PARTY = 1;

    private static final int LEVEL_SHIFT = 8;
    /** Without its logs, about. */
    private static final int OBJECT_BYTES = 80;

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
    /** The column of the events that holds the bits above and, from {@link #LEVEL_SHIFT} on, the level. */
    private final int verdictColumn;

    private final EventLog labels;
    /** Derived from the FRAUD bits, by level: the seconds of the known frauds of that level or a higher one. */
    private final EventLog[] frauds;
    /** Derived from the GENUINE bits: the seconds of those known to be genuine; null where nobody asks for them. */
    private final EventLog genuine;
    /** The second up to which labels are applied; {@link #applied} of them, the oldest. */
    private long cursorSecond;

    private int applied;

    /**
     * No labels yet about {@code events}.
     *
     * @param verdictColumn the column that is left to the verdicts
     * @param levels number of levels, 1 or more
     * @param keepGenuine whether {@link #genuine} will be asked for
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

    /** Whether anything is known; else {@link #frauds} and {@link #genuine} are empty. */
    boolean hasLabels() {
        return !labels.isEmpty();
    }

    /** Second of the transaction that the label with the earliest LABEL_DATETIME is about; there must be one. */
    long firstLabelledSecond() {
        return labels.get(LABEL_TX_SECOND, labels.first());
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
        long verdict = verdict(event);
        setVerdict(event, verdict | LABELLED | ((verdict & LABELLED) == 0 ? 0 : SEVERAL));
        if (known) {
            decide(event, hasSeveral(event) ? said(event, labels.first() + applied) : verdictOf(position));
        }
        return true;
    }

    /**
     * Begins the verdict of the event that was just inserted at {@code position}.
     *
     * @param labelsHere how many labels came before it
     */
    void begin(int position, int level, int labelsHere) {
        long bits = labelsHere == 0 ? 0 : labelsHere == 1 ? LABELLED : LABELLED | SEVERAL;
        setVerdict(position, (long) level << LEVEL_SHIFT | bits);
        if (labelsHere > 0) {
            decide(position, said(position, labels.first() + applied));
        }
    }

    /** Takes back what {@link #begin} did, before the event at {@code position} is removed. */
    void end(int position) {
        leave(position, verdict(position));
    }

    /** How many labels came before the event at {@code position}. Looks at those dated at its second or later. */
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
     * Forgets what is about transactions at {@code horizon}, an epoch second, or before.
     *
     * <p>Labels go in the order of LABEL_DATETIME, so that this costs nothing: one may outlive its transaction behind
     * another whose transaction has not expired, until {@link #compact}.
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

    /** Forgets all labels of transactions at {@code horizon} or before, also those behind fresher ones. */
    void compact(long horizon) {
        labels.retain(labels.end(), label -> labels.get(LABEL_TX_SECOND, label) > horizon);
        applied =
                cursorSecond == Long.MIN_VALUE ? 0 : labels.positionAfter(cursorSecond, labels.end()) - labels.first();
    }

    private boolean hasSeveral(int event) {
        return (verdict(event) & SEVERAL) != 0;
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

    /** Older state may hold a level that there is no more; it was above those that are. */
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

    /** Whether the transaction of this second, id and other party is there. */
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

    /** Reads what {@link #write} wrote of events with so many columns. */
    static EventLabels read(DataInputView in, int columns, int verdictColumn, int levels, boolean keepGenuine)
            throws IOException {
        long cursorSecond = in.readLong();
        int applied = (int) readVarint(in);
        EventLog events = EventLog.read(in, columns);
        EventLog labels = EventLog.read(in, LABEL_COLUMNS);
        return new EventLabels(events, verdictColumn, levels, keepGenuine, labels, cursorSecond, applied);
    }
}
