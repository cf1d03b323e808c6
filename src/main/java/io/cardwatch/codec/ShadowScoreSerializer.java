package io.cardwatch.codec;

import io.cardwatch.domain.ShadowScore;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link ShadowScore} in binary form. */
public final class ShadowScoreSerializer extends WireSerializer<ShadowScore> {
    @Override
    protected void write(ShadowScore score, DataOutputView out) throws IOException {
        writeVarint(score.customerId, out);
        writeVarint(score.transactionId, out);
        out.writeLong(score.epochSecond);
        writeText(score.slot, out);
        writeText(score.modelVersion, out);
        out.writeDouble(score.probability);
        out.writeByte(score.prediction);
    }

    @Override
    protected ShadowScore read(DataInputView in, int writtenVersion) throws IOException {
        return new ShadowScore(
                readVarint(in),
                readVarint(in),
                in.readLong(),
                readText(in),
                readText(in),
                in.readDouble(),
                in.readByte());
    }
}
