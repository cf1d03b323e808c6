package io.cardwatch.codec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The binary form of a type, on the wire and in state: a version byte, then its fields. Ids are variable length
 * integers (LEB128), texts a length and UTF-8.
 *
 * <p>A subclass is a public class with a public constructor without parameters, since a savepoint names the class and
 * nothing else; it holds no state, so that one instance serves all threads. Values are assumed to be immutable; the
 * serializer of a mutable type overrides {@link #copy(Object)} and {@link #isImmutableType}. To change a layout, raise
 * the version and keep reading the older ones in {@link #read}.
 */
public abstract class WireSerializer<T> extends TypeSerializer<T> {
    private final int version;

    /** A serializer of a layout that has not changed yet: version 1. */
    protected WireSerializer() {
        this(1);
    }

    /**
     * A serializer of one layout.
     *
     * @param version version of what {@link #write} writes, 1 to 127
     */
    protected WireSerializer(int version) {
        this.version = version;
    }

    /** Writes the fields of {@code value} in the newest layout. */
    protected abstract void write(T value, DataOutputView out) throws IOException;

    /** Reads what {@link #write} wrote when it was at {@code writtenVersion}, which is never newer than this class. */
    protected abstract T read(DataInputView in, int writtenVersion) throws IOException;

    /** Version of the records it writes. */
    public final int version() {
        return version;
    }

    @Override
    public final void serialize(T value, DataOutputView out) throws IOException {
        out.writeByte(version);
        write(value, out);
    }

    @Override
    public final T deserialize(DataInputView in) throws IOException {
        int writtenVersion = in.readByte();
        if (writtenVersion < 1 || writtenVersion > version) {
            throw new IOException(getClass().getSimpleName() + " reads versions 1 to " + version
                    + ", but the record was written in version " + writtenVersion);
        }
        return read(in, writtenVersion);
    }

    @Override
    public final T deserialize(T reuse, DataInputView in) throws IOException {
        return deserialize(in);
    }

    @Override
    public final void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    @Override
    public T copy(T from) {
        return from;
    }

    @Override
    public final T copy(T from, T reuse) {
        return copy(from);
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public final TypeSerializer<T> duplicate() {
        return this;
    }

    /** Null: Flink asks only mutable types for a value to fill. */
    @Override
    public final T createInstance() {
        return null;
    }

    @Override
    public final int getLength() {
        return -1;
    }

    /** Serializers are equal if their classes are: they have no state, and another class writes other bytes. */
    @Override
    @SuppressWarnings("EqualsGetClass")
    public final boolean equals(Object other) {
        return other != null && other.getClass() == getClass();
    }

    @Override
    public final int hashCode() {
        return getClass().hashCode();
    }

    @Override
    public final TypeSerializerSnapshot<T> snapshotConfiguration() {
        return new WireSerializerSnapshot<>(this);
    }

    /** Writes {@code value} in 1 to 10 bytes: small values take few, negative ones 10. */
    public static void writeVarint(long value, DataOutputView out) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** Reads what {@link #writeVarint} wrote. */
    public static long readVarint(DataInputView in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.readByte();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("A variable-length integer takes at most 10 bytes");
    }

    /** Writes {@code value} in few bytes when it is near 0 on either side. */
    public static void writeSignedVarint(long value, DataOutputView out) throws IOException {
        writeVarint((value << 1) ^ (value >> 63), out);
    }

    /** Reads what {@link #writeSignedVarint} wrote. */
    public static long readSignedVarint(DataInputView in) throws IOException {
        long zigzag = readVarint(in);
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }

    /** Writes {@code bytes} with their number; not null. */
    protected static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
        writeVarint(bytes.length, out);
        out.write(bytes);
    }

    /** Reads what {@link #writeBytes} wrote. */
    protected static byte[] readBytes(DataInputView in) throws IOException {
        return readBytes(in, readVarint(in));
    }

    /** Writes a text, which may be null. */
    protected static void writeText(String text, DataOutputView out) throws IOException {
        if (text == null) {
            out.writeByte(0);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeVarint(bytes.length + 1L, out);
        out.write(bytes);
    }

    /** Reads what {@link #writeText} wrote. */
    protected static String readText(DataInputView in) throws IOException {
        long lengthPlusOne = readVarint(in);
        if (lengthPlusOne == 0) {
            return null;
        }
        return lengthPlusOne == 1 ? "" : new String(readBytes(in, lengthPlusOne - 1), StandardCharsets.UTF_8);
    }

    /** Writes {@code values} with their number. */
    protected static void writeDoubles(double[] values, DataOutputView out) throws IOException {
        writeVarint(values.length, out);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    /** Reads what {@link #writeDoubles} wrote. */
    protected static double[] readDoubles(DataInputView in) throws IOException {
        double[] values = new double[Math.toIntExact(readVarint(in))];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }

    private static byte[] readBytes(DataInputView in, long length) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        in.readFully(bytes);
        return bytes;
    }
}
