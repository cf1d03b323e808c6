package io.cardwatch.job;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.platform.Options;
import io.cardwatch.platform.Settings;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import java.util.List;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The sinks into the warehouse that the settings name. */
public final class WarehouseSinks {
    private final WarehouseConnection warehouse;
    private final WritePolicy policy;
    private final WritePolicy deadLetterPolicy;
    private final int writers;
    private final FeatureSet features;

    /**
     * Connects nothing yet.
     *
     * @throws io.cardwatch.domain.BadInputException when {@code warehouse.url} is missing
     */
    public WarehouseSinks(Settings settings) {
        warehouse = WarehouseConnection.of(settings);
        policy = WritePolicy.of(settings);
        deadLetterPolicy = WritePolicy.ofDeadLetters(settings);
        writers = settings.get(Options.WAREHOUSE_WRITERS);
        features = settings.get(Options.FEATURES_SET);
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

    /** Writes predictions, with {@code warehouse.writers} writers. */
    public void writePredictions(DataStream<ScoredTransaction> rows) {
        write(rows, Tables.predictions(features), policy, writers);
    }

    /** Writes the labelled past, with {@code warehouse.writers} writers. */
    public void writeHistory(DataStream<FeaturedTransaction> rows) {
        write(rows, Tables.history(features), policy, writers);
    }

    /** Writes labels, with one writer, which keeps the order in which they came. */
    public void writeLabels(DataStream<FraudLabel> rows) {
        write(rows, Tables.LABELS, policy, 1);
    }

    /** Writes dead letters, with one writer. */
    public void writeDeadLetters(DataStream<DeadLetter> rows) {
        write(rows, Tables.DEAD_LETTERS, deadLetterPolicy, 1);
    }

    private <T> void write(DataStream<T> rows, Table<T> table, WritePolicy rowsPolicy, int parallelism) {
        rows.sinkTo(new WarehouseSink<>(table, warehouse, rowsPolicy))
                .setParallelism(parallelism)
                .uid(table.name.replace('_', '-') + "-sink")
                .name(table.name);
    }
}
