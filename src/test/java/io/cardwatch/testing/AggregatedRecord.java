package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.List;

/**
 * Several records in one Kinesis record, as Amazon's producer library packs them: four magic bytes, a protocol buffer
 * with a table of partition keys (field 1) and the records (field 3: index of the key in field 1, bytes in field 3), and
 * the MD5 of the buffer.
 */
public final class AggregatedRecord {
    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    /** Numbers of fields, shifted, with their wire type. */
    private static final int LENGTH_DELIMITED_1 = 1 << 3 | 2;

    private static final int VARINT_1 = 1 << 3;
    private static final int LENGTH_DELIMITED_3 = 3 << 3 | 2;

    private AggregatedRecord() {}

    static byte[] of(String partitionKey, List<byte[]> records) {
        return of(List.of(partitionKey), Collections.nCopies(records.size(), 0), records);
    }

    /** One whose records each have a key of their own, named by its index, be there such a key or not. */
    public static byte[] of(List<String> partitionKeys, List<Integer> keyIndexes, List<byte[]> records) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (String partitionKey : partitionKeys) {
            writeBytes(message, LENGTH_DELIMITED_1, partitionKey.getBytes(UTF_8));
        }
        for (int i = 0; i < records.size(); i++) {
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            record.write(VARINT_1);
            writeVarint(record, keyIndexes.get(i));
            writeBytes(record, LENGTH_DELIMITED_3, records.get(i));
            writeBytes(message, LENGTH_DELIMITED_3, record.toByteArray());
        }
        return of(message.toByteArray());
    }

    /** One of this protocol buffer, or of what is none. */
    public static byte[] of(byte[] message) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(MAGIC);
        all.writeBytes(message);
        all.writeBytes(md5(message));
        return all.toByteArray();
    }

    private static void writeBytes(ByteArrayOutputStream out, int field, byte[] bytes) {
        out.write(field);
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void writeVarint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 127) {
            out.write((rest & 127) | 128);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
