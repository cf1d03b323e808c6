package io.cardwatch.warehouse;

import java.util.stream.Collectors;

/**
 * The rows of a table as lines of CSV (RFC 4180, without line ends). SQL NULL is an empty field and an empty text a
 * quoted one, as {@code COPY … (FORMAT csv)} of PostgreSQL reads them.
 */
public final class CsvRows<T> {
    private final Table<T> table;

    public CsvRows(Table<T> table) {
        this.table = table;
    }

    /** The columns' names, lower case. */
    public String header() {
        return table.columns.stream().map(column -> column.name).collect(Collectors.joining(","));
    }

    /** The line of {@code row}: amounts with two decimals, times in UTC, other numbers as Java prints them. */
    public String line(T row) {
        StringBuilder line = new StringBuilder(256);
        for (Column<T> column : table.columns) {
            if (line.length() > 0 || column != table.columns.get(0)) {
                line.append(',');
            }
            Object value = column.of(row);
            if (value != null) {
                appendQuoted(line, column.type.text(value));
            }
        }
        return line.toString();
    }

    private static void appendQuoted(StringBuilder line, String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        if (plain) {
            line.append(text);
        } else {
            line.append('"').append(text.replace("\"", "\"\"")).append('"');
        }
    }
}
