package io.cardwatch.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.util.InstantiationUtil;

/**
 * What a savepoint knows of a {@link WireSerializer}: its name, as {@code state-types.properties} has it, and the
 * version it wrote. State of the same name is readable as it stands, each value by its own version byte; state of a
 * newer version than the running code's is refused at once, not at the first value.
 *
 * <p>Savepoints hold the name of this class, so it is frozen.
 */
public final class WireSerializerSnapshot<T> implements TypeSerializerSnapshot<T> {
    private static final int SNAPSHOT_VERSION = 1;
    private static final Properties NAMES = names();

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
        out.writeUTF(nameOf(serializer.getClass().getName()));
        out.writeInt(writtenVersion);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader classLoader) throws IOException {
        String name = in.readUTF();
        String className = NAMES.getProperty(name, name);
        try {
            serializer =
                    (WireSerializer<T>) InstantiationUtil.instantiate(className, WireSerializer.class, classLoader);
        } catch (Exception e) {
            throw new IOException("The state is of type " + name + ", which this version does not have", e);
        }
        writtenVersion = in.readInt();
        if (writtenVersion > serializer.version()) {
            throw new IOException("The state was written in version " + writtenVersion + " of " + name
                    + ", which here reads versions 1 to " + serializer.version()
                    + ". Start the release that took the savepoint, or a later one.");
        }
    }

    /** The frozen name of a class; its own name if it has none. */
    private static String nameOf(String className) {
        return NAMES.stringPropertyNames().stream()
                .filter(name -> NAMES.getProperty(name).equals(className) && !name.contains("."))
                .findFirst()
                .orElse(className);
    }

    private static Properties names() {
        Properties names = new Properties();
        try (InputStream in = WireSerializerSnapshot.class.getResourceAsStream("state-types.properties")) {
            names.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("The jar is not whole: state-types.properties", e);
        }
        return names;
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
