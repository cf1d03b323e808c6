package io.cardwatch.domain;

import java.util.Arrays;

/**
 * A record that could not be used, kept so that nothing is lost. Its key is (stream, shard, sequence number, reason,
 * SHA-256 of the bytes), since the records inside one aggregated Kinesis record share a sequence number.
 */
public final class DeadLetter {
    /** Most bytes kept of a record: the default of {@code source.max-record-bytes}. */
    public static final int MAX_RAW_BYTES = 65_536;

    /** Bytes kept of a record that is over {@code source.max-record-bytes}. */
    public static final int OVERSIZE_RAW_BYTES = 4_096;

    public final DeadLetterReason reason;
    /** One sentence for a person; never holds the record's bytes. */
    public final String message;

    public final RecordOrigin origin;
    /** The record's bytes, perhaps truncated; empty where only the hash may be kept. */
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

    /**
     * A dead letter for the record {@code bytes}.
     *
     * @param contacts if left out, only the hash is kept
     */
    public static DeadLetter of(
            DeadLetterReason reason, String message, RecordOrigin origin, byte[] bytes, Contacts contacts) {
        int limit = reason == DeadLetterReason.OVERSIZE ? OVERSIZE_RAW_BYTES : MAX_RAW_BYTES;
        byte[] kept = contacts.of(bytes.length <= limit ? bytes : Arrays.copyOf(bytes, limit));
        return new DeadLetter(reason, message, origin, kept, sha256(bytes));
    }

    /** The hash that stands in the key of a dead letter for the record {@code bytes}. */
    public static String sha256(byte[] bytes) {
        return Sha256.of(bytes);
    }
}
