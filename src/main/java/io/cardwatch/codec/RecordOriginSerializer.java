package io.cardwatch.codec;

import io.cardwatch.domain.RecordOrigin;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link RecordOrigin} in binary form; never on its own, always inside a record. */
public final class RecordOriginSerializer extends WireSerializer<RecordOrigin> {
    static final RecordOriginSerializer INSTANCE = new RecordOriginSerializer();

    @Override
    protected void write(RecordOrigin origin, DataOutputView out) throws IOException {
        writeText(origin.stream, out);
        writeText(origin.partitionKey, out);
        writeText(origin.shardId, out);
        writeText(origin.sequenceNumber, out);
        out.writeLong(origin.arrivalMillis);
    }

    @Override
    protected RecordOrigin read(DataInputView in, int writtenVersion) throws IOException {
        return new RecordOrigin(readText(in), readText(in), readText(in), readText(in), in.readLong());
    }
}
