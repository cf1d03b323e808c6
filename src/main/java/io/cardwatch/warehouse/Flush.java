package io.cardwatch.warehouse;

import io.cardwatch.domain.RecordOrigin;
import java.util.Collection;

/** What one batch that was committed tells about itself. */
final class Flush {
    /** Rows that were not there before. */
    final int written;
    /** Rows that were refused and are dead letters now. */
    final int refused;
    /** Time it took, retries included. */
    final long millis;
    /** Rows whose record's arrival is known. */
    final int timed;
    /** From their arrival to the commit, added up. */
    final long latencyMillis;
    /** The longest of these. */
    final long oldestMillis;

    private Flush(BatchStore.Outcome outcome, long millis, int timed, long latencyMillis, long oldestMillis) {
        this.written = outcome.written;
        this.refused = outcome.refused;
        this.millis = millis;
        this.timed = timed;
        this.latencyMillis = latencyMillis;
        this.oldestMillis = oldestMillis;
    }

    /** The batch of {@code rows}, just committed: one look at the clock is enough for all. */
    static <T> Flush of(Table<T> table, Collection<T> rows, BatchStore.Outcome outcome, long millis) {
        if (table.arrival == null) {
            return new Flush(outcome, millis, 0, 0, 0);
        }
        long now = System.currentTimeMillis();
        int timed = 0;
        long total = 0;
        long oldest = 0;
        for (T row : rows) {
            long arrival = table.arrival.applyAsLong(row);
            if (arrival != RecordOrigin.NO_ARRIVAL) {
                // The clock of what took the record may be ahead of ours.
                long latency = Math.max(0, now - arrival);
                timed++;
                total += latency;
                oldest = Math.max(oldest, latency);
            }
        }
        return new Flush(outcome, millis, timed, total, oldest);
    }
}
