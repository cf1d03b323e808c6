package io.cardwatch.job;

import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import java.time.Duration;

/**
 * How far event time has come in one shard, protected against records with a wrong clock: a record stamped years ahead
 * must not make every later one late.
 *
 * <p>Where a record has an arrival time, its time counts only up to five minutes after that. And one record alone
 * advances the progress by at most the greatest jump; a farther one must be confirmed by the very next record, stamped
 * within the greatest jump of it. That also protects a replay of history, where arrival says nothing.
 */
final class EventTimeProgress implements Serializable {
    private static final long ARRIVAL_TOLERANCE_MILLIS = Duration.ofMinutes(5).toMillis();

    private final long maxJumpMillis;
    private long reached = Long.MIN_VALUE;
    private long unconfirmed = Long.MIN_VALUE;

    EventTimeProgress(Duration maxJump) {
        this.maxJumpMillis = maxJump.toMillis();
    }

    /** Takes note of a record stamped {@code epochSecond}. */
    void observe(long epochSecond, RecordOrigin origin) {
        long stamped = epochSecond * 1000;
        if (isAheadOfArrival(stamped, origin)) {
            return;
        }
        if (reached != Long.MIN_VALUE && stamped - reached <= maxJumpMillis) {
            reached = Math.max(reached, stamped);
            unconfirmed = Long.MIN_VALUE;
        } else if (unconfirmed != Long.MIN_VALUE && Math.abs(stamped - unconfirmed) <= maxJumpMillis) {
            reached = Math.min(stamped, unconfirmed);
            unconfirmed = Long.MIN_VALUE;
        } else {
            unconfirmed = stamped;
        }
    }

    /** UTC epoch milliseconds, or {@link Long#MIN_VALUE} at the beginning. */
    long reachedMillis() {
        return reached;
    }

    private static boolean isAheadOfArrival(long stamped, RecordOrigin origin) {
        return origin.hasArrival() && stamped > origin.arrivalMillis + ARRIVAL_TOLERANCE_MILLIS;
    }
}
