package io.cardwatch.codec;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link Decoded} in binary form. An envelope lives on the wire, never in state. */
public abstract class DecodedSerializer<T> extends WireSerializer<Decoded<T>> {
    private final WireSerializer<T> valueSerializer;

    private DecodedSerializer(WireSerializer<T> valueSerializer) {
        this.valueSerializer = valueSerializer;
    }

    @Override
    protected void write(Decoded<T> decoded, DataOutputView out) throws IOException {
        out.writeBoolean(decoded.accepted());
        if (decoded.accepted()) {
            writeVarint(decoded.notes, out);
            valueSerializer.serialize(decoded.value, out);
        } else {
            DeadLetterSerializer.INSTANCE.serialize(decoded.deadLetter, out);
        }
    }

    @Override
    protected Decoded<T> read(DataInputView in, int writtenVersion) throws IOException {
        if (in.readBoolean()) {
            int notes = (int) readVarint(in);
            return Decoded.accepted(valueSerializer.deserialize(in), notes);
        }
        return Decoded.rejected(DeadLetterSerializer.INSTANCE.deserialize(in));
    }

    /** Envelopes of transactions. */
    public static final class OfTransaction extends DecodedSerializer<Transaction> {
        public OfTransaction() {
            super(TransactionSerializer.INSTANCE);
        }
    }

    /** Envelopes of labels. */
    public static final class OfFraudLabel extends DecodedSerializer<FraudLabel> {
        public OfFraudLabel() {
            super(FraudLabelSerializer.INSTANCE);
        }
    }
}
