package io.cardwatch.datagen;

/** Limits records to a rate, counted over everything since the first: a slow moment is made up for later. */
final class Pace {
    private final double recordsPerSecond;
    private final long startNanos = System.nanoTime();
    private long passed;

    /** A pace of this many records a second; infinity means no limit. */
    Pace(double recordsPerSecond) {
        this.recordsPerSecond = recordsPerSecond;
    }

    /** Waits until {@code records} more may be sent. */
    void await(int records) {
        double dueSeconds = passed / recordsPerSecond;
        double elapsedSeconds = (System.nanoTime() - startNanos) / 1e9;
        if (dueSeconds > elapsedSeconds) {
            sleep((long) Math.ceil(1_000 * (dueSeconds - elapsedSeconds)));
        }
        passed += records;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing to Kinesis", e);
        }
    }
}
