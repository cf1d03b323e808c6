package io.cardwatch.warehouse;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row that the warehouse refused, as a JSON object: the name of the table under {@code table}, then the columns that
 * are not NULL, as texts. So the dead letter holds everything needed to write the row later, its decision included.
 */
final class RefusedRow {
    private static final String TABLE = "table";
    private static final JsonMapper JSON = new JsonMapper();

    /** The table's name. */
    final String table;
    /** The dead letter from which the row was read. */
    final DeadLetter letter;

    private final Map<String, String> values;

    private RefusedRow(DeadLetter letter, String table, Map<String, String> values) {
        this.letter = letter;
        this.table = table;
        this.values = values;
    }

    /**
     * A dead letter for {@code row}. It holds contacts only if the row does.
     *
     * @param record bytes of the row's record; their hash is the same whenever the row is made again
     * @param cause the kind of error, in words that quote nothing of the row
     */
    static <T> DeadLetter deadLetter(Table<T> table, T row, RecordOrigin origin, byte[] record, String cause) {
        return new DeadLetter(
                DeadLetterReason.WAREHOUSE_REJECTED,
                "The warehouse refused the row of " + table.name + ": " + cause,
                origin,
                json(table, row),
                DeadLetter.sha256(record));
    }

    private static <T> byte[] json(Table<T> table, T row) {
        return RecordJson.object(json -> {
            json.writeStringField(TABLE, table.name);
            for (Column<T> column : table.columns) {
                Object value = column.of(row);
                if (value != null) {
                    json.writeStringField(column.name, column.type.text(value));
                }
            }
        });
    }

    /** @throws IOException if the bytes of {@code letter} are no such object */
    static RefusedRow read(DeadLetter letter) throws IOException {
        Map<String, String> values = JSON.readValue(letter.raw, new TypeReference<LinkedHashMap<String, String>>() {});
        String table = values.remove(TABLE);
        if (table == null) {
            throw new IOException("no name of a table");
        }
        return new RefusedRow(letter, table, values);
    }

    /** The text of a column; null for SQL NULL. */
    String text(String column) {
        return values.get(column);
    }
}
