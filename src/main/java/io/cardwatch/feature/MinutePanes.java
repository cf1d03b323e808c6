package io.cardwatch.feature;

import static io.cardwatch.codec.WireSerializer.readVarint;
import static io.cardwatch.codec.WireSerializer.writeVarint;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The number of events per minute, for a key with too many to keep each. All events of a minute count in its last
 * second, so a count up to some second is too low by at most the events of that minute.
 */
final class MinutePanes {
    private static final int MINUTE = 60;
    private static final int EVENTS_BEFORE = 0;
    private static final int COLUMNS = 1;

    /** One row per minute, at its last second. */
    private final EventLog minutes;

    private final RunningSum events;

    MinutePanes() {
        this(new EventLog(COLUMNS), 0);
    }

    private MinutePanes(EventLog minutes, long total) {
        this.minutes = minutes;
        this.events = new RunningSum(minutes, EVENTS_BEFORE, total);
    }

    MinutePanes copy() {
        return new MinutePanes(minutes.copy(), events.total());
    }

    long heapBytes() {
        return minutes.heapBytes();
    }

    boolean isEmpty() {
        return minutes.isEmpty();
    }

    /** The last second of the newest minute; there must be one. */
    long newestSecond() {
        return minutes.second(minutes.end() - 1);
    }

    /** Adds an event. */
    void add(long epochSecond) {
        long last = lastSecondOf(epochSecond);
        int position = find(last);
        if (position < 0) {
            position = minutes.insert(last);
            events.insert(position);
        }
        events.add(position, 1);
    }

    /** Removes an event from the minute of {@code epochSecond}; false if it has none. */
    boolean takeOne(long epochSecond) {
        boolean hasOne = hasEventIn(epochSecond);
        if (hasOne) {
            events.add(find(lastSecondOf(epochSecond)), -1);
        }
        return hasOne;
    }

    /** Whether the minute of {@code epochSecond} has an event. */
    boolean hasEventIn(long epochSecond) {
        int position = find(lastSecondOf(epochSecond));
        return position >= 0 && events.between(position, position + 1) > 0;
    }

    /** Number of events after {@code from} up to {@code to}, epoch seconds. */
    int count(long from, long to) {
        return (int)
                events.between(minutes.positionAfter(from, minutes.end()), minutes.positionAfter(to, minutes.end()));
    }

    /** The first epoch second after {@code epochSecond} at which a minute ends or leaves one of these windows. */
    long changesAfter(long epochSecond, int... windows) {
        return minutes.changesAfter(epochSecond, windows);
    }

    /** Last second of the newest minute with events that ends by {@code epochSecond}; else {@link Long#MIN_VALUE}. */
    long newestUpTo(long epochSecond) {
        int position = minutes.positionAfter(epochSecond, minutes.end()) - 1;
        while (position >= minutes.first() && events.between(position, position + 1) == 0) {
            position--;
        }
        return position < minutes.first() ? Long.MIN_VALUE : minutes.second(position);
    }

    /** Drops the minutes that end at {@code horizon}, an epoch second, or before. */
    void evictThrough(long horizon) {
        minutes.evictThrough(horizon);
    }

    /** Position of the minute with this last second, or -1. */
    private int find(long last) {
        int position = minutes.positionAfter(last, minutes.end()) - 1;
        return position >= minutes.first() && minutes.second(position) == last ? position : -1;
    }

    private static long lastSecondOf(long epochSecond) {
        return epochSecond - Math.floorMod(epochSecond, (long) MINUTE) + MINUTE - 1;
    }

    void write(DataOutputView out) throws IOException {
        writeVarint(events.total(), out);
        minutes.write(out);
    }

    static MinutePanes read(DataInputView in) throws IOException {
        long total = readVarint(in);
        return new MinutePanes(EventLog.read(in, COLUMNS), total);
    }
}
