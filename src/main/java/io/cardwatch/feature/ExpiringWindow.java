package io.cardwatch.feature;

/** The state of one key, which a timer clears when nothing in it can matter any more. */
abstract class ExpiringWindow {
    static final long NO_TIMER = Long.MIN_VALUE;

    /** Watermark at which the one timer of this key fires, or {@link #NO_TIMER}. */
    long timer = NO_TIMER;

    abstract boolean isEmpty();

    /** The watermark at which something here expires that must not be missed; there must be something. */
    abstract long nextExpiry(WindowTimes times);
}
