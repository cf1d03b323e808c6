package io.cardwatch.explain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The span of a window of the terminal, for one payment. Both bounds are UTC epoch seconds. Immutable. */
final class TerminalSpan {
    private static final int[] DAYS = {1, 7, 30};

    final int days;
    /** Before the first second of the window. */
    final long after;
    /** The last second of the window. */
    final long until;

    private TerminalSpan(int days, long after, long until) {
        this.days = days;
        this.after = after;
        this.until = until;
    }

    /** The windows of a payment at {@code epochSecond}. */
    static List<TerminalSpan> windows(long epochSecond, Duration terminalDelay) {
        List<TerminalSpan> windows = new ArrayList<>();
        long until = epochSecond - terminalDelay.toSeconds();
        for (int days : DAYS) {
            windows.add(new TerminalSpan(days, until - Duration.ofDays(days).toSeconds(), until));
        }
        return windows;
    }
}
