package io.cardwatch.cli;

import io.cardwatch.training.TrainingProgress;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Shows how far a command is: on a terminal one line that is written over four times a second, elsewhere a line every
 * five seconds.
 */
final class ProgressLine implements TrainingProgress {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final long TERMINAL_NANOS = 250_000_000L;
    private static final long LOG_NANOS = 5_000_000_000L;
    /** Asking the clock for each of a million records a second would cost as much as making them. */
    private static final int RECORDS_PER_LOOK = 256;

    private final PrintWriter out;
    private final boolean terminal;
    private final long startNanos = System.nanoTime();
    private long shownNanos = startNanos;
    private long records;
    private double shareBefore = 1;
    private double firstShare;
    private long firstNanos;

    ProgressLine(PrintWriter out) {
        this.out = out;
        terminal = onTerminal();
    }

    /**
     * Whether a person is watching. From JDK 22 on there is always a console, so even a log gets lines that overwrite.
     */
    @SuppressWarnings("SystemConsoleNull")
    static boolean onTerminal() {
        return System.console() != null;
    }

    /** One more record is done, of the given simulated time. */
    void record(long epochSecond) {
        if (++records % RECORDS_PER_LOOK == 0) {
            show(() -> String.format(
                    Locale.ROOT,
                    "%,d records, %,.0f records/s, simulated time %s",
                    records,
                    records / seconds(),
                    TIME.format(LocalDateTime.ofInstant(Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC))));
        }
    }

    /** Shows how long the current step of training will last at most. */
    @Override
    public void at(String step, double share) {
        // The first part of a step takes longer, because XGBoost sorts the rows into bins then: the clock starts after
        // it.
        if (share < shareBefore || firstShare == 0) {
            firstShare = share;
            firstNanos = System.nanoTime();
        }
        shareBefore = share;
        show(() -> {
            double seconds = (System.nanoTime() - firstNanos) / 1e9;
            return share <= firstShare
                    ? step
                    : String.format(
                            Locale.ROOT,
                            "%s: %s left at most",
                            step,
                            text(seconds / (share - firstShare) * (1 - share)));
        });
    }

    private static String text(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }

    /** Shows {@code text}, if the one before has been shown long enough. */
    private void show(Supplier<String> text) {
        long now = System.nanoTime();
        if (now - shownNanos > (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            shownNanos = now;
            String line = text.get();
            // The spaces cover the end of a longer line before.
            out.print(terminal ? String.format(Locale.ROOT, "\r%-78s", line) : line + System.lineSeparator());
            out.flush();
        }
    }

    long records() {
        return records;
    }

    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** Ends the line, so that what follows begins a new one. */
    void end() {
        if (terminal && shownNanos != startNanos) {
            out.println();
        }
        out.flush();
    }
}
