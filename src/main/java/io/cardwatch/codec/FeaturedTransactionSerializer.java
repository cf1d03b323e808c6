package io.cardwatch.codec;

import io.cardwatch.domain.FeaturedTransaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link FeaturedTransaction} in binary form. */
public final class FeaturedTransactionSerializer extends WireSerializer<FeaturedTransaction> {
    @Override
    protected void write(FeaturedTransaction featured, DataOutputView out) throws IOException {
        TransactionSerializer.INSTANCE.serialize(featured.transaction, out);
        writeDoubles(featured.features, out);
    }

    @Override
    protected FeaturedTransaction read(DataInputView in, int writtenVersion) throws IOException {
        return new FeaturedTransaction(TransactionSerializer.INSTANCE.deserialize(in), readDoubles(in));
    }
}
