package io.cardwatch.warehouse;

import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.metrics.Metrics;
import java.io.IOException;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes a stream into a table of the warehouse: at least once by Flink, and so that a row whose key is there already
 * is not written again. A row that the warehouse refuses becomes a dead letter where the sink was told how, and the
 * others are written; else it fails the job and names its key.
 *
 * <p>Its metrics are under the table's name.
 */
public final class WarehouseSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;

    private final Table<T> table;
    private final WarehouseConnection warehouse;
    private final WritePolicy policy;
    /** Where the record of a refused row came from; null where such a row fails the job. */
    private final SerializableFunction<T, RecordOrigin> origin;

    private final SerializableFunction<T, byte[]> record;

    /** A sink whose job fails when a row is refused. */
    public WarehouseSink(Table<T> table, WarehouseConnection warehouse, WritePolicy policy) {
        this(table, warehouse, policy, null, null);
    }

    private WarehouseSink(
            Table<T> table,
            WarehouseConnection warehouse,
            WritePolicy policy,
            SerializableFunction<T, RecordOrigin> origin,
            SerializableFunction<T, byte[]> record) {
        this.table = table;
        this.warehouse = warehouse;
        this.policy = policy;
        this.origin = origin;
        this.record = record;
    }

    /** The same sink, which writes refused rows to the table of dead letters. */
    public WarehouseSink<T> withDeadLetters(
            SerializableFunction<T, RecordOrigin> originOfRow, SerializableFunction<T, byte[]> recordOfRow) {
        return new WarehouseSink<>(table, warehouse, policy, originOfRow, recordOfRow);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new WarehouseWriter<>(
                table,
                warehouse,
                policy,
                origin == null
                        ? null
                        : (row, cause) ->
                                RefusedRow.deadLetter(table, row, origin.apply(row), record.apply(row), cause),
                context.getProcessingTimeService(),
                context.getMailboxExecutor(),
                Metrics.ofTable(context.metricGroup(), table.name));
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SinkWriter<T> createWriter(InitContext context) throws IOException {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }
}
