package io.cardwatch.datagen;

import java.time.Duration;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Sends records to the Kinesis stream that they came from, in order for each key. */
public final class RecordReplay {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Most records of a request: with 64 KB each they stay below its limit of 5 MiB. */
    private static final int MOST_RECORDS = 64;
    /** The event time of every record: dead letters are not sorted by time, and an unreadable one has none. */
    private static final long ANY_TIME = 0;

    private final OrderedStreamWriter writer;

    /** A replay into a stream that exists; the caller must close {@code client}. */
    public RecordReplay(KinesisClient client, String stream) {
        writer = new OrderedStreamWriter(
                client, stream, MOST_RECORDS, new Pace(Double.POSITIVE_INFINITY), PATIENCE.toNanos());
    }

    /**
     * Adds a record of {@code key}.
     *
     * @throws io.cardwatch.domain.BadInputException when Kinesis accepts nothing any more
     */
    public void add(String key, byte[] record) {
        writer.add(ANY_TIME, key, record);
        if (writer.full()) {
            writer.send(ANY_TIME);
        }
    }

    /** Sends the remaining records. */
    public void flush() {
        writer.flush(ANY_TIME);
    }
}
