package io.cardwatch.warehouse;

import io.cardwatch.platform.Metrics;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

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
    /** Null where a refused row fails the job: an Optional cannot be serialized. */
    private final RefusedRow<T> refusedRow;

    /** A sink whose job fails when a row is refused. */
    public WarehouseSink(Table<T> table, WarehouseConnection warehouse, WritePolicy policy) {
        this(table, warehouse, policy, null);
    }

    private WarehouseSink(Table<T> table, WarehouseConnection warehouse, WritePolicy policy, RefusedRow<T> refusedRow) {
        this.table = table;
        this.warehouse = warehouse;
        this.policy = policy;
        this.refusedRow = refusedRow;
    }

    /** The same sink, which writes refused rows to the table of dead letters. */
    public WarehouseSink<T> withDeadLetters(RefusedRow<T> asDeadLetter) {
        return new WarehouseSink<>(table, warehouse, policy, asDeadLetter);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new WarehouseWriter<>(
                table,
                warehouse,
                policy,
                Optional.ofNullable(refusedRow),
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
