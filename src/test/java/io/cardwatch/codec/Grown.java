package io.cardwatch.codec;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The serializer of a type as it is, and as it will be when the type has gained a field, one version later: which of
 * both is a property of the program, as it is when a release replaces another. A subclass names the type, since state
 * names its serializer's class.
 */
public abstract class Grown<T> extends WireSerializer<T> {
    /** Whether the program is the later one. */
    public static boolean later;

    private static final String FIELD = "the new field";

    private final WireSerializer<T> present;

    protected Grown(WireSerializer<T> present) {
        super(present.version() + (later ? 1 : 0));
        this.present = present;
    }

    @Override
    protected void write(T value, DataOutputView out) throws IOException {
        present.write(value, out);
        if (version() > present.version()) {
            writeText(FIELD, out);
        }
    }

    @Override
    protected T read(DataInputView in, int writtenVersion) throws IOException {
        T value = present.read(in, Math.min(writtenVersion, present.version()));
        if (writtenVersion > present.version() && !FIELD.equals(readText(in))) {
            throw new IOException("The new field is not where it was written");
        }
        return value;
    }

    @Override
    public T copy(T from) {
        return present.copy(from);
    }

    @Override
    public boolean isImmutableType() {
        return present.isImmutableType();
    }
}
