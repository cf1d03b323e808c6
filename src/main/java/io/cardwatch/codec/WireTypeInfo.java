package io.cardwatch.codec;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Tells Flink to move and store {@code T} by its {@link WireSerializer}. */
public final class WireTypeInfo<T> extends TypeInformation<T> {
    private final Class<?> type;
    private final WireSerializer<T> serializer;

    /**
     * A type and how to write it.
     *
     * @param type erased class of {@code T}
     */
    public WireTypeInfo(Class<?> type, WireSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    /** The serializer, for state descriptors. */
    public WireSerializer<T> serializer() {
        return serializer;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer;
    }

    @Override
    @Deprecated
    public TypeSerializer<T> createSerializer(ExecutionConfig config) {
        return serializer;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Class<T> getTypeClass() {
        return (Class<T>) type;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof WireTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WireTypeInfo && ((WireTypeInfo<?>) other).serializer.equals(serializer);
    }

    @Override
    public int hashCode() {
        return serializer.hashCode();
    }

    @Override
    public String toString() {
        return "WireTypeInfo(" + type.getSimpleName() + ")";
    }
}
