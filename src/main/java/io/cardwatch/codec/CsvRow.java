package io.cardwatch.codec;

import io.cardwatch.domain.Transaction;
import java.util.StringJoiner;

/** A row of a CSV file in the making; its cells are quoted (RFC 4180) where they must be. */
final class CsvRow {
    private final StringJoiner cells = new StringJoiner(",");

    CsvRow add(long number) {
        cells.add(Long.toString(number));
        return this;
    }

    /** A field of a transaction that may be absent: then the cell is empty. */
    CsvRow addPresent(long number) {
        cells.add(number == Transaction.ABSENT ? "" : Long.toString(number));
        return this;
    }

    /** A text; null becomes an empty cell. */
    CsvRow add(String text) {
        cells.add(text == null ? "" : mustBeQuoted(text) ? '"' + text.replace("\"", "\"\"") + '"' : text);
        return this;
    }

    @Override
    public String toString() {
        return cells.toString();
    }

    private static boolean mustBeQuoted(String text) {
        boolean hasBlanksAround =
                !text.isEmpty() && (Field.isBlank(text.charAt(0)) || Field.isBlank(text.charAt(text.length() - 1)));
        return hasBlanksAround || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    }
}
