package io.cardwatch.files;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * A file of transactions and labels in their total order, each behind its length and before the watermark that follows
 * it. A bounded run sorts and writes it, since only such a run can sort; a streaming one reads it, since only such a
 * one can take a savepoint.
 *
 * <p>Transactions alone make the watermark: in the live job it is the lesser of both streams', and the labels of a
 * history mostly reach beyond its last transaction.
 */
public final class SortedHistory {
    /** Name of the accumulator that holds how far event time came, UTC epoch milliseconds. */
    public static final String REACHED = "reached";

    /** Side output of {@link #read}. */
    public static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    static final int TRANSACTION = 0;
    static final int LABEL = 1;
    private static final int END = -1;
    static final int BUFFER_BYTES = 1 << 16;
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
                .process(new SortedHistoryWriter(file, maxJump), Types.INT)
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
                .process(new Opener(), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1)
                .uid("sorted-history-opener")
                .name("Unwrap history");
    }

    /**
     * Emits all records and waits. Had it ended, Flink would send the watermark of the end of time, at which all windows
     * expire. A savepoint that stops the job calls {@link #cancel} at once, and is taken when {@link #run} returns: so
     * it holds the whole history, however early it is asked for.
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

        /** Where the job is cancelled instead, Flink interrupts reading, too. */
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

    /** Makes records of bytes. */
    private static final class Opener extends ProcessFunction<byte[], Decoded<Transaction>> {
        @Override
        public void processElement(byte[] bytes, Context context, Collector<Decoded<Transaction>> out)
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
