package io.cardwatch.feature;

/**
 * A column of an {@link EventLog} with running sums: each event's cell holds the sum over the events before it. The sum
 * over any run of events is the difference of two cells, and eviction changes none. Evicted events stay in the sums, so
 * only differences mean anything.
 */
final class RunningSum {
    private final EventLog log;
    private final int column;
    /** The sum over all events. */
    private long total;

    RunningSum(EventLog log, int column, long total) {
        this.log = log;
        this.column = column;
        this.total = total;
    }

    /** The sum over all events; a copy on a log with the same events starts with it. */
    long total() {
        return total;
    }

    /** Takes the event that was just inserted at {@code position}; its number is 0 until {@link #add}. */
    void insert(int position) {
        log.set(column, position, before(position + 1));
    }

    /** Adds to the number of the event at {@code position}. */
    void add(int position, long number) {
        for (int i = position + 1; i < log.end(); i++) {
            log.set(column, i, log.get(column, i) + number);
        }
        total += number;
    }

    /** The sum over the events from position {@code from} on and before position {@code behind}. */
    long between(int from, int behind) {
        return before(behind) - before(from);
    }

    private long before(int position) {
        return position == log.end() ? total : log.get(column, position);
    }
}
