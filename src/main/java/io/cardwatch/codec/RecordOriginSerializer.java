package io.cardwatch.codec;

import io.cardwatch.domain.RecordOrigin;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** {@link RecordOrigin} in binary form; never on its own, always inside a record. */
public final class RecordOriginSerializer extends WireSerializer<RecordOrigin> {
    static final RecordOriginSerializer INSTANCE = new RecordOriginSerializer();

    private static final int USUAL_BYTES = 128;

    @Override
    protected void write(RecordOrigin origin, DataOutputView out) throws IOException {
        out.write(origin.texts());
        out.writeLong(origin.arrivalMillis);
    }

    /** Copies the texts as they are: nothing reads them between two exchanges. */
    @Override
    protected RecordOrigin read(DataInputView in, int writtenVersion) throws IOException {
        DataOutputSerializer texts = new DataOutputSerializer(USUAL_BYTES);
        for (int i = 0; i < RecordOrigin.TEXTS; i++) {
            byte[] text = new byte[Math.toIntExact(readVarint(in) - 1)];
            in.readFully(text);
            writeVarint(text.length + 1L, texts);
            texts.write(text);
        }
        return new RecordOrigin(texts.getCopyOfBuffer(), in.readLong());
    }
}
