package io.cardwatch.domain;

/** Where a record came from: a Kinesis stream's shard and sequence number, or a file and its line. */
public final class RecordOrigin {
    /** {@link #arrivalMillis} of a source that knows no arrival time, such as a file. */
    public static final long NO_ARRIVAL = Long.MIN_VALUE;

    /** Kinesis stream name or file name. */
    public final String stream;

    /** Kinesis partition key; empty where there is none. */
    public final String partitionKey;

    /** Kinesis shard id; empty where there is none. */
    public final String shardId;

    /** Kinesis sequence number, or the line number in a file. */
    public final String sequenceNumber;

    /** Approximate arrival at the source, UTC epoch milliseconds, or {@link #NO_ARRIVAL}. */
    public final long arrivalMillis;

    public RecordOrigin(String stream, String partitionKey, String shardId, String sequenceNumber, long arrivalMillis) {
        this.stream = stream;
        this.partitionKey = partitionKey;
        this.shardId = shardId;
        this.sequenceNumber = sequenceNumber;
        this.arrivalMillis = arrivalMillis;
    }

    public boolean hasArrival() {
        return arrivalMillis != NO_ARRIVAL;
    }
}
