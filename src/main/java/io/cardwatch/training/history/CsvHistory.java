package io.cardwatch.training.history;

import io.cardwatch.codec.CsvCells;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.files.InputFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads labelled history from a CSV file, plain or gzipped: the columns of {@code cust_payment_tx_history} in any order
 * and case; others are ignored. Cells and times are read as for scoring; blank lines are skipped. A row without
 * TX_FRAUD has no verdict yet.
 */
public final class CsvHistory {
    private final Path file;
    private final FeatureSet set;
    private final BufferedReader reader;

    private long line = 1;
    private int columns;

    private CsvHistory(Path file, FeatureSet set, BufferedReader reader) {
        this.file = file;
        this.set = set;
        this.reader = reader;
    }

    /** Reads all labelled rows, in the order of the file; throws as {@link #read(Path, FeatureSet, Optional)} does. */
    public static TrainingData read(Path file, FeatureSet set) {
        return read(file, set, Optional.empty());
    }

    /**
     * Reads all labelled rows, in the order of the file.
     *
     * @param genuineAfter rows without a verdict that are older than the file's last row by this much count as genuine,
     *     and all younger rows are left out; empty leaves out only the rows without a verdict
     * @throws BadInputException if the file cannot be read, a column is missing, or a value is invalid
     */
    public static TrainingData read(Path file, FeatureSet set, Optional<Duration> genuineAfter) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(InputFile.open(file), StandardCharsets.UTF_8))) {
            CsvHistory history = new CsvHistory(file, set, reader);
            TrainingData rows = history.rows(genuineAfter.isPresent());
            return rows.rows() == 0
                    ? rows
                    : genuineAfter.map(rows::untilBeforeEnd).orElse(rows);
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Give a CSV file of history, plain or .gz.");
        }
    }

    private TrainingData rows(boolean withUndecided) throws IOException {
        List<String> header = header();
        int time = column(header, "TX_DATETIME");
        int customer = column(header, "CUSTOMER_ID");
        int fraud = column(header, "TX_FRAUD");
        int scenario = header.indexOf("TX_FRAUD_SCENARIO");
        int[] features = new int[set.size()];
        for (int i = 0; i < features.length; i++) {
            features[i] = column(header, set.names().get(i));
        }
        TrainingData data = new TrainingData(set);
        double[] values = new double[features.length];
        for (List<String> fields = next(); fields != null; fields = next()) {
            String verdict = fields.get(fraud);
            if (verdict.isEmpty() && !withUndecided) {
                continue;
            }
            for (int i = 0; i < features.length; i++) {
                values[i] = number(set.names().get(i), fields.get(features[i]));
            }
            data.add(
                    second(fields.get(time)),
                    id("CUSTOMER_ID", fields.get(customer)),
                    values,
                    !verdict.isEmpty() && isFraud(verdict),
                    scenario < 0 ? TrainingData.NO_SCENARIO : scenario(fields.get(scenario)));
        }
        return data;
    }

    private List<String> header() throws IOException {
        String text = reader.readLine();
        if (text == null) {
            throw new BadInputException(file + " is empty", "Give a CSV file of history with a header line.");
        }
        List<String> names = CsvCells.header(text, file.toString());
        columns = names.size();
        return names;
    }

    private int column(List<String> header, String name) {
        int index = header.indexOf(name);
        if (index < 0) {
            throw new BadInputException(
                    file + " has no column " + name,
                    "Train on what 'backfill' computed with the same --features.set: it has the raw columns, TX_FRAUD and"
                            + " all features.");
        }
        if (index < header.lastIndexOf(name)) {
            throw new BadInputException(
                    file + " has the column " + name + " twice", "Name each column once in the header.");
        }
        return index;
    }

    private List<String> next() throws IOException {
        String text;
        do {
            text = reader.readLine();
            line++;
        } while (text != null && text.isBlank());
        if (text == null) {
            return null;
        }
        String place = "line " + line + " of " + file;
        List<String> fields = CsvCells.of(text, place);
        if (fields.size() != columns) {
            throw new BadInputException(
                    place + " has " + fields.size() + " fields, the header " + columns,
                    "Check whether the file is cut off.");
        }
        return fields;
    }

    private double number(String name, String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!Float.isFinite((float) value)) {
            throw bad(name, text, "a number that a float can hold");
        }
        return value;
    }

    private boolean isFraud(String text) {
        return CsvCells.verdict(text).orElseThrow(() -> bad("TX_FRAUD", text, "0, 1 or empty")) == 1;
    }

    private long id(String name, String text) {
        return CsvCells.id(text).orElseThrow(() -> bad(name, text, "a whole number"));
    }

    private int scenario(String text) {
        if (text.isEmpty()) {
            return TrainingData.NO_SCENARIO;
        }
        long scenario = id("TX_FRAUD_SCENARIO", text);
        if (scenario > Byte.MAX_VALUE) {
            throw bad("TX_FRAUD_SCENARIO", text, "0 to " + Byte.MAX_VALUE);
        }
        return (int) scenario;
    }

    private long second(String text) {
        return CsvCells.epochSecond(text)
                .orElseThrow(() -> bad("TX_DATETIME", text, "yyyy-MM-dd HH:mm:ss or ISO-8601, from 2000 to 2099"));
    }

    private BadInputException bad(String name, String value, String wanted) {
        return new BadInputException(
                "line " + line + " of " + file + " has " + name + " '" + value + "'", "It must be " + wanted + ".");
    }
}
