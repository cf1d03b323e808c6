package io.cardwatch.job;

import io.cardwatch.codec.LabelJson;
import io.cardwatch.codec.TransactionJson;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
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

    /** Writes predictions, with {@code warehouse.writers} writers; a refused row becomes a dead letter. */
    public void writePredictions(DataStream<ScoredTransaction> rows) {
        Table<ScoredTransaction> table = Tables.predictions(features);
        WarehouseSink<ScoredTransaction> sink = new WarehouseSink<>(table, warehouse, policy)
                .withDeadLetters(row -> row.transaction.origin, row -> TransactionJson.encode(row.transaction));
        write(rows, table, sink, writers);
    }

    /** Writes the labelled past, with {@code warehouse.writers} writers; a refused row fails the run. */
    public void writeHistory(DataStream<FeaturedTransaction> rows) {
        Table<FeaturedTransaction> table = Tables.history(features);
        write(rows, table, new WarehouseSink<>(table, warehouse, policy), writers);
    }

    /** Writes labels, with one writer, which keeps the order in which they came; a refused one becomes a dead letter. */
    public void writeLabels(DataStream<FraudLabel> rows) {
        WarehouseSink<FraudLabel> sink = new WarehouseSink<>(Tables.LABELS, warehouse, policy)
                .withDeadLetters(label -> label.origin, LabelJson::encode);
        write(rows, Tables.LABELS, sink, 1);
    }

    /** Writes dead letters, with one writer. One that is refused fails the job: nothing else would be left of it. */
    public void writeDeadLetters(DataStream<DeadLetter> rows) {
        write(rows, Tables.DEAD_LETTERS, new WarehouseSink<>(Tables.DEAD_LETTERS, warehouse, deadLetterPolicy), 1);
    }

    private static <T> void write(DataStream<T> rows, Table<T> table, WarehouseSink<T> sink, int parallelism) {
        rows.sinkTo(sink)
                .setParallelism(parallelism)
                .uid(table.name.replace('_', '-') + "-sink")
                .name(table.name);
    }
}
