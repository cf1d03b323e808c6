package io.cardwatch.feature;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;

/**
 * A terminal's window that also computes features from labels as soon as they are known.
 *
 * <p>A transaction is confirmed genuine at t when a label says so, or when it happened at t − delay or before and is
 * not known fraud: no report for so long counts as genuine. It is confirmed when it is confirmed genuine or known
 * fraud. A known fraud that is not high for its card is unexplained. All counts are differences of positions in the
 * logs of these, so they are exact in whatever order labels and transactions arrived.
 */
final class ExtendedTerminalWindow extends TerminalWindow {
    private static final int KNOWN = 0;
    private static final int UNEXPLAINED = 1;
    private static final int LEVELS = 2;

    private static final int NONE = -1;

    ExtendedTerminalWindow() {
        this(newVerdicts(LEVELS, true), new WaitingLabels(), null);
    }

    private ExtendedTerminalWindow(EventLabels verdicts, WaitingLabels waiting, MinutePanes panes) {
        super(verdicts, waiting, panes);
    }

    @Override
    TerminalWindow with(WaitingLabels others) {
        return new ExtendedTerminalWindow(verdicts, others, panes);
    }

    @Override
    int level(double[] features) {
        return features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()] > ExtendedCustomerWindow.HIGH_RATIO
                ? KNOWN
                : UNEXPLAINED;
    }

    @Override
    void describe(long epochSecond, WindowTimes times, double[] features) {
        super.describe(epochSecond, times, features);
        long windowEnd = times.terminalWindowEnd(epochSecond);
        long week = epochSecond - WindowTimes.WEEK;
        long fourWeeks = epochSecond - WindowTimes.FOUR_WEEKS;
        features[Feature.TERMINAL_ID_NB_CURRENT_TX_7DAY_WINDOW.index()] = transactions(week, epochSecond);
        EventLog frauds = verdicts.frauds(KNOWN);
        EventLog unexplained = verdicts.frauds(UNEXPLAINED);
        features[Feature.TERMINAL_ID_NB_KNOWN_FRAUD_7DAY_WINDOW.index()] = count(frauds, week, epochSecond);
        features[Feature.TERMINAL_ID_NB_KNOWN_FRAUD_28DAY_WINDOW.index()] = count(frauds, fourWeeks, epochSecond);
        features[Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_28DAY_WINDOW.index()] = share(fourWeeks, epochSecond, windowEnd);
        int first = firstAfter(unexplained, fourWeeks, epochSecond);
        long sinceFirst = first == NONE ? epochSecond : unexplained.second(first) - 1;
        features[Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS.index()] =
                first == NONE ? NONE : days(epochSecond - unexplained.second(first));
        features[Feature.TERMINAL_ID_KNOWN_FRAUD_SHARE_SINCE.index()] =
                first == NONE ? NONE : share(sinceFirst, epochSecond, windowEnd);
        features[Feature.TERMINAL_ID_NB_UNCONFIRMED_SINCE.index()] = first == NONE
                ? NONE
                : transactions(sinceFirst, epochSecond) - confirmed(sinceFirst, epochSecond, windowEnd);
        long runAfter = Math.max(lastConfirmedGenuine(epochSecond, windowEnd), windowEnd - WindowTimes.longest());
        features[Feature.TERMINAL_ID_FRAUD_RUN_LENGTH.index()] = count(frauds, runAfter, epochSecond);
        int firstOfRun = firstAfter(unexplained, runAfter, epochSecond);
        features[Feature.TERMINAL_ID_FRAUD_RUN_DAYS.index()] =
                firstOfRun == NONE ? NONE : days(epochSecond - unexplained.second(firstOfRun));
    }

    /** Days since a fraud grow by the second. */
    @Override
    long changesAfter(long epochSecond, WindowTimes times) {
        double[] features = new double[FeatureSet.EXTENDED.size()];
        describeNow(epochSecond, times, features);
        if (features[Feature.TERMINAL_ID_UNEXPLAINED_FRAUD_DAYS.index()] != NONE
                || features[Feature.TERMINAL_ID_FRAUD_RUN_DAYS.index()] != NONE) {
            return epochSecond + 1;
        }
        int[] windows = {WindowTimes.WEEK, WindowTimes.FOUR_WEEKS};
        long first =
                Math.min(super.changesAfter(epochSecond, times), verdicts.events.changesAfter(epochSecond, windows));
        return isCoarse() ? Math.min(first, panes.changesAfter(epochSecond, windows)) : first;
    }

    /** Known frauds ÷ confirmed transactions after {@code from} up to {@code epochSecond}; 0 without frauds. */
    private double share(long from, long epochSecond, long windowEnd) {
        int known = count(verdicts.frauds(KNOWN), from, epochSecond);
        return known == 0 ? 0 : known / (double) confirmed(from, epochSecond, windowEnd);
    }

    private int confirmed(long from, long epochSecond, long windowEnd) {
        long edge = Math.max(from, windowEnd);
        return transactions(from, windowEnd)
                + count(verdicts.frauds(KNOWN), edge, epochSecond)
                + count(verdicts.genuine(), edge, epochSecond);
    }

    /** Number of transactions after {@code from} up to {@code to}. */
    private int transactions(long from, long to) {
        int collapsed = isCoarse() && to > from ? panes.count(from, to) : 0;
        return count(verdicts.events, from, to) + collapsed;
    }

    /** Second of the last transaction that is confirmed genuine; {@link Long#MIN_VALUE} where there is none. */
    private long lastConfirmedGenuine(long epochSecond, long windowEnd) {
        EventLog events = verdicts.events;
        EventLog genuine = verdicts.genuine();
        int last = genuine.positionAfter(epochSecond, genuine.end()) - 1;
        long labelled = last < genuine.first() ? Long.MIN_VALUE : genuine.second(last);
        long known = isCoarse() ? Math.max(labelled, panes.newestUpTo(windowEnd)) : labelled;
        int position = events.positionAfter(windowEnd, events.end()) - 1;
        while (position >= events.first() && events.second(position) > known && verdicts.isFraud(position)) {
            position--;
        }
        return position < events.first() ? known : Math.max(known, events.second(position));
    }

    /** Number of events after {@code from} up to {@code to}. */
    private static int count(EventLog log, long from, long to) {
        return to <= from ? 0 : log.positionAfter(to, log.end()) - log.positionAfter(from, log.end());
    }

    /** Position of the first event after {@code after} up to {@code epochSecond}, or {@link #NONE}. */
    private static int firstAfter(EventLog log, long after, long epochSecond) {
        int first = log.positionAfter(after, log.end());
        return first < log.end() && log.second(first) <= epochSecond ? first : NONE;
    }

    private static double days(long seconds) {
        return seconds / (double) WindowTimes.DAY;
    }

    /** How a window is stored. */
    public static final class Serializer extends TerminalWindow.Serializer {
        static final Serializer INSTANCE = new Serializer();

        @Override
        EventLabels readVerdicts(DataInputView in) throws IOException {
            return readVerdicts(in, LEVELS, true);
        }

        @Override
        TerminalWindow window(EventLabels verdicts, WaitingLabels waiting, MinutePanes panes) {
            return new ExtendedTerminalWindow(verdicts, waiting, panes);
        }
    }
}
