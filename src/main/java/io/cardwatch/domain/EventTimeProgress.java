package io.cardwatch.domain;

import java.io.Serializable;
import java.time.Duration;

/**
 * How far event time has come in one shard or in a sorted history, protected against records with a wrong clock: a record stamped years ahead
 * must not make every later one late.
 *
 * <p>Where a record has an arrival time, its time counts only up to five minutes after that. And one record alone
 * advances the progress by at most the greatest jump; a farther one must be confirmed by the very next record, stamped
 * at another second within the greatest jump of it. That also protects a replay of history, where arrival says nothing.
 */
public final class EventTimeProgress implements Serializable {
    private static final long ARRIVAL_TOLERANCE_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final long NONE = Long.MIN_VALUE;

    private final long maxJumpMillis;
    private long reached = NONE;
    /** The last record, where it was too far ahead. */
    private long unconfirmed = NONE;

    /** @param maxJump {@code source.max-jump}: by which one record alone may advance event time */
    public EventTimeProgress(Duration maxJump) {
        this.maxJumpMillis = maxJump.toMillis();
    }

    /** Takes note of a record stamped {@code epochSecond}. */
    public void observe(long epochSecond, RecordOrigin origin) {
        long stamped = epochSecond * 1000;
        if (isAheadOfArrival(stamped, origin)) {
            return;
        }
        if (reached != NONE && stamped - reached <= maxJumpMillis) {
            reached = Math.max(reached, stamped);
            unconfirmed = NONE;
        } else if (confirms(stamped)) {
            reached = Math.min(stamped, unconfirmed);
            unconfirmed = NONE;
        } else {
            unconfirmed = stamped;
        }
    }

    /** The same second again may be the same record, delivered twice. */
    private boolean confirms(long stamped) {
        return unconfirmed != NONE && stamped != unconfirmed && Math.abs(stamped - unconfirmed) <= maxJumpMillis;
    }

    /** UTC epoch milliseconds, or {@link Long#MIN_VALUE} at the beginning. */
    public long reachedMillis() {
        return reached;
    }

    /** The watermark that this makes: further records of the second that was reached may still come. */
    public long watermark() {
        return reached == NONE ? NONE : reached - 1;
    }

    private static boolean isAheadOfArrival(long stamped, RecordOrigin origin) {
        return origin.hasArrival() && stamped > origin.arrivalMillis + ARRIVAL_TOLERANCE_MILLIS;
    }
}
