package io.cardwatch.domain;

import java.time.Duration;

/** Trying again: pauses that double up to a longest one, until the time is up, which runs from here. */
public final class Backoff {
    private final Duration longest;
    private final Duration patience;
    private final long start = System.nanoTime();
    private Duration next;

    /**
     * @param first the first pause
     * @param longest no pause is longer
     * @param patience for how long it is tried
     */
    public Backoff(Duration first, Duration longest, Duration patience) {
        this.next = shorter(first, longest);
        this.longest = longest;
        this.patience = patience;
    }

    /** The pause before the next attempt; the one after it is twice as long. */
    public Duration pause() {
        Duration pause = next;
        next = shorter(pause.multipliedBy(2), longest);
        return pause;
    }

    /** Time since the first attempt. */
    public Duration spent() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Whether the time is up. */
    public boolean isOver() {
        return spent().compareTo(patience) >= 0;
    }

    private static Duration shorter(Duration left, Duration right) {
        return left.compareTo(right) < 0 ? left : right;
    }
}
