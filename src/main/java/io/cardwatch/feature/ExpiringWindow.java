package io.cardwatch.feature;

/** The state of one key. A timer clears it when nothing in it can affect a result any more. */
abstract class ExpiringWindow {
    static final long NO_TIMER = Long.MIN_VALUE;
    /** Approximate size of a window without its logs. */
    static final int OBJECT_BYTES = 136;
    /** No key changes 65 536 times a second for as long as its events are kept. */
    private static final int CHANGES_A_SECOND_BITS = 16;

    /** Watermark at which the one timer of this key fires, or {@link #NO_TIMER}. */
    long timer = NO_TIMER;

    /**
     * Grows with each change that can affect an answer; 0 before the first. It begins with the second of the first event,
     * so a key whose window expired begins above where it ended. A replay of the same events repeats it.
     */
    long version;

    /** The {@link #version} that a publisher was last told of; no state. */
    long announced;

    /** Raises the version for an event at {@code epochSecond}. */
    void changed(long epochSecond) {
        version = version == 0 ? firstVersion(epochSecond) : version + 1;
    }

    /** The version of a window whose first event is at {@code epochSecond}. Below 2⁵³, as a script of Redis counts. */
    static long firstVersion(long epochSecond) {
        return epochSecond << CHANGES_A_SECOND_BITS;
    }

    abstract boolean isEmpty();

    /** The watermark of the next expiry that needs a timer. The window must not be empty. */
    abstract long nextExpiry(WindowTimes times);

    /** Time of the newest event, UTC epoch seconds; of a payment with a label where no payment came. Not for an empty one. */
    abstract long newestSecond();

    /** Approximate bytes of heap. Called after every change, so it must be cheap. */
    abstract long heapBytes();
}
