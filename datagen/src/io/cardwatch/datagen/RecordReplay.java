package io.cardwatch.datagen;

import java.time.Duration;
import software.amazon.awssdk.services.kinesis.KinesisClient;

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
     * @throws io.cardwatch.domain.BadInputException when Kinesis takes nothing any more
     */
    public void add(String key, byte[] record) {
        writer.add(ANY_TIME, key, record);
        if (writer.full()) {
            writer.send(ANY_TIME);
        }
    }

    /** Sends what is left. */
    public void flush() {
        writer.flush(ANY_TIME);
    }
}
