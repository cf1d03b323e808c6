package io.cardwatch.codec;

import io.cardwatch.domain.CustomerChange;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link CustomerChange} in binary form: whether it vanished, then the id or the customer. */
public final class CustomerChangeSerializer extends WireSerializer<CustomerChange> {
    @Override
    protected void write(CustomerChange change, DataOutputView out) throws IOException {
        out.writeBoolean(change.vanished());
        if (change.vanished()) {
            writeVarint(change.customerId, out);
        } else {
            CustomerSerializer.INSTANCE.serialize(change.customer, out);
        }
    }

    @Override
    protected CustomerChange read(DataInputView in, int writtenVersion) throws IOException {
        return in.readBoolean()
                ? CustomerChange.vanished(readVarint(in))
                : CustomerChange.to(CustomerSerializer.INSTANCE.deserialize(in));
    }
}
