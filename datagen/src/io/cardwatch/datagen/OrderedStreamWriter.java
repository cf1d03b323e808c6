package io.cardwatch.datagen;

import io.cardwatch.domain.BadInputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Writes records to one Kinesis stream and keeps the order of each key whatever fails. A request holds each key at most
 * once. It is repeated for the records that failed, until none is left, before the next request. No record is dropped;
 * one whose request was cut off after it was stored comes twice.
 *
 * <p>So records of one key that lie close together spread over several requests, while those of other keys go ahead;
 * {@link #send} is told how far in event time. Payments of many customers fill whole requests all the same; a stream of
 * one key is written one record at a time. A request's size needs no check: 500 of our records are a fiftieth of the 5
 * MiB allowed.
 */
final class OrderedStreamWriter {
    static final int MOST_RECORDS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final KinesisClient client;
    private final String stream;
    private final int batchSize;
    private final Pace pace;
    private final long patienceNanos;
    private final ArrayDeque<Waiting> pending = new ArrayDeque<>();
    private long resent;

    /**
     * A writer of requests of at most {@code batchSize} records.
     *
     * @param patienceNanos how long it goes on while nothing is accepted
     */
    OrderedStreamWriter(KinesisClient client, String stream, int batchSize, Pace pace, long patienceNanos) {
        this.client = client;
        this.stream = stream;
        this.batchSize = batchSize;
        this.pace = pace;
        this.patienceNanos = patienceNanos;
    }

    /** A record and its event time, UTC epoch seconds. */
    private static final class Waiting {
        final long epochSecond;
        final PutRecordsRequestEntry entry;

        Waiting(long epochSecond, PutRecordsRequestEntry entry) {
            this.epochSecond = epochSecond;
            this.entry = entry;
        }
    }

    /**
     * Adds a record behind the waiting ones.
     *
     * @param epochSecond its event time, UTC; not before that of the record added last
     */
    void add(long epochSecond, String key, byte[] data) {
        PutRecordsRequestEntry entry = PutRecordsRequestEntry.builder()
                .partitionKey(key)
                .data(SdkBytes.fromByteArrayUnsafe(data))
                .build();
        pending.add(new Waiting(epochSecond, entry));
    }

    /** Whether enough records wait to fill a request even if some keys repeat. */
    boolean full() {
        return pending.size() >= 2 * batchSize;
    }

    /** The event time of the oldest waiting record, UTC epoch seconds; {@link Long#MAX_VALUE} if none waits. */
    long oldest() {
        return pending.isEmpty() ? Long.MAX_VALUE : pending.peek().epochSecond;
    }

    /** Sends every waiting record whose event time is at most {@code until}. */
    void flush(long until) {
        while (!pending.isEmpty() && oldest() <= until) {
            send(until);
        }
    }

    /** The number of records that had to be sent again, counting each attempt. */
    long resent() {
        return resent;
    }

    /**
     * Sends one request with the first waiting record of each key.
     *
     * @param until the latest event time to send, UTC epoch seconds; if all waiting records are later, sends nothing
     */
    void send(long until) {
        List<PutRecordsRequestEntry> batch = next(until);
        if (!batch.isEmpty()) {
            pace.await(batch.size());
            sendAll(batch);
        }
    }

    private List<PutRecordsRequestEntry> next(long until) {
        List<PutRecordsRequestEntry> batch = new ArrayList<>(batchSize);
        Set<String> keys = new HashSet<>();
        for (Iterator<Waiting> all = pending.iterator(); all.hasNext() && batch.size() < batchSize; ) {
            Waiting waiting = all.next();
            if (waiting.epochSecond > until) {
                break;
            }
            if (keys.add(waiting.entry.partitionKey())) {
                batch.add(waiting.entry);
                all.remove();
            }
        }
        return batch;
    }

    private void sendAll(List<PutRecordsRequestEntry> batch) {
        long lastProgress = System.nanoTime();
        long pauseMillis = 50;
        List<PutRecordsRequestEntry> left = batch;
        while (!left.isEmpty()) {
            Attempt attempt = attempt(left);
            if (attempt.failed.size() < left.size()) {
                lastProgress = System.nanoTime();
                pauseMillis = 50;
            } else if (System.nanoTime() - lastProgress > patienceNanos) {
                throw new BadInputException(
                        "Kinesis has accepted no record for the stream " + stream + " for "
                                + patienceNanos / 1_000_000_000 + " s: " + attempt.reason + ".",
                        "Give the stream more shards, lower --rate, or wait until the service recovers.");
            }
            left = attempt.failed;
            if (!left.isEmpty()) {
                resent += left.size();
                Pace.sleep(pauseMillis);
                pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** The records that one request left unsent, and why. */
    private static final class Attempt {
        final List<PutRecordsRequestEntry> failed;
        final String reason;

        Attempt(List<PutRecordsRequestEntry> failed, String reason) {
            this.failed = failed;
            this.reason = reason;
        }
    }

    private Attempt attempt(List<PutRecordsRequestEntry> entries) {
        List<PutRecordsResultEntry> results;
        try {
            results = client.putRecords(request -> request.streamName(stream).records(entries))
                    .records();
        } catch (SdkClientException e) {
            return new Attempt(entries, e.getMessage());
        } catch (KinesisException e) {
            if (passing(e)) {
                return new Attempt(entries, e.getMessage());
            }
            throw KinesisFeed.refused(stream, e);
        }
        List<PutRecordsRequestEntry> failed = new ArrayList<>();
        Set<String> reasons = new HashSet<>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).errorCode() != null) {
                failed.add(entries.get(i));
                reasons.add(results.get(i).errorCode());
            }
        }
        return new Attempt(failed, reasons.stream().sorted().collect(Collectors.joining(", ")));
    }

    private static boolean passing(KinesisException e) {
        return e.statusCode() >= 500 || e.isThrottlingException() || ((SdkException) e).retryable();
    }
}
