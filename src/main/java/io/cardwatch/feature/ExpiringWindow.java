package io.cardwatch.feature;

/** The state of one key, which a timer clears when nothing in it can matter any more. */
abstract class ExpiringWindow {
    static final long NO_TIMER = Long.MIN_VALUE;
    /** A window without its logs, about. */
    static final int OBJECT_BYTES = 120;

    /** Watermark at which the one timer of this key fires, or {@link #NO_TIMER}. */
    long timer = NO_TIMER;

    abstract boolean isEmpty();

    /** The watermark at which something here expires that must not be missed; there must be something. */
    abstract long nextExpiry(WindowTimes times);

    /** About how many bytes of heap it takes; asked after every change, so it must cost next to nothing. */
    abstract long heapBytes();
}
