package io.cardwatch.codec;

import io.cardwatch.domain.FraudLabel;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link FraudLabel} in binary form. */
public final class FraudLabelSerializer extends WireSerializer<FraudLabel> {
    static final FraudLabelSerializer INSTANCE = new FraudLabelSerializer();

    @Override
    protected void write(FraudLabel label, DataOutputView out) throws IOException {
        writeVarint(label.transactionId, out);
        writeSignedVarint(label.txEpochSecond, out);
        writeVarint(label.customerId, out);
        writeVarint(label.terminalId, out);
        out.writeBoolean(label.fraud);
        writeSignedVarint(label.labelEpochSecond, out);
        writeText(label.labelSource, out);
        RecordOriginSerializer.INSTANCE.serialize(label.origin, out);
        writeBytes(label.raw, out);
    }

    @Override
    protected FraudLabel read(DataInputView in, int writtenVersion) throws IOException {
        return new FraudLabel(
                readVarint(in),
                readSignedVarint(in),
                readVarint(in),
                readVarint(in),
                in.readBoolean(),
                readSignedVarint(in),
                readText(in),
                RecordOriginSerializer.INSTANCE.deserialize(in),
                readBytes(in));
    }
}
