package io.cardwatch.domain;

import java.io.Serializable;
import java.time.Duration;

/**
 * How far event time has advanced in one shard or in a sorted history. It is protected against records with a wrong
 * clock: a record stamped years ahead must not make every later one late.
 *
 * <p>A record stamped more than five minutes after its arrival, where that is known, does not count. One record alone
 * advances event time by at most {@code source.max-jump}. A larger jump must be confirmed by the very next record,
 * stamped at another second within that distance. This also protects a replay of history, where arrival tells nothing.
 */
public final class EventTimeProgress implements Serializable {
    private static final long ARRIVAL_TOLERANCE_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final long NONE = Long.MIN_VALUE;

    private final long maxJumpMillis;
    private long reached = NONE;
    /** The time of the last record if it was too far ahead. */
    private long unconfirmed = NONE;

    /** @param maxJump {@code source.max-jump}: the most that one record alone may advance event time */
    public EventTimeProgress(Duration maxJump) {
        this.maxJumpMillis = maxJump.toMillis();
    }

    /** Counts a record stamped {@code epochSecond}. */
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

    /** The watermark: just before the time reached, since more records of that second may arrive. */
    public long watermark() {
        return reached == NONE ? NONE : reached - 1;
    }

    private static boolean isAheadOfArrival(long stamped, RecordOrigin origin) {
        return origin.hasArrival() && stamped > origin.arrivalMillis + ARRIVAL_TOLERANCE_MILLIS;
    }
}
