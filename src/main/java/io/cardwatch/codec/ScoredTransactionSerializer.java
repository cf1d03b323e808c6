package io.cardwatch.codec;

import io.cardwatch.domain.ScoredTransaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link ScoredTransaction} in binary form. */
public final class ScoredTransactionSerializer extends WireSerializer<ScoredTransaction> {
    public ScoredTransactionSerializer() {
        super(1);
    }

    @Override
    protected void write(ScoredTransaction scored, DataOutputView out) throws IOException {
        TransactionSerializer.INSTANCE.serialize(scored.transaction, out);
        writeDoubles(scored.features, out);
        out.writeDouble(scored.fraudProbability);
        out.writeDouble(scored.threshold);
        writeText(scored.modelVersion, out);
        out.writeLong(scored.scoredAtMillis);
        writeText(scored.fullName, out);
        writeText(scored.emailAddress, out);
        writeText(scored.phoneNumber, out);
    }

    @Override
    protected ScoredTransaction read(DataInputView in, int writtenVersion) throws IOException {
        return new ScoredTransaction(
                TransactionSerializer.INSTANCE.deserialize(in),
                readDoubles(in),
                in.readDouble(),
                in.readDouble(),
                readText(in),
                in.readLong(),
                readText(in),
                readText(in),
                readText(in));
    }
}
