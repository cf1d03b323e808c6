package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetterReason;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads records that are rows of a CSV file (RFC 4180). The header names the columns in any order and either case.
 * Blanks around a cell are dropped, those within quotes are kept; an empty cell is an absent field. A row that is not
 * valid CSV gets the reason BAD_JSON, like a malformed record of a stream.
 */
final class CsvReader implements RecordDecoder.Reader {
    private final RecordFields<?> fields;
    private final Field[] columns;
    private final boolean hasUnknownColumns;

    /**
     * Reads the header.
     *
     * @param file what to call the file in a message
     * @throws BadInputException when the header lacks a required column, or has one twice
     */
    CsvReader(RecordFields<?> fields, String header, String file) {
        this.fields = fields;
        List<String> names = CsvCells.header(header, file);
        columns = new Field[names.size()];
        boolean unknown = false;
        for (int i = 0; i < columns.length; i++) {
            Field field = fields.named(names.get(i));
            if (field != null && names.indexOf(field.name) < i) {
                throw new BadInputException(
                        file + " has the column " + field.name + " twice", "Name each column once in the header.");
            }
            unknown |= field == null;
            columns[i] = field == null ? new Field(names.get(i), false) : field;
        }
        hasUnknownColumns = unknown;
        for (Field field : fields.all()) {
            if (field.required && !names.contains(field.name)) {
                throw new BadInputException(
                        file + " has no column " + field.name,
                        "The first line must name the columns; " + field.name + " is required.");
            }
        }
    }

    @Override
    public void read(byte[] bytes, int start) throws Rejection {
        read(new String(bytes, StandardCharsets.UTF_8));
    }

    /** Fills the fields from a row, given without its line end. */
    void read(String row) throws Rejection {
        int length = contentLength(row);
        int column = 0;
        int at = -1;
        while (at < length) {
            if (column == columns.length) {
                throw notCsv("has more cells than the header");
            }
            at = readCell(row, at + 1, length, columns[column]);
            columns[column].endCell();
            column++;
        }
        if (column < columns.length) {
            throw notCsv("has fewer cells than the header");
        }
        if (hasUnknownColumns) {
            fields.unknownSeen();
        }
    }

    /** Length without the carriage return of a file with Windows line ends. */
    static int contentLength(String row) {
        return row.endsWith("\r") ? row.length() - 1 : row.length();
    }

    /** Reads the cell at {@code start} and returns where it ends: at a comma or the end of the row. */
    static int readCell(String row, int start, int length, Field cell) throws Rejection {
        cell.startCell();
        int at = skipBlanks(row, start, length);
        if (at < length && row.charAt(at) == '"') {
            return readQuotedCell(row, at + 1, length, cell);
        }
        for (; at < length && row.charAt(at) != ','; at++) {
            if (row.charAt(at) == '"') {
                throw notCsv("has a quote within a cell");
            }
            cell.append(row.charAt(at));
        }
        cell.dropBlanks();
        return at;
    }

    private static int readQuotedCell(String row, int start, int length, Field cell) throws Rejection {
        int at = start;
        while (at < length) {
            char next = row.charAt(at++);
            if (next == '"' && (at == length || row.charAt(at) != '"')) {
                int end = skipBlanks(row, at, length);
                if (end < length && row.charAt(end) != ',') {
                    throw notCsv("has text behind a closing quote");
                }
                return end;
            }
            at += next == '"' ? 1 : 0;
            cell.append(next);
        }
        throw notCsv("has a quote that is never closed");
    }

    private static int skipBlanks(String row, int start, int length) {
        int at = start;
        while (at < length && Field.isBlank(row.charAt(at))) {
            at++;
        }
        return at;
    }

    private static Rejection notCsv(String fault) {
        return new Rejection(DeadLetterReason.BAD_JSON, "The row " + fault);
    }
}
