package io.cardwatch.warehouse;

import io.cardwatch.domain.DeadLetter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One attempt to write rows. */
final class Batch<T> {
    /** Sorted, with distinct keys. */
    final List<T> rows;
    /** The dead letters of the rows that were refused. */
    final List<DeadLetter> refused = new ArrayList<>();
    /** How many texts were too long for their column and were cut. */
    int cutTexts;

    private final Table<T> table;
    /** Null where a refused row fails the job. */
    private final BatchStore.Refusal<T> refusal;

    Batch(Table<T> table, List<T> rows, BatchStore.Refusal<T> refusal) {
        this.table = table;
        this.rows = rows;
        this.refusal = refusal;
    }

    /**
     * The warehouse refused {@code row}.
     *
     * @param cause the kind of error, in words that quote nothing of the row
     * @throws IOException when the row may not become a dead letter
     */
    void refuse(T row, String cause) throws IOException {
        if (refusal == null) {
            throw new IOException("the warehouse refused the row of " + table.name + " with " + table.describeKey(row)
                    + ": " + cause);
        }
        refused.add(refusal.deadLetter(row, cause));
    }
}
