package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.files.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes {@code transactions} and {@code labels} into a directory, as .csv or .jsonl, and {@code customers.csv}, each
 * also .gz. The transactions carry their truth, TX_FRAUD and TX_FRAUD_SCENARIO. A file appears when it is complete.
 */
public final class SimulationFiles implements EventSink {
    /** The format of the records. */
    public enum Format {
        CSV,
        JSONL
    }

    private final OutputFile transactionFile;
    private final OutputFile labelFile;
    private final Function<Transaction, byte[]> transactionLine;
    private final Function<FraudLabel, byte[]> labelLine;

    /**
     * Begins the files and writes the customers.
     *
     * @throws BadInputException if the directory is not empty or cannot be written to
     */
    public SimulationFiles(Path directory, Format format, boolean gzip, List<Customer> customers) {
        boolean csv = format == Format.CSV;
        String compressed = gzip ? ".gz" : "";
        String ending = (csv ? ".csv" : ".jsonl") + compressed;
        transactionLine = csv ? transaction -> RecordCsv.row(transaction).getBytes(UTF_8) : RecordJson::encode;
        labelLine = csv ? label -> RecordCsv.row(label).getBytes(UTF_8) : RecordJson::encode;
        mustBeEmpty(directory);
        try {
            Files.createDirectories(directory);
            try (OutputFile customerFile = new OutputFile(directory.resolve("customers.csv" + compressed))) {
                customerFile.line(RecordCsv.CUSTOMER_HEADER.getBytes(UTF_8));
                customers.forEach(
                        customer -> customerFile.line(RecordCsv.row(customer).getBytes(UTF_8)));
                customerFile.complete();
            }
            transactionFile = new OutputFile(directory.resolve("transactions" + ending));
            labelFile = new OutputFile(directory.resolve("labels" + ending));
        } catch (IOException e) {
            throw new BadInputException(
                    "The directory " + directory + " cannot be written to: " + e.getMessage() + ".",
                    "Choose another with --out, or correct its permissions.",
                    e);
        }
        if (csv) {
            transactionFile.line(RecordCsv.TRANSACTION_HEADER.getBytes(UTF_8));
            labelFile.line(RecordCsv.LABEL_HEADER.getBytes(UTF_8));
        }
    }

    private static void mustBeEmpty(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            files.findFirst().ifPresent(file -> {
                throw new BadInputException(
                        "The directory " + directory + " is not empty: it holds " + file.getFileName() + ".",
                        "Choose another with --out, or empty it.");
            });
        } catch (IOException e) {
            throw new BadInputException(
                    directory + " is not a directory that can be read.", "Choose another with --out.", e);
        }
    }

    @Override
    public void accept(SimulatedEvent event) {
        if (event.isLabel()) {
            labelFile.line(labelLine.apply(event.label));
        } else {
            transactionFile.line(transactionLine.apply(event.transaction));
        }
    }

    @Override
    public void complete() {
        labelFile.complete();
        transactionFile.complete();
    }

    @Override
    public void close() {
        labelFile.close();
        transactionFile.close();
    }
}
