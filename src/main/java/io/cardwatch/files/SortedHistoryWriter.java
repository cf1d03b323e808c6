package io.cardwatch.files;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.EventTimeProgress;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/** Writes what comes in its total order, in the format of {@link SortedHistory}. */
final class SortedHistoryWriter
        extends KeyedCoProcessFunction<Integer, Decoded<Transaction>, Decoded<FraudLabel>, Integer> {
    private static final int RECORD_BYTES = 1 << 10;

    private final String file;
    private final EventTimeProgress progress;
    private final LongMaximum reached = new LongMaximum();
    private transient DataOutputSerializer record;
    private transient DataOutputStream out;

    SortedHistoryWriter(Path file, Duration maxJump) {
        this.file = file.toString();
        this.progress = new EventTimeProgress(maxJump);
    }

    @Override
    public void open(OpenContext context) throws IOException {
        getRuntimeContext().addAccumulator(SortedHistory.REACHED, reached);
        record = new DataOutputSerializer(RECORD_BYTES);
        out = new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(Path.of(file)), SortedHistory.BUFFER_BYTES));
    }

    @Override
    public void processElement1(Decoded<Transaction> transaction, Context context, Collector<Integer> ignored)
            throws IOException {
        record.writeByte(SortedHistory.TRANSACTION);
        WireTypes.DECODED_TRANSACTION.serializer().serialize(transaction, record);
        if (transaction.accepted()) {
            progress.observe(transaction.value.epochSecond, transaction.value.origin);
            reached.add(progress.reachedMillis());
        }
        finishRecord();
    }

    @Override
    public void processElement2(Decoded<FraudLabel> label, Context context, Collector<Integer> ignored)
            throws IOException {
        record.writeByte(SortedHistory.LABEL);
        WireTypes.DECODED_FRAUD_LABEL.serializer().serialize(label, record);
        finishRecord();
    }

    private void finishRecord() throws IOException {
        out.writeInt(record.length());
        out.write(record.getSharedBuffer(), 0, record.length());
        out.writeLong(progress.watermark());
        record.clear();
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
