package io.cardwatch.warehouse;

import io.cardwatch.platform.Metrics;
import java.io.IOException;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes a stream into a table of the warehouse: at least once by Flink, and so that a row whose key is there already
 * is not written again. A row that the warehouse refuses fails the job and names its key.
 *
 * <p>Metrics, under the table's name: rows written, flushes, retries after passing errors, and the milliseconds that
 * the last flush took, retries included.
 */
public final class WarehouseSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;

    private final Table<T> table;
    private final WarehouseConnection warehouse;
    private final WritePolicy policy;

    public WarehouseSink(Table<T> table, WarehouseConnection warehouse, WritePolicy policy) {
        this.table = table;
        this.warehouse = warehouse;
        this.policy = policy;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new WarehouseWriter<>(
                table,
                warehouse,
                policy,
                context.getProcessingTimeService(),
                context.getMailboxExecutor(),
                Metrics.group(context.metricGroup()).addGroup("table", table.name));
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SinkWriter<T> createWriter(InitContext context) throws IOException {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }
}
