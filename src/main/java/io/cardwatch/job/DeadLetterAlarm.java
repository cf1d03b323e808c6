package io.cardwatch.job;

import java.util.Arrays;

/**
 * The share of records that became dead letters within the last five minutes, in buckets of half a minute, and whether it
 * deserves a warning. The alarm is raised when the share of at least 100 records is above the limit. It is over when the
 * share is at most half of the limit, so a share near the limit does not raise it again and again. One thread observes;
 * any thread may ask for the share.
 */
final class DeadLetterAlarm {
    /** What an observation changed about the alarm. */
    enum Change {
        NONE,
        RAISED,
        OVER
    }

    private static final int BUCKETS = 10;
    private static final long BUCKET_MILLIS = 30_000;
    private static final long LEAST_RECORDS = 100;

    private final double limit;
    private final long[] records = new long[BUCKETS];
    private final long[] deadLetters = new long[BUCKETS];
    private long newestBucket;
    private boolean raised;

    DeadLetterAlarm(double limit) {
        this.limit = limit;
    }

    /**
     * Counts the records and dead letters since the last observation.
     *
     * @param nowMillis time by any clock that does not go back
     */
    synchronized Change observe(long newRecords, long newDeadLetters, long nowMillis) {
        turnTo(nowMillis / BUCKET_MILLIS);
        int bucket = (int) (newestBucket % BUCKETS);
        records[bucket] += newRecords;
        deadLetters[bucket] += newDeadLetters;
        boolean was = raised;
        double share = share(nowMillis);
        raised = was
                ? share > limit / 2
                : share > limit && Arrays.stream(records).sum() >= LEAST_RECORDS;
        return raised == was ? Change.NONE : raised ? Change.RAISED : Change.OVER;
    }

    private void turnTo(long bucket) {
        for (long next = Math.max(newestBucket + 1, bucket - BUCKETS + 1); next <= bucket; next++) {
            records[(int) (next % BUCKETS)] = 0;
            deadLetters[(int) (next % BUCKETS)] = 0;
        }
        newestBucket = Math.max(newestBucket, bucket);
    }

    /** The share of dead letters, from 0 to 1; 0 if there were no records. */
    synchronized double share(long nowMillis) {
        turnTo(nowMillis / BUCKET_MILLIS);
        long all = Arrays.stream(records).sum();
        return all == 0 ? 0 : Math.min(1, Arrays.stream(deadLetters).sum() / (double) all);
    }
}
