package io.cardwatch.feature;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import java.io.Serializable;
import java.time.Duration;

/**
 * The spans of windows, lateness and retention in seconds, and the number of events above which a terminal keeps old
 * ones only as counts per minute. Watermarks are UTC epoch milliseconds, as in Flink, and {@link Long#MIN_VALUE} before
 * the first.
 */
public final class WindowTimes implements Serializable {
    static final int DAY = 86_400;
    static final int WEEK = 7 * DAY;
    static final int FOUR_WEEKS = 28 * DAY;

    private static final int COARSENING_STEPS = 16;

    /** Lengths of the three windows, shortest first. */
    static final int[] WINDOWS = {DAY, 7 * DAY, 30 * DAY};

    private static final int LONGEST = WINDOWS[WINDOWS.length - 1];

    private final long terminalDelay;
    private final long allowedLateness;
    private final int maxEventsPerTerminal;

    /**
     * Times without a limit on a terminal's events.
     *
     * @param terminalDelay how far back a terminal's windows end, {@code features.terminal-delay}
     * @param allowedLateness how far behind the watermark a transaction may be, {@code features.allowed-lateness}
     */
    public WindowTimes(Duration terminalDelay, Duration allowedLateness) {
        this(terminalDelay, allowedLateness, Integer.MAX_VALUE);
    }

    /** The same, with {@code features.max-events-per-terminal}. */
    public WindowTimes(Duration terminalDelay, Duration allowedLateness, int maxEventsPerTerminal) {
        this.terminalDelay = terminalDelay.toSeconds();
        this.allowedLateness = allowedLateness.toSeconds();
        this.maxEventsPerTerminal = maxEventsPerTerminal;
    }

    /** The times of the settings. */
    public static WindowTimes of(Settings settings) {
        return new WindowTimes(
                settings.get(Options.FEATURES_TERMINAL_DELAY),
                settings.get(Options.FEATURES_ALLOWED_LATENESS),
                settings.get(Options.FEATURES_MAX_EVENTS_PER_TERMINAL));
    }

    /** How long a window can matter after its newest event, in seconds. */
    public long lifeSeconds(WindowKind kind) {
        return LONGEST + allowedLateness + (kind == WindowKind.TERMINAL ? terminalDelay : 0);
    }

    /** The spans that a window's content and answers depend on, in seconds. */
    String settings() {
        return "delay=" + terminalDelay + " lateness=" + allowedLateness;
    }

    /** Number of windows that each feature is computed over. */
    static int windows() {
        return WINDOWS.length;
    }

    /** Length in seconds of window {@code index}, counted from the shortest. */
    static long window(int index) {
        return WINDOWS[index];
    }

    /** Length in seconds of the longest window. */
    static long longest() {
        return LONGEST;
    }

    /** Where a terminal's windows end for a transaction at {@code epochSecond}. */
    long terminalWindowEnd(long epochSecond) {
        return epochSecond - terminalDelay;
    }

    /**
     * The newest second whose events a terminal may collapse into counts per minute at {@code watermark}. No later
     * window ends before it, and no transaction of it can still arrive.
     */
    long coarseThrough(long watermark) {
        return horizon(watermark, Math.max(terminalDelay, allowedLateness));
    }

    /**
     * Whether a terminal collapses old events when it keeps {@code events}. It needs a watermark, which tells what is
     * old. It does so above the limit, but not at each event, since there may be no old ones.
     */
    boolean coarsensAt(int events, long watermark) {
        return watermark != Long.MIN_VALUE
                && events > maxEventsPerTerminal
                && events % (maxEventsPerTerminal / COARSENING_STEPS) == 0;
    }

    /** Whether a transaction at {@code epochSecond} comes too late to be counted. */
    boolean isTooOld(long epochSecond, long watermark) {
        return watermark != Long.MIN_VALUE && epochSecond * 1000 < watermark - allowedLateness * 1000;
    }

    /** The watermark at which a customer's event at {@code epochSecond} expires. */
    long customerExpiry(long epochSecond) {
        return (epochSecond + LONGEST + allowedLateness) * 1000;
    }

    /** The watermark at which a terminal's event at {@code epochSecond} expires. */
    long terminalExpiry(long epochSecond) {
        return (epochSecond + terminalDelay + LONGEST + allowedLateness) * 1000;
    }

    /** The newest epoch second that has expired for customers at {@code watermark}. */
    long customerHorizon(long watermark) {
        return horizon(watermark, LONGEST + allowedLateness);
    }

    /** The newest epoch second that has expired for terminals at {@code watermark}. */
    long terminalHorizon(long watermark) {
        return horizon(watermark, terminalDelay + LONGEST + allowedLateness);
    }

    private static long horizon(long watermark, long span) {
        return watermark == Long.MIN_VALUE ? Long.MIN_VALUE : Math.floorDiv(watermark, 1000L) - span;
    }
}
