package io.cardwatch.job;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.FraudMinute;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.ShadowScore;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The sinks that write into the warehouse of the settings. */
public final class WarehouseSinks {
    /** Where the tables are. */
    public final WarehouseConnection warehouse;

    private final Settings settings;

    /**
     * Opens no connection yet.
     *
     * @throws io.cardwatch.domain.BadInputException when {@code warehouse.url} is missing
     */
    public WarehouseSinks(Settings settings) {
        this.warehouse = WarehouseConnection.of(settings);
        this.settings = settings;
    }

    /** Writes predictions with {@code warehouse.writers} writers; a refused row becomes a dead letter. */
    public void writePredictions(DataStream<ScoredTransaction> rows) {
        Table<ScoredTransaction> table = Tables.predictions(settings.get(Options.FEATURES_SET));
        WarehouseSink<ScoredTransaction> sink = sink(table, Options.WAREHOUSE_BATCH_SIZE)
                .withDeadLetters(row -> row.transaction.origin, row -> RecordJson.encode(row.transaction));
        write(rows, table, sink, writers(table));
    }

    /** Writes the labelled past with {@code warehouse.writers} writers; a refused row fails the run. */
    public void writeHistory(DataStream<FeaturedTransaction> rows) {
        Table<FeaturedTransaction> table = Tables.history(settings.get(Options.FEATURES_SET));
        write(rows, table, sink(table, Options.WAREHOUSE_BATCH_SIZE), writers(table));
    }

    /** Writes labels with one writer, which keeps their order of arrival; a refused label becomes a dead letter. */
    public void writeLabels(DataStream<FraudLabel> rows) {
        WarehouseSink<FraudLabel> sink = sink(Tables.LABELS, Options.WAREHOUSE_BATCH_SIZE)
                .withDeadLetters(label -> label.origin, RecordJson::encode);
        write(rows, Tables.LABELS, sink, 1);
    }

    /** Writes dead letters with one writer. One that is refused fails the job: nothing else would be left of it. */
    public void writeDeadLetters(DataStream<DeadLetter> rows) {
        // Their rows are large, so their batches are small.
        write(rows, Tables.DEAD_LETTERS, sink(Tables.DEAD_LETTERS, Options.DEAD_LETTERS_BATCH_SIZE), 1);
    }

    /** Writes the counts of minutes with one writer; a refused row fails the job. */
    public void writeMinutes(DataStream<FraudMinute> rows) {
        write(rows, Tables.MINUTES, sink(Tables.MINUTES, Options.WAREHOUSE_BATCH_SIZE), 1);
    }

    /** Writes what challengers say with one writer; a refused row fails the job. */
    public void writeShadowScores(DataStream<ShadowScore> rows) {
        write(rows, Tables.SHADOW_SCORES, sink(Tables.SHADOW_SCORES, Options.WAREHOUSE_BATCH_SIZE), 1);
    }

    private int writers(Table<?> table) {
        return warehouse.takesOneWriter(table) ? 1 : settings.get(Options.WAREHOUSE_WRITERS);
    }

    private <T> WarehouseSink<T> sink(Table<T> table, Option<Integer> batchSize) {
        return new WarehouseSink<>(table, warehouse, WritePolicy.of(settings, batchSize));
    }

    private static <T> void write(DataStream<T> rows, Table<T> table, WarehouseSink<T> sink, int parallelism) {
        rows.sinkTo(sink)
                .setParallelism(parallelism)
                .uid(table.name.replace('_', '-') + "-sink")
                .name(table.name);
    }
}
