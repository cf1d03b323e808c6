package io.cardwatch.feature;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The labels of one terminal whose transactions have not arrived yet, sorted by TX_DATETIME, each with the dead letter
 * that it becomes if its transaction never arrives. There are few: a label usually follows its transaction.
 */
final class WaitingLabels {
    private static final int TRANSACTION_ID = 0;
    private static final int CUSTOMER_ID = 1;
    private static final int COLUMNS = 2;
    /** Approximate size of a dead letter with a record of 200 bytes. */
    private static final int REPORT_BYTES = 1_000;

    private static final RecordOrigin NOWHERE = new RecordOrigin("", "", "", "", RecordOrigin.NO_ARRIVAL);

    /** One row per label; the i-th oldest row belongs to {@code reports.get(i)}. */
    private final EventLog rows;

    private final List<DeadLetter> reports;

    WaitingLabels() {
        this(new EventLog(COLUMNS), new ArrayList<>());
    }

    private WaitingLabels(EventLog rows, List<DeadLetter> reports) {
        this.rows = rows;
        this.reports = reports;
    }

    WaitingLabels copy() {
        return new WaitingLabels(rows.copy(), new ArrayList<>(reports));
    }

    /** The same labels for a reader who has nothing to report: a record's bytes may hold more than its fields. */
    WaitingLabels withoutReports() {
        DeadLetter nothing =
                DeadLetter.of(DeadLetterReason.LABEL_UNMATCHED, "", NOWHERE, new byte[0], Contacts.LEFT_OUT);
        return new WaitingLabels(rows, Collections.nCopies(reports.size(), nothing));
    }

    /** Bytes of heap, assuming dead letters of usual size. */
    long heapBytes() {
        return rows.heapBytes() + (long) REPORT_BYTES * reports.size();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** TX_DATETIME of the oldest awaited transaction; there must be one. */
    long oldestSecond() {
        return rows.second(rows.first());
    }

    void add(FraudLabel label, DeadLetter unmatched) {
        int row = rows.insert(label.txEpochSecond);
        rows.set(TRANSACTION_ID, row, label.transactionId);
        rows.set(CUSTOMER_ID, row, label.customerId);
        reports.add(row - rows.first(), unmatched);
    }

    /** How many labels wait for a transaction. */
    int count(long txSecond, long transactionId, long customerId) {
        return each(txSecond, transactionId, customerId, row -> {});
    }

    /**
     * Removes the labels of a transaction that arrived.
     *
     * @return how many there were
     */
    int take(long txSecond, long transactionId, long customerId) {
        return each(txSecond, transactionId, customerId, row -> {
            rows.remove(row);
            reports.remove(row - rows.first());
        });
    }

    /** Visits the labels that wait for a transaction, newest first. */
    private int each(long txSecond, long transactionId, long customerId, IntConsumer row) {
        // For most payments no label waits.
        if (rows.isEmpty()) {
            return 0;
        }
        int count = 0;
        for (int i = rows.positionAfter(txSecond, rows.end()) - 1;
                i >= rows.first() && rows.second(i) == txSecond;
                i--) {
            if (rows.get(TRANSACTION_ID, i) == transactionId && rows.get(CUSTOMER_ID, i) == customerId) {
                row.accept(i);
                count++;
            }
        }
        return count;
    }

    /** Removes and returns the labels whose transactions are at {@code horizon}, an epoch second, or before. */
    List<DeadLetter> takeThrough(long horizon) {
        int before = rows.size();
        rows.evictThrough(horizon);
        List<DeadLetter> expired = reports.subList(0, before - rows.size());
        List<DeadLetter> taken = new ArrayList<>(expired);
        expired.clear();
        return taken;
    }

    void write(DataOutputView out) throws IOException {
        rows.write(out);
        for (DeadLetter report : reports) {
            WireTypes.DEAD_LETTER.serializer().serialize(report, out);
        }
    }

    static WaitingLabels read(DataInputView in) throws IOException {
        EventLog rows = EventLog.read(in, COLUMNS);
        ArrayList<DeadLetter> reports = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            reports.add(WireTypes.DEAD_LETTER.serializer().deserialize(in));
        }
        return new WaitingLabels(rows, reports);
    }
}
