package io.cardwatch.domain;

/**
 * A record that could not be used, kept so that nothing is lost. Its key is (stream, shard, sequence number, reason,
 * SHA-256 of the bytes): the records inside one aggregated Kinesis record share a sequence number.
 */
public final class DeadLetter {
    public final DeadLetterReason reason;
    /** One sentence for a person; never holds the record's bytes. */
    public final String message;

    public final RecordOrigin origin;
    /** The record's bytes, capped; empty where only the hash may be kept. */
    public final byte[] raw;
    /** SHA-256 of all of the record's bytes, lower-case hexadecimal. */
    public final String sha256;

    public DeadLetter(DeadLetterReason reason, String message, RecordOrigin origin, byte[] raw, String sha256) {
        this.reason = reason;
        this.message = message;
        this.origin = origin;
        this.raw = raw;
        this.sha256 = sha256;
    }
}
