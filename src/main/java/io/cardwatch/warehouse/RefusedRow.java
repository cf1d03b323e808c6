package io.cardwatch.warehouse;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import org.apache.flink.util.function.SerializableFunction;

/** How a row that the warehouse refuses becomes a dead letter: where its record came from, and its bytes. */
public final class RefusedRow<T> implements Serializable {
    private static final long serialVersionUID = 1;

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

    /** @param cause the warehouse's, without anything that the row holds */
    DeadLetter deadLetter(Table<T> table, T row, String cause) {
        return DeadLetter.of(
                DeadLetterReason.WAREHOUSE_REJECTED,
                "The warehouse refused the row of " + table.name + ": " + cause,
                origin.apply(row),
                record.apply(row),
                keepBytes);
    }
}
