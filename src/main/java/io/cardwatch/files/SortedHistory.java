package io.cardwatch.files;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.EventTimeProgress;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.accumulators.LongMaximum;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * A file of transactions and labels in their total order. Each record is stored as its length, its bytes and the
 * watermark that follows it. A bounded run writes the file, because only such a run can sort; a streaming run reads it,
 * because only such a run can take a savepoint.
 *
 * <p>The watermark follows the transactions alone: in the live job it is the lesser of both streams' watermarks, and
 * labels of a history mostly reach past its last transaction.
 */
public final class SortedHistory {
    /** Name of the accumulator that holds how far event time advanced, in UTC epoch milliseconds. */
    public static final String REACHED = "reached";

    /** Side output of {@link #read}. */
    public static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    private static final int TRANSACTION = 0;
    private static final int LABEL = 1;
    private static final int END = -1;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long POLL_MILLIS = 10;

    private SortedHistory() {}

    /** Writes both streams of a bounded run, stamped with their total order, into {@code file}. */
    public static void write(
            DataStream<Decoded<Transaction>> transactions,
            DataStream<Decoded<FraudLabel>> labels,
            Path file,
            Duration maxJump) {
        transactions
                .connect(labels)
                // One key for all: a bounded run sorts each key's records by timestamp.
                .keyBy(record -> 0, record -> 0, Types.INT)
                .process(new Writer(file, maxJump), Types.INT)
                .setParallelism(1)
                .uid("sorted-history")
                .name("Sort");
    }

    /** Reads {@code file} once the job runs: the transactions, and the labels as the side output {@link #LABELS}. */
    @SuppressWarnings("deprecation") // a source of the newer kind always has state, which the live job could not take
    public static SingleOutputStreamOperator<Decoded<Transaction>> read(StreamExecutionEnvironment env, Path file) {
        return env.addSource(new Reader(file), "Sorted history", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
                .setParallelism(1)
                .uid("sorted-history")
                .process(new Unwrap(), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1)
                .uid("sorted-history-opener")
                .name("Unwrap history");
    }

    /** Writes the records in the order in which they arrive: a bounded run has sorted them. */
    private static final class Writer
            extends KeyedCoProcessFunction<Integer, Decoded<Transaction>, Decoded<FraudLabel>, Integer> {
        private static final int RECORD_BYTES = 1 << 10;

        private final String file;
        private final EventTimeProgress progress;
        private final LongMaximum reached = new LongMaximum();
        private transient DataOutputSerializer record;
        private transient DataOutputStream out;

        Writer(Path file, Duration maxJump) {
            this.file = file.toString();
            this.progress = new EventTimeProgress(maxJump);
        }

        @Override
        public void open(OpenContext context) throws IOException {
            getRuntimeContext().addAccumulator(REACHED, reached);
            record = new DataOutputSerializer(RECORD_BYTES);
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(file)), BUFFER_BYTES));
        }

        @Override
        public void processElement1(Decoded<Transaction> transaction, Context context, Collector<Integer> ignored)
                throws IOException {
            record.writeByte(TRANSACTION);
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
            record.writeByte(LABEL);
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

    /**
     * Emits all records, then waits. If it ended instead, Flink would send the watermark of the end of time, and all
     * windows would expire. A savepoint that stops the job calls {@link #cancel} at once, but is taken when {@link
     * #run} returns: so it holds the whole history, however early it is asked for.
     */
    @SuppressWarnings("deprecation")
    private static final class Reader implements SourceFunction<byte[]> {
        private final String file;
        private volatile boolean stopped;

        Reader(Path file) {
            this.file = file.toString();
        }

        @Override
        public void run(SourceContext<byte[]> context) throws IOException, InterruptedException {
            long last = Long.MIN_VALUE;
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(file)), BUFFER_BYTES))) {
                for (int length = length(in); length != END; length = length(in)) {
                    context.collect(in.readNBytes(length));
                    long watermark = in.readLong();
                    if (watermark > last) {
                        context.emitWatermark(new Watermark(watermark));
                        last = watermark;
                    }
                }
            }
            while (!stopped) {
                Thread.sleep(POLL_MILLIS);
            }
        }

        /** If the job itself is cancelled, Flink also interrupts the reading. */
        @Override
        public void cancel() {
            stopped = true;
        }

        private static int length(DataInputStream in) throws IOException {
            try {
                return in.readInt();
            } catch (EOFException e) {
                return END;
            }
        }
    }

    /** Deserializes the records and separates labels from transactions. */
    private static final class Unwrap extends ProcessFunction<byte[], Decoded<Transaction>> {
        @Override
        public void processElement(
                byte[] bytes,
                ProcessFunction<byte[], Decoded<Transaction>>.Context context,
                Collector<Decoded<Transaction>> out)
                throws IOException {
            DataInputDeserializer record = new DataInputDeserializer(bytes);
            if (record.readByte() == TRANSACTION) {
                out.collect(WireTypes.DECODED_TRANSACTION.serializer().deserialize(record));
            } else {
                context.output(
                        LABELS, WireTypes.DECODED_FRAUD_LABEL.serializer().deserialize(record));
            }
        }
    }
}
