package io.cardwatch.feature;

/** The state of one key. A timer clears it when nothing in it can affect a result any more. */
abstract class ExpiringWindow {
    static final long NO_TIMER = Long.MIN_VALUE;
    /** Approximate size of a window without its logs. */
    static final int OBJECT_BYTES = 120;

    /** Watermark at which the one timer of this key fires, or {@link #NO_TIMER}. */
    long timer = NO_TIMER;

    abstract boolean isEmpty();

    /** The watermark of the next expiry that needs a timer. The window must not be empty. */
    abstract long nextExpiry(WindowTimes times);

    /** Approximate bytes of heap. Called after every change, so it must be cheap. */
    abstract long heapBytes();
}
