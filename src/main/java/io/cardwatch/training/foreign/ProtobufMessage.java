package io.cardwatch.training.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message in protobuf's wire format; the caller knows its meaning. Each field is a number and either an integer or
 * bytes. Nothing is copied before it is asked for.
 *
 * <p>A damaged message gives a {@link java.nio.BufferUnderflowException} or an {@link IllegalArgumentException}.
 */
final class ProtobufMessage {
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FOUR_BYTES = 5;

    private final List<Integer> numbers = new ArrayList<>();
    /** A Long or a ByteBuffer for each number. */
    private final List<Object> values = new ArrayList<>();

    ProtobufMessage(ByteBuffer message) {
        ByteBuffer rest = message.slice().order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            long tag = varint(rest);
            numbers.add((int) (tag >>> 3));
            values.add(value((int) tag & 7, rest));
        }
    }

    private static Object value(int wireType, ByteBuffer rest) {
        switch (wireType) {
            case VARINT:
                return varint(rest);
            case EIGHT_BYTES:
                return rest.getLong();
            case FOUR_BYTES:
                return (long) rest.getInt();
            case LENGTH_DELIMITED:
                int length = Math.toIntExact(varint(rest));
                ByteBuffer bytes = rest.slice();
                bytes.limit(length);
                rest.position(rest.position() + length);
                return bytes;
            default:
                throw new IllegalArgumentException("wire type " + wireType);
        }
    }

    private static long varint(ByteBuffer rest) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = rest.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("an integer of more than ten bytes");
    }

    /** The integers of a repeated field, packed or not. */
    List<Long> integers(int field) {
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i) == field && values.get(i) instanceof Long) {
                found.add((Long) values.get(i));
            } else if (numbers.get(i) == field) {
                ByteBuffer packed = ((ByteBuffer) values.get(i)).slice();
                while (packed.hasRemaining()) {
                    found.add(varint(packed));
                }
            }
        }
        return found;
    }

    /** The texts of a repeated field. */
    List<String> texts(int field) {
        List<String> found = new ArrayList<>();
        for (ByteBuffer bytes : bytes(field)) {
            found.add(UTF_8.decode(bytes).toString());
        }
        return found;
    }

    /** The text of a single field; empty if it is missing. */
    String text(int field) {
        List<String> found = texts(field);
        return found.isEmpty() ? "" : found.get(found.size() - 1);
    }

    /** The messages of a repeated field. */
    List<ProtobufMessage> messages(int field) {
        List<ProtobufMessage> found = new ArrayList<>();
        for (ByteBuffer bytes : bytes(field)) {
            found.add(new ProtobufMessage(bytes));
        }
        return found;
    }

    /** The bytes of a repeated field, as views. */
    List<ByteBuffer> bytes(int field) {
        List<ByteBuffer> found = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            if (numbers.get(i) == field && values.get(i) instanceof ByteBuffer) {
                found.add(((ByteBuffer) values.get(i)).slice());
            }
        }
        return found;
    }
}
