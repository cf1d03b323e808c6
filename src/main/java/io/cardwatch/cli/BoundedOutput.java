package io.cardwatch.cli;

import io.cardwatch.domain.Transaction;
import io.cardwatch.files.CsvSink;
import io.cardwatch.files.OutputFile;
import io.cardwatch.warehouse.Table;
import java.nio.file.Path;
import java.util.Comparator;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.function.SerializableFunction;

/** Writes the results of a run over files into CSV files. The same input gives the same files. */
final class BoundedOutput {
    private static final Comparator<Transaction> IDENTITY_ORDER = Comparator.<Transaction>comparingLong(
                    transaction -> transaction.transactionId)
            .thenComparingLong(transaction -> transaction.customerId);

    private BoundedOutput() {}

    /**
     * Writes {@code rows} into one file, sorted by TX_DATETIME, TRANSACTION_ID and CUSTOMER_ID.
     *
     * @param transaction of a row
     * @param tally counts the rows
     */
    static <T> void writeTransactions(
            DataStream<T> rows,
            Path file,
            Table<T> table,
            SerializableFunction<T, Transaction> transaction,
            RunTally.Rows<T> tally) {
        write(
                rows,
                file,
                table,
                row -> transaction.apply(row).epochSecond,
                (left, right) -> IDENTITY_ORDER.compare(transaction.apply(left), transaction.apply(right)),
                tally);
    }

    /**
     * Writes {@code rows} into one file.
     *
     * @param time sorts the rows
     * @param withinTime sorts rows of the same time
     * @param tally counts the rows
     */
    static <T> void write(
            DataStream<T> rows,
            Path file,
            Table<T> table,
            SerializableFunction<T, Long> time,
            CsvSink.Order<T> withinTime,
            RunTally.Rows<T> tally) {
        OutputFile.requireWritable(file);
        String name = String.valueOf(file.getFileName());
        rows.assignTimestampsAndWatermarks(
                        WatermarkStrategy.<T>noWatermarks().withTimestampAssigner((row, previous) -> time.apply(row)))
                .uid(table.name + "-order")
                // One key for all: a bounded run sorts each key's records by timestamp.
                .keyBy(row -> 0, Types.INT)
                .map(tally)
                .returns(rows.getType())
                .setParallelism(1)
                .uid(table.name + "-tally")
                .name("Sort")
                .sinkTo(new CsvSink<>(file, table, withinTime))
                .setParallelism(1)
                .uid(table.name + "-file")
                .name(name);
    }
}
