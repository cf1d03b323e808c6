package io.cardwatch.warehouse;

import io.cardwatch.domain.RecordOrigin;
import java.util.LongSummaryStatistics;

/** The figures of one committed batch. */
final class Flush {
    /** Rows that were new or replaced one. */
    final int written;
    /** Rows that were refused and are dead letters now. */
    final int refused;
    /** Texts that were too long for their column and were cut. */
    final int cutTexts;
    /** Time the batch took, retries included. */
    final long millis;
    /** Milliseconds from arrival to commit of each row whose record's arrival is known. */
    final LongSummaryStatistics latencies;

    /**
     * The figures of {@code batch}, just committed: one look at the clock is enough for all its rows.
     *
     * @param startNanos of {@link System#nanoTime()}, when the batch was first tried
     */
    <T> Flush(Table<T> table, Batch<T> batch, int written, long startNanos) {
        this.written = written;
        this.refused = batch.refused.size();
        this.cutTexts = batch.cutTexts;
        this.millis = (System.nanoTime() - startNanos) / 1_000_000;
        this.latencies = new LongSummaryStatistics();
        if (table.arrival != null) {
            long now = System.currentTimeMillis();
            batch.rows.stream()
                    .mapToLong(table.arrival)
                    .filter(arrival -> arrival != RecordOrigin.NO_ARRIVAL)
                    // The clock that stamped the arrival may be ahead of ours.
                    .forEach(arrival -> latencies.accept(Math.max(0, now - arrival)));
        }
    }
}
