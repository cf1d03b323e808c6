package io.cardwatch.delivery;

import io.cardwatch.warehouse.Table;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.AsyncSinkBase;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriterStateSerializer;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Puts rows as JSON into a stream, each at least once: what is not put at a checkpoint is in the checkpoint. A stream that
 * does not take them holds the job up.
 */
public final class PutSink<T> extends AsyncSinkBase<T, Entry> {
    private static final long serialVersionUID = 1;
    private static final int MOST_RECORDS = 500;
    private static final long MOST_BYTES = 4_000_000;
    private static final long MOST_RECORD_BYTES = 1_000_000;
    private static final int MOST_BUFFERED = 10_000;
    private static final int MILLIS = 100;
    /** Requests at once, each on a thread. */
    static final int REQUESTS = 4;

    private final PutTarget target;

    PutSink(Table<T> table, SerializableFunction<T, String> partitionKey, PutTarget target) {
        super(
                converter(table, partitionKey, target),
                MOST_RECORDS,
                REQUESTS,
                MOST_BUFFERED,
                MOST_BYTES,
                MILLIS,
                MOST_RECORD_BYTES);
        this.target = target;
    }

    private static <T> ElementConverter<T, Entry> converter(
            Table<T> table, SerializableFunction<T, String> partitionKey, PutTarget target) {
        return (row, context) -> new Entry(partitionKey.apply(row), target.record(table.json(row)));
    }

    @Override
    public StatefulSinkWriter<T, BufferedRequestState<Entry>> createWriter(WriterInitContext context) {
        return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<T, BufferedRequestState<Entry>> restoreWriter(
            WriterInitContext context, Collection<BufferedRequestState<Entry>> buffered) {
        AsyncSinkWriterConfiguration limits = AsyncSinkWriterConfiguration.builder()
                .setMaxBatchSize(getMaxBatchSize())
                .setMaxBatchSizeInBytes(getMaxBatchSizeInBytes())
                .setMaxInFlightRequests(getMaxInFlightRequests())
                .setMaxBufferedRequests(getMaxBufferedRequests())
                .setMaxTimeInBufferMS(getMaxTimeInBufferMS())
                .setMaxRecordSizeInBytes(getMaxRecordSizeInBytes())
                .build();
        return new PutWriter<>(getElementConverter(), target, context, limits, buffered);
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public StatefulSinkWriter<T, BufferedRequestState<Entry>> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }

    @Override
    public SimpleVersionedSerializer<BufferedRequestState<Entry>> getWriterStateSerializer() {
        return new EntrySerializer();
    }

    /** Layout 1: partition key in modified UTF-8, length of the data, data. */
    private static final class EntrySerializer extends AsyncSinkWriterStateSerializer<Entry> {
        @Override
        protected void serializeRequestToStream(Entry entry, DataOutputStream out) throws IOException {
            out.writeUTF(entry.partitionKey);
            out.writeInt(entry.data.length);
            out.write(entry.data);
        }

        @Override
        protected Entry deserializeRequestFromStream(long size, DataInputStream in) throws IOException {
            String partitionKey = in.readUTF();
            return new Entry(partitionKey, in.readNBytes(in.readInt()));
        }

        @Override
        public int getVersion() {
            return 1;
        }
    }
}
