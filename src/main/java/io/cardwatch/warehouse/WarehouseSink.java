package io.cardwatch.warehouse;

import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.metrics.Metrics;
import java.io.IOException;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes a stream into a table of the warehouse. Flink delivers each row at least once; a row whose key is already there
 * is not written again. A row that the warehouse refuses becomes a dead letter if the sink was told how, and the other
 * rows are written; otherwise it fails the job with a message that names its key.
 *
 * <p>The sink's metrics are under the table's name.
 */
public final class WarehouseSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;

    private final Table<T> table;
    private final WarehouseConnection warehouse;
    private final WritePolicy policy;
    /** Null where a refused row fails the job. */
    private final BatchStore.Refusal<T> refusal;

    /** A sink whose job fails when a row is refused. */
    public WarehouseSink(Table<T> table, WarehouseConnection warehouse, WritePolicy policy) {
        this(table, warehouse, policy, null);
    }

    private WarehouseSink(
            Table<T> table, WarehouseConnection warehouse, WritePolicy policy, BatchStore.Refusal<T> refusal) {
        this.table = table;
        this.warehouse = warehouse;
        this.policy = policy;
        this.refusal = refusal;
    }

    /**
     * The same sink, but that it writes refused rows to the table of dead letters.
     *
     * @param origin where a row's record came from
     * @param record the bytes of a row's record
     */
    public WarehouseSink<T> withDeadLetters(
            SerializableFunction<T, RecordOrigin> origin, SerializableFunction<T, byte[]> record) {
        return new WarehouseSink<>(
                table,
                warehouse,
                policy,
                (row, cause) -> RefusedRow.deadLetter(table, row, origin.apply(row), record.apply(row), cause));
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new WarehouseWriter<>(
                table,
                warehouse,
                policy,
                refusal,
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
