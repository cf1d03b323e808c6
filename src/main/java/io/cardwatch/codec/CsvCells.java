package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The cells of a row of CSV (RFC 4180) as texts, for files whose columns are not the fields of a record. */
public final class CsvCells {
    private CsvCells() {}

    /**
     * The names of the columns: upper-case, without a byte order mark.
     *
     * @param line the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the line is not valid CSV
     */
    public static List<String> header(String line, String file) {
        List<String> names = of(line.startsWith("\uFEFF") ? line.substring(1) : line, "the header of " + file);
        names.replaceAll(name -> name.strip().toUpperCase(Locale.ROOT));
        return names;
    }

    /**
     * The cells of a row that is given without its line feed.
     *
     * @param place what to call the row in a message
     * @throws BadInputException when the row is not valid CSV
     */
    public static List<String> of(String row, String place) {
        int length = CsvReader.contentLength(row);
        List<String> cells = new ArrayList<>();
        Field cell = new Field("cell", false);
        try {
            for (int at = -1; at < length; ) {
                at = CsvReader.readCell(row, at + 1, length, cell);
                cells.add(cell.text());
            }
        } catch (Rejection e) {
            throw new BadInputException(
                    place + " is not valid CSV: " + e.getMessage(), "Quote cells as RFC 4180 says, or not at all.", e);
        }
        return cells;
    }
}
