package io.cardwatch.kinesis;

import io.cardwatch.domain.EventTimeProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the shards of one subtask within reach of the slowest shard of all subtasks and streams: a record that would
 * take its shard further ahead waits.
 *
 * <p>A shard counts from the beginning, even before its first record. It does not count while it is at its tip, where
 * there is nothing to read: what comes there later is as new as everybody else's. Called by a thread per shard and by
 * the one that tells the shards where the slowest is.
 */
final class EventTimeAlignment {
    /** A position before all others: of a shard whose event time is not known yet. */
    static final long UNKNOWN = Long.MIN_VALUE;
    /** A position after all others: of no shard. */
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
        /** Whether a record did not go on, so that no later one may. Known to the shard's own thread. */
        boolean cutShort;

        private long position = UNKNOWN;
        private boolean atTip;

        private Shard(EventTimeProgress progress) {
            this.progress = progress;
        }
    }

    /** Adds a shard of which nothing has been read. */
    synchronized Shard add(EventTimeProgress progress) {
        Shard shard = new Shard(progress);
        shards.add(shard);
        return shard;
    }

    /** The shard has been read to its end. */
    synchronized void remove(Shard shard) {
        shards.remove(shard);
    }

    /** All records of the shard so far have been read. */
    synchronized void atTip(Shard shard) {
        shard.atTip = true;
    }

    /**
     * Waits until a record that has taken the shard's progress where it is now may go on. Records go on as long as the
     * shard's event time is not known.
     *
     * @return false when reading has been stopped, and the record must not go on
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

    /** The position of the slowest shard anywhere. */
    synchronized void slowestAnywhere(long position) {
        slowest = position;
        notifyAll();
    }

    /** Whether a record waits. */
    synchronized boolean isWaiting() {
        return waiting > 0;
    }

    /** Nothing goes on any more. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    synchronized boolean isStopped() {
        return stopped;
    }
}
