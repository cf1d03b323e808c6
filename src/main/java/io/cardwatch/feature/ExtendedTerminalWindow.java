package io.cardwatch.feature;

import io.cardwatch.domain.Feature;

/**
 * A terminal's window that knows, beside the reference features, what verdicts tell as soon as they are known.
 *
 * <p>A transaction is confirmed genuine at t when it is known to be, or has happened at t − delay or before and is not
 * known fraud: no report for so long counts as one.
 */
final class ExtendedTerminalWindow extends TerminalWindow {
    ExtendedTerminalWindow() {
        this(new Verdicts(Verdicts.EVENT_COLUMNS, true), new WaitingLabels());
    }

    private ExtendedTerminalWindow(Verdicts verdicts, WaitingLabels waiting) {
        super(verdicts, waiting);
    }

    @Override
    void describe(long epochSecond, WindowTimes times, double[] features) {
        super.describe(epochSecond, times, features);
        EventLog frauds = verdicts.frauds;
        long windowEnd = times.terminalWindowEnd(epochSecond);
        long lastGenuine = Math.max(lastConfirmedGenuine(windowEnd), windowEnd - WindowTimes.longest());
        int run = frauds.positionAfter(lastGenuine, frauds.end());
        features[Feature.TERMINAL_ID_FRAUD_RUN_LENGTH.index()] = frauds.end() - run;
        features[Feature.TERMINAL_ID_FRAUD_RUN_DAYS.index()] =
                run == frauds.end() ? 0 : days(epochSecond - frauds.second(run));
    }

    /** Second of the last transaction that is confirmed genuine; {@link Long#MIN_VALUE} where there is none. */
    private long lastConfirmedGenuine(long windowEnd) {
        EventLog events = verdicts.events;
        EventLog genuine = verdicts.genuine;
        long known = genuine.isEmpty() ? Long.MIN_VALUE : genuine.second(genuine.end() - 1);
        int position = events.positionAfter(windowEnd, events.end()) - 1;
        while (position >= events.first() && events.second(position) > known && verdicts.isFraud(position)) {
            position--;
        }
        return position < events.first() ? known : Math.max(known, events.second(position));
    }

    private static double days(long seconds) {
        return seconds / (double) WindowTimes.DAY;
    }

    /** How a window is stored. */
    public static final class Serializer extends TerminalWindow.Serializer {
        static final Serializer INSTANCE = new Serializer();

        @Override
        boolean keepsGenuine() {
            return true;
        }

        @Override
        TerminalWindow window(Verdicts verdicts, WaitingLabels waiting) {
            return new ExtendedTerminalWindow(verdicts, waiting);
        }
    }
}
