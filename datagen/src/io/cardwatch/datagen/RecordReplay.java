package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.RecordOrigin;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** Sends records to the Kinesis stream that they came from, each key's in their order. */
public final class RecordReplay {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Of 64 KB each they stay below the 5 MiB that a request may hold. */
    private static final int MOST_RECORDS = 64;
    /** Dead letters come in no order of time, and one that cannot be read has none. */
    private static final long ANY_TIME = 0;

    private final OrderedStreamWriter writer;

    /** A replay into a stream that exists; {@code client} stays the caller's. */
    public RecordReplay(KinesisClient client, String stream) {
        writer = new OrderedStreamWriter(
                client, stream, MOST_RECORDS, new Pace(Double.POSITIVE_INFINITY), PATIENCE.toNanos());
    }

    /**
     * Adds a record of {@code key}.
     *
     * @param rowAgain whether the record was accepted before and its row is wanted again. It goes into the shard of its
     *     key all the same
     * @throws io.cardwatch.domain.BadInputException when Kinesis takes nothing any more
     */
    public void add(String key, byte[] record, boolean rowAgain) {
        PutRecordsRequestEntry.Builder entry = rowAgain
                ? OrderedStreamWriter.entry(RecordOrigin.ROW_AGAIN + key, record)
                        .explicitHashKey(hashKey(key))
                : OrderedStreamWriter.entry(key, record);
        writer.add(ANY_TIME, entry.build());
        if (writer.full()) {
            writer.send(ANY_TIME);
        }
    }

    /** Sends what is left. */
    public void flush() {
        writer.flush(ANY_TIME);
    }

    /** Where Kinesis puts a partition key: its MD5 as a number of 128 bits. */
    private static String hashKey(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(key.getBytes(UTF_8));
            return new BigInteger(1, digest).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
