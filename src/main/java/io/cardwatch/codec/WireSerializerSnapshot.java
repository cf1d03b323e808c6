package io.cardwatch.codec;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;

/**
 * What a savepoint knows of a {@link WireSerializer}: its class name and the version it wrote. State of the same class
 * is readable as it stands, each value by its own version byte; state of a newer version than the running code's is
 * refused at once, not at the first value.
 */
public final class WireSerializerSnapshot<T> implements TypeSerializerSnapshot<T> {
    private static final int SNAPSHOT_VERSION = 1;

    private WireSerializer<T> serializer;
    private int writtenVersion;

    /** For Flink, which then calls {@link #readSnapshot}. */
    public WireSerializerSnapshot() {}

    WireSerializerSnapshot(WireSerializer<T> serializer) {
        this.serializer = serializer;
        this.writtenVersion = serializer.version();
    }

    @Override
    public int getCurrentVersion() {
        return SNAPSHOT_VERSION;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
        out.writeUTF(serializer.getClass().getName());
        out.writeInt(writtenVersion);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader classLoader) throws IOException {
        String className = in.readUTF();
        try {
            serializer =
                    (WireSerializer<T>) InstantiationUtil.instantiate(className, WireSerializer.class, classLoader);
        } catch (Exception e) {
            throw new IOException("The state was written by " + className + ", which this version does not have", e);
        }
        writtenVersion = in.readInt();
        if (writtenVersion > serializer.version()) {
            throw new IOException("The state was written in version " + writtenVersion + " of " + className
                    + ", which here reads versions 1 to " + serializer.version()
                    + ". Start the release that took the savepoint, or a later one.");
        }
    }

    @Override
    public TypeSerializer<T> restoreSerializer() {
        return serializer;
    }

    @Override
    public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(TypeSerializerSnapshot<T> oldSnapshot) {
        if (!(oldSnapshot instanceof WireSerializerSnapshot)) {
            return TypeSerializerSchemaCompatibility.incompatible();
        }
        WireSerializerSnapshot<T> old = (WireSerializerSnapshot<T>) oldSnapshot;
        return old.serializer.equals(serializer) && old.writtenVersion <= serializer.version()
                ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                : TypeSerializerSchemaCompatibility.incompatible();
    }
}
