package io.cardwatch.warehouse;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import org.apache.flink.util.function.SerializableFunction;

/** How a row that the warehouse refuses becomes a dead letter: where its record came from, and its bytes. */
public final class RefusedRow<T> implements Serializable {
    private static final long serialVersionUID = 1;
    /** Characters of the warehouse's own words at the most. */
    private static final int LONGEST_REASON = 400;
    /** A shorter text tells nobody, and is found in any sentence. */
    private static final int SHORTEST_TELLING = 3;

    private final SerializableFunction<T, RecordOrigin> origin;
    private final SerializableFunction<T, byte[]> record;
    private final boolean keepBytes;

    /**
     * @param record the row's record as it can be sent again
     * @param keepBytes false keeps only their hash
     */
    public RefusedRow(
            SerializableFunction<T, RecordOrigin> origin, SerializableFunction<T, byte[]> record, boolean keepBytes) {
        this.origin = origin;
        this.record = record;
        this.keepBytes = keepBytes;
    }

    /** @param reason SQLSTATE and message, from which the row's texts are blotted out: a trigger may quote them */
    DeadLetter deadLetter(Table<T> table, T row, String reason) {
        String sentence = reason.replaceAll("\\s+", " ");
        for (Column<T> column : table.columns) {
            Object value = column.type == ColumnType.TEXT ? column.of(row) : null;
            if (value != null && value.toString().length() >= SHORTEST_TELLING) {
                sentence = sentence.replace(value.toString(), "***");
            }
        }
        return DeadLetter.of(
                DeadLetterReason.WAREHOUSE_REJECTED,
                "The warehouse refused the row of " + table.name + ": "
                        + sentence.substring(0, Math.min(sentence.length(), LONGEST_REASON)),
                origin.apply(row),
                record.apply(row),
                keepBytes);
    }
}
