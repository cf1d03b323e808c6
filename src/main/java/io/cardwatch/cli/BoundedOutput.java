package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.Transaction;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.function.SerializableFunction;

/** Writes what a run over files produced into CSV files that depend on nothing but the input. */
final class BoundedOutput {
    private static final Comparator<Transaction> IDENTITY_ORDER = Comparator.<Transaction>comparingLong(
                    transaction -> transaction.transactionId)
            .thenComparingLong(transaction -> transaction.customerId);

    private static final Comparator<DeadLetter> DEAD_LETTER_ORDER = Comparator.<DeadLetter, String>comparing(
                    letter -> letter.origin.stream)
            .thenComparing(letter -> letter.reason);

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

    private static <T> void write(
            DataStream<T> rows,
            Path file,
            Table<T> table,
            SerializableFunction<T, Long> time,
            CsvSink.Order<T> withinTime,
            RunTally.Rows<T> tally) {
        requireWritable(file);
        String name = file.getFileName().toString();
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

    /** Writes dead letters where {@code file} says; else they are only counted. */
    static void writeDeadLetters(DataStream<DeadLetter> deadLetters, Optional<Path> file) {
        if (file.isPresent()) {
            write(
                    deadLetters,
                    file.get(),
                    Tables.DEAD_LETTERS,
                    letter -> Long.parseLong(letter.origin.sequenceNumber),
                    (left, right) -> DEAD_LETTER_ORDER.compare(left, right),
                    new RunTally.Rows<>(Map.of()));
        } else {
            deadLetters.sinkTo(new DiscardingSink<>()).uid("dead-letter-discard");
        }
    }

    /** Says which records could not be used, if any, and where they are. */
    static void reportRefused(JobExecutionResult result, Optional<Path> file, PrintWriter console) {
        String refused = RunTally.refused(result);
        if (!refused.isEmpty()) {
            console.println(
                    refused + file.map(path -> "; they are in " + path).orElse("; --dead-letters FILE keeps them"));
        }
    }

    /**
     * Looks before the run whether its files can be written.
     *
     * @throws BadInputException when one cannot, or is another one of them
     */
    static void requireDistinct(List<Path> files) {
        Set<Path> seen = new HashSet<>();
        for (Path file : files) {
            if (!seen.add(file.toAbsolutePath().normalize())) {
                throw new BadInputException(
                        file + " is named twice, and what is written second would replace the first",
                        "Give each file of the call a path of its own.");
            }
        }
    }

    static void requireWritable(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new BadInputException(directory + " is no directory", "Make it, or write elsewhere.");
        }
        if (Files.isDirectory(file)) {
            throw new BadInputException(file + " is a directory", "Name a file in it.");
        }
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new BadInputException(file + " may not be written", "Check its permissions, or write elsewhere.");
        }
        try {
            Files.delete(Files.createTempFile(directory, ".cardwatch", ".part"));
        } catch (IOException e) {
            throw new BadInputException(file + " cannot be written", "Check the path and the permissions.", e);
        }
    }
}
