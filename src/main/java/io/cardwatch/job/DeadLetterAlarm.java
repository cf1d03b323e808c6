package io.cardwatch.job;

/**
 * The share of records that became dead letters within the last five minutes, in buckets of half a minute, and whether it
 * is worth a warning. It is once the share is above the limit, of 100 records at least, and until it is half of that: a
 * share near the limit does not go on and off. One thread observes; any may ask for the share.
 */
final class DeadLetterAlarm {
    /** What an observation changed. */
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
    /** Of all buckets; kept, as there may be an observation for each record. */
    private long allRecords;

    private long allDeadLetters;
    private long newestBucket;
    private boolean raised;

    DeadLetterAlarm(double limit) {
        this.limit = limit;
    }

    /**
     * Counts what came since the last observation.
     *
     * @param nowMillis of any clock that does not go back
     */
    synchronized Change observe(long newRecords, long newDeadLetters, long nowMillis) {
        turnTo(nowMillis / BUCKET_MILLIS);
        int bucket = (int) (newestBucket % BUCKETS);
        records[bucket] += newRecords;
        deadLetters[bucket] += newDeadLetters;
        allRecords += newRecords;
        allDeadLetters += newDeadLetters;
        boolean was = raised;
        double share = share();
        raised = was ? share > limit / 2 : share > limit && allRecords >= LEAST_RECORDS;
        return raised == was ? Change.NONE : raised ? Change.RAISED : Change.OVER;
    }

    private void turnTo(long bucket) {
        for (long next = Math.max(newestBucket + 1, bucket - BUCKETS + 1); next <= bucket; next++) {
            int oldest = (int) (next % BUCKETS);
            allRecords -= records[oldest];
            allDeadLetters -= deadLetters[oldest];
            records[oldest] = 0;
            deadLetters[oldest] = 0;
        }
        newestBucket = Math.max(newestBucket, bucket);
    }

    /** From 0 to 1; 0 where there were no records. */
    synchronized double share(long nowMillis) {
        turnTo(nowMillis / BUCKET_MILLIS);
        return share();
    }

    private double share() {
        return allRecords == 0 ? 0 : Math.min(1, allDeadLetters / (double) allRecords);
    }
}
