package io.cardwatch.codec;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link DeadLetter} in binary form. The reason goes by its name, which never changes; its number may. */
public final class DeadLetterSerializer extends WireSerializer<DeadLetter> {
    static final DeadLetterSerializer INSTANCE = new DeadLetterSerializer();

    @Override
    protected void write(DeadLetter letter, DataOutputView out) throws IOException {
        writeText(letter.reason.name(), out);
        writeText(letter.message, out);
        RecordOriginSerializer.INSTANCE.serialize(letter.origin, out);
        writeBytes(letter.raw, out);
        writeText(letter.sha256, out);
    }

    @Override
    protected DeadLetter read(DataInputView in, int writtenVersion) throws IOException {
        return new DeadLetter(
                DeadLetterReason.valueOf(readText(in)),
                readText(in),
                RecordOriginSerializer.INSTANCE.deserialize(in),
                readBytes(in),
                readText(in));
    }
}
