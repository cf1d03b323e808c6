package io.cardwatch.codec;

import static io.cardwatch.domain.Transaction.ABSENT;

import io.cardwatch.domain.Transaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link Transaction} in binary form. A byte of flags says which optional fields are there. */
public final class TransactionSerializer extends WireSerializer<Transaction> {
    static final TransactionSerializer INSTANCE = new TransactionSerializer();

    private static final int HAS_TIME_SECONDS = 1;
    private static final int HAS_TIME_DAYS = 2;
    private static final int HAS_FRAUD = 4;
    private static final int HAS_FRAUD_SCENARIO = 8;

    @Override
    protected void write(Transaction transaction, DataOutputView out) throws IOException {
        int flags = flag(HAS_TIME_SECONDS, transaction.timeSeconds)
                | flag(HAS_TIME_DAYS, transaction.timeDays)
                | flag(HAS_FRAUD, transaction.fraud)
                | flag(HAS_FRAUD_SCENARIO, transaction.fraudScenario);
        out.writeByte(flags);
        writeVarint(transaction.transactionId, out);
        writeSignedVarint(transaction.epochSecond, out);
        writeVarint(transaction.customerId, out);
        writeVarint(transaction.terminalId, out);
        writeVarint(transaction.amountCents, out);
        writeOptional(transaction.timeSeconds, out);
        writeOptional(transaction.timeDays, out);
        writeOptional(transaction.fraud, out);
        writeOptional(transaction.fraudScenario, out);
        RecordOriginSerializer.INSTANCE.serialize(transaction.origin, out);
        writeBytes(transaction.raw, out);
    }

    @Override
    protected Transaction read(DataInputView in, int writtenVersion) throws IOException {
        int flags = in.readByte();
        return new Transaction(
                readVarint(in),
                readSignedVarint(in),
                readVarint(in),
                readVarint(in),
                readVarint(in),
                readOptional(flags & HAS_TIME_SECONDS, in),
                readOptional(flags & HAS_TIME_DAYS, in),
                readOptional(flags & HAS_FRAUD, in),
                readOptional(flags & HAS_FRAUD_SCENARIO, in),
                RecordOriginSerializer.INSTANCE.deserialize(in),
                readBytes(in));
    }

    private static int flag(int flag, long value) {
        return value == ABSENT ? 0 : flag;
    }

    private static void writeOptional(long value, DataOutputView out) throws IOException {
        if (value != ABSENT) {
            writeSignedVarint(value, out);
        }
    }

    private static long readOptional(int present, DataInputView in) throws IOException {
        return present == 0 ? ABSENT : readSignedVarint(in);
    }
}
