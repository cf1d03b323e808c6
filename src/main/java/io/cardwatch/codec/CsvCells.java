package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Splits a row of CSV (RFC 4180) into the texts of its cells, for files whose columns are not the fields of a record.
 */
public final class CsvCells {
    /** A column's name in upper case; no column that we read has a blank in its name. */
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

    private CsvCells() {}

    /**
     * The names of the columns: upper-case, without a byte order mark.
     *
     * @param line the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the line is not valid CSV, separates its cells by another mark than commas, or
     *     holds data instead of names
     */
    public static List<String> header(String line, String file) {
        String text = line.startsWith("\uFEFF") ? line.substring(1) : line;
        if (text.indexOf(',') < 0) {
            requireNone(text, ';', "semicolons", file);
            requireNone(text, '\t', "tabs", file);
            requireNone(text, '|', "vertical bars", file);
        }
        List<String> names = of(text, "the header of " + file);
        names.replaceAll(name -> name.strip().toUpperCase(Locale.ROOT));
        if (!text.isBlank()
                && names.stream().noneMatch(name -> NAME.matcher(name).matches())) {
            throw new BadInputException(
                    file + " has no header: its first line holds data",
                    "Put the names of the columns into the first line, separated by commas.");
        }
        return names;
    }

    private static void requireNone(String line, char mark, String marks, String file) {
        if (line.indexOf(mark) >= 0) {
            throw new BadInputException(
                    "the cells of " + file + " are separated by " + marks,
                    "Save it with commas between the cells and a point in numbers.");
        }
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

    /** A verdict, 0 or 1, by the rules of records; empty where the cell holds none. */
    public static OptionalLong verdict(String cell) {
        return read(cell, Field::verdict);
    }

    /** An id, 0 to 2^63−1, by the rules of records; empty where the cell holds none. */
    public static OptionalLong id(String cell) {
        return read(cell, Field::id);
    }

    /** A date-time as UTC epoch second, by the rules of records; empty where the cell holds none. */
    public static OptionalLong epochSecond(String cell) {
        return read(cell, Field::epochSecond);
    }

    private static OptionalLong read(String text, Field.Rule rule) {
        Field cell = new Field("cell", false);
        cell.set(text.isEmpty() ? Field.Kind.ABSENT : Field.Kind.CELL, text.toCharArray(), 0, text.length());
        try {
            return OptionalLong.of(rule.value(cell));
        } catch (Rejection e) {
            return OptionalLong.empty();
        }
    }
}
