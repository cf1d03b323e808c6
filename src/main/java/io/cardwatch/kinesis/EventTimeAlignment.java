package io.cardwatch.kinesis;

import io.cardwatch.domain.EventTimeProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the shards of one subtask close to the slowest shard of all subtasks and streams: a record that would take its
 * shard too far ahead waits.
 *
 * <p>A shard counts from the start, even before its first record. It does not count while it is at its tip, where there is
 * nothing to read: later records there are as new as those of other shards. Called by one thread per shard, and by the
 * thread that learns the position of the slowest shard.
 */
final class EventTimeAlignment {
    /** The position of a shard whose event time is not known yet: before all others. */
    static final long UNKNOWN = Long.MIN_VALUE;
    /** The position of the slowest of no shards: after all others. */
    static final long NONE = Long.MAX_VALUE;

    private final long maxDriftMillis;
    private final List<Shard> shards = new ArrayList<>();
    private long slowest = UNKNOWN;
    private int waiting;
    private boolean stopped;

    EventTimeAlignment(Duration maxDrift) {
        maxDriftMillis = maxDrift.toMillis();
    }

    /** A shard that is being read. */
    static final class Shard {
        final EventTimeProgress progress;
        /** Whether a record was not emitted, so that no later one may be. Used by the shard's own thread. */
        boolean cutShort;

        private long position = UNKNOWN;
        private boolean atTip;

        private Shard(EventTimeProgress progress) {
            this.progress = progress;
        }
    }

    /** Adds a shard from which nothing has been read. */
    synchronized Shard add(EventTimeProgress progress) {
        Shard shard = new Shard(progress);
        shards.add(shard);
        return shard;
    }

    /** Says that the shard has been read to its end. */
    synchronized void remove(Shard shard) {
        shards.remove(shard);
    }

    /** Says that all records of the shard so far have been read. */
    synchronized void atTip(Shard shard) {
        shard.atTip = true;
    }

    /**
     * Waits until the record that has just been observed by the shard's progress may be emitted. Records do not wait while
     * the shard's event time is unknown.
     *
     * @return false when reading has been stopped and the record must not be emitted
     */
    synchronized boolean await(Shard shard) {
        shard.atTip = false;
        shard.position = shard.progress.reachedMillis();
        try {
            waiting++;
            while (!stopped && isTooFar(shard.position)) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting--;
        }
        return !stopped;
    }

    private boolean isTooFar(long position) {
        return position != UNKNOWN && (slowest == UNKNOWN || position - maxDriftMillis > slowest);
    }

    /** The position of the slowest shard here, UTC epoch milliseconds. */
    synchronized long slowestHere() {
        return shards.stream()
                .filter(shard -> !shard.atTip)
                .mapToLong(shard -> shard.position)
                .min()
                .orElse(NONE);
    }

    /** Sets the position of the slowest shard anywhere, UTC epoch milliseconds. */
    synchronized void slowestAnywhere(long position) {
        slowest = position;
        notifyAll();
    }

    /** Whether any record waits. */
    synchronized boolean isWaiting() {
        return waiting > 0;
    }

    /** Stops reading: no record may be emitted any more. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    synchronized boolean isStopped() {
        return stopped;
    }
}
