package io.cardwatch.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Where a record came from: a Kinesis stream's shard and sequence number, or a file and its line.
 *
 * <p>It keeps its texts as the bytes that travel between subtasks. The stages only copy them; they are decoded where a
 * row is written.
 */
public final class RecordOrigin {
    /** {@link #arrivalMillis} of a source that knows no arrival time, such as a file. */
    public static final long NO_ARRIVAL = Long.MIN_VALUE;

    /** Number of texts. */
    public static final int TEXTS = 4;

    /** Approximate arrival at the source, UTC epoch milliseconds, or {@link #NO_ARRIVAL}. */
    public final long arrivalMillis;

    private final byte[] texts;

    /** From texts, none of them null. */
    public RecordOrigin(String stream, String partitionKey, String shardId, String sequenceNumber, long arrivalMillis) {
        this(pack(stream, partitionKey, shardId, sequenceNumber), arrivalMillis);
    }

    /** From what {@link #texts()} returned. */
    public RecordOrigin(byte[] texts, long arrivalMillis) {
        this.texts = texts;
        this.arrivalMillis = arrivalMillis;
    }

    public boolean hasArrival() {
        return arrivalMillis != NO_ARRIVAL;
    }

    /** Kinesis stream name or file name. */
    public String stream() {
        return text(0);
    }

    /** Kinesis partition key; empty where there is none. */
    public String partitionKey() {
        return text(1);
    }

    /** Kinesis shard id; empty where there is none. */
    public String shardId() {
        return text(2);
    }

    /** Kinesis sequence number, or the line number in a file. */
    public String sequenceNumber() {
        return text(3);
    }

    /** The four texts: of each the number of its bytes plus one, as LEB128, and then these bytes, UTF-8. Not a copy. */
    public byte[] texts() {
        return texts;
    }

    private static byte[] pack(String... all) {
        byte[] packed = new byte[0];
        for (String text : all) {
            byte[] bytes = text.getBytes(UTF_8);
            int end = packed.length;
            packed = Arrays.copyOf(packed, end + lengthBytes(bytes.length + 1) + bytes.length);
            int rest = bytes.length + 1;
            for (; rest > 127; rest >>>= 7) {
                packed[end++] = (byte) (rest | 128);
            }
            packed[end++] = (byte) rest;
            System.arraycopy(bytes, 0, packed, end, bytes.length);
        }
        return packed;
    }

    private static int lengthBytes(int length) {
        return (38 - Integer.numberOfLeadingZeros(length)) / 7;
    }

    private String text(int number) {
        int start = 0;
        for (int i = 0; ; i++) {
            int length = -1;
            int shift = 0;
            do {
                length += (texts[start] & 127) << shift;
                shift += 7;
            } while (texts[start++] < 0);
            if (i == number) {
                return new String(texts, start, length, UTF_8);
            }
            start += length;
        }
    }
}
