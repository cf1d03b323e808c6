package io.cardwatch.job;

import io.cardwatch.platform.Options;
import io.cardwatch.platform.Settings;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The sinks into the warehouse that the settings name. */
public final class WarehouseSinks {
    private final WarehouseConnection warehouse;
    private final WritePolicy policy;
    private final int writers;

    private WarehouseSinks(WarehouseConnection warehouse, WritePolicy policy, int writers) {
        this.warehouse = warehouse;
        this.policy = policy;
        this.writers = writers;
    }

    /**
     * Connects nothing yet.
     *
     * @throws io.cardwatch.domain.BadInputException when {@code warehouse.url} is missing
     */
    public static WarehouseSinks of(Settings settings) {
        return new WarehouseSinks(
                WarehouseConnection.of(settings), WritePolicy.of(settings), settings.get(Options.WAREHOUSE_WRITERS));
    }

    /** Where the tables are. */
    public WarehouseConnection warehouse() {
        return warehouse;
    }

    /**
     * Connects once, before a job starts.
     *
     * @throws io.cardwatch.domain.BadInputException when the warehouse cannot be reached or lacks a table or column
     */
    public void check(Table<?>... tables) {
        warehouse.check(List.of(tables));
    }

    /** Writes the main table, with {@code warehouse.writers} writers. */
    public <T> void write(DataStream<T> rows, Table<T> table) {
        write(rows, table, writers);
    }

    /** Writes a table that gets few rows, with one writer. */
    public <T> void writeFew(DataStream<T> rows, Table<T> table) {
        write(rows, table, 1);
    }

    private <T> void write(DataStream<T> rows, Table<T> table, int parallelism) {
        rows.sinkTo(new WarehouseSink<>(table, warehouse, policy))
                .setParallelism(parallelism)
                .uid(table.name.replace('_', '-') + "-sink")
                .name(table.name);
    }
}
