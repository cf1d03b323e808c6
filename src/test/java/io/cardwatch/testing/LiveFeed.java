package io.cardwatch.testing;

import java.sql.SQLException;
import org.apache.flink.core.execution.JobClient;

/**
 * Sends a story while a job reads it, as fast as the job writes. Shards are read in no fixed order, and where all is read
 * nothing holds one shard back for another. So nothing is sent that is more than a day later than what is not written:
 * terminal windows and lateness allow for several days, and features stay a function of the input.
 */
public final class LiveFeed {
    private static final long SLICE_SECONDS = 43_200;
    private static final int SLICE_PAYMENTS = 2_000;
    private static final long MOST_SECONDS_AHEAD = 86_400;
    private static final int POLL_MILLIS = 50;

    private final JobOnKinesis kinesis;
    private final PaymentStory story;
    private final Patience patience = new Patience("rows of what was told last");
    private int sent;
    /** Up to this second all that was made or known is written, UTC epoch seconds, exclusive. */
    private long writtenUntil;

    public LiveFeed(JobOnKinesis kinesis, PaymentStory story) {
        this.kinesis = kinesis;
        this.story = story;
    }

    /** Payments that were sent. */
    public int sent() {
        return sent;
    }

    /** Whether all of the story was told. */
    public boolean isDone() {
        return sent == story.transactions.size();
    }

    /** Sends on until so many payments are sent, while {@code job} reads them. */
    public void sendUntil(int payments, JobClient job) throws Exception {
        while (sent < payments) {
            if (!sendNext(payments)) {
                JobOnKinesis.requireAlive(job);
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** Waits until all that is sent is written by {@code job}. */
    public void awaitWritten(JobClient job) throws Exception {
        while (!isWritten(story.transactions.get(sent - 1).epochSecond + 1)) {
            JobOnKinesis.requireAlive(job);
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Sends the next payments and what is known by then, or nothing and false while that has to wait. */
    public boolean sendNext() throws SQLException {
        return sendNext(story.transactions.size());
    }

    private boolean sendNext(int most) throws SQLException {
        if (sent == most || !isWritten(story.transactions.get(sent).epochSecond - MOST_SECONDS_AHEAD)) {
            return false;
        }
        long end = story.transactions.get(sent).epochSecond + SLICE_SECONDS;
        int last = Math.min(most, sent + SLICE_PAYMENTS);
        int to = sent + 1;
        while (to < last && story.transactions.get(to).epochSecond < end) {
            to++;
        }
        story.send(sent, to, kinesis.payments(), kinesis.verdicts());
        sent = to;
        return true;
    }

    /** Whether all that was made or known before {@code epochSecond} is in the warehouse. */
    private boolean isWritten(long epochSecond) throws SQLException {
        if (epochSecond <= writtenUntil) {
            return true;
        }
        long told = countTold(epochSecond);
        long written = countWritten(epochSecond);
        if (written < told) {
            patience.observe(written, told);
            return false;
        }
        writtenUntil = epochSecond;
        return true;
    }

    private long countTold(long epochSecond) {
        long payments = story.transactions.stream()
                .filter(payment -> payment.epochSecond >= writtenUntil && payment.epochSecond < epochSecond)
                .count();
        return payments
                + story.labels.stream()
                        .filter(label -> label.labelEpochSecond >= writtenUntil && label.labelEpochSecond < epochSecond)
                        .count();
    }

    private long countWritten(long epochSecond) throws SQLException {
        String since = " >= to_timestamp(" + writtenUntil + ") AT TIME ZONE 'UTC'";
        String until = " < to_timestamp(" + epochSecond + ") AT TIME ZONE 'UTC'";
        return kinesis.number("SELECT (SELECT count(*) FROM cust_payment_tx_fraud_predictions"
                + " WHERE tx_datetime" + since + " AND tx_datetime" + until + ")"
                + " + (SELECT count(*) FROM cust_payment_tx_labels"
                + " WHERE label_datetime" + since + " AND label_datetime" + until + ")");
    }
}
