package io.cardwatch.warehouse;

import static io.cardwatch.warehouse.PostgresDialect.quoted;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.DeadLetter;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fills a temporary table, the stage, and commits. Then it moves from the stage what the table lacks, in a transaction that
 * begins with the lock of a companion table: whoever comes second waits before it sees the table, and then
 * sees what the first has committed. Readers of the table are not held up. A row that cannot be staged is refused; the others
 * of its batch are staged in halves.
 */
final class RedshiftWriter<T> implements RowWriter<T> {
    private static final int MOST_PARAMETERS = 32_767;
    private static final int MOST_BYTES_PER_CHAR = 3;
    /** More than come in a millisecond, so that the order grows across restarts, too. */
    private static final long ROWS_PER_MILLI = 1_000_000;

    private static final Map<ColumnType, Integer> NUMBERS =
            Map.of(ColumnType.BIGINT, Types.BIGINT, ColumnType.INTEGER, Types.INTEGER, ColumnType.DOUBLE, Types.DOUBLE);

    private final Dialect dialect;
    private final Connection connection;
    private final String schema;
    private final Table<T> table;
    private final String target;
    private final String stage;
    /** The columns that are written. */
    private final List<String> names = new ArrayList<>();
    /** Most bytes of each column of texts, as the table has it. */
    private final Map<String, Integer> bytes = new HashMap<>();

    private final int rowsPerInsert;
    /** The order of arrival of the last row. */
    private long order;
    /** Null before a row was refused. */
    private RedshiftWriter<DeadLetter> deadLetters;

    /** Creates the stage. */
    RedshiftWriter(Dialect dialect, Connection connection, String schema, Table<T> table) throws SQLException {
        this.dialect = dialect;
        this.connection = connection;
        this.schema = schema;
        this.table = table;
        target = quoted(schema) + '.' + quoted(table.name);
        stage = quoted("stage_" + table.name);
        table.columns.forEach(column -> names.add(column.name));
        if (table.arrivalOrder != null) {
            names.add(table.arrivalOrder);
        }
        rowsPerInsert = MOST_PARAMETERS / names.size();
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE " + stage + " (LIKE " + target + ")");
        }
        readLengths();
        connection.commit();
    }

    private void readLengths() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT column_name, character_maximum_length"
                + " FROM information_schema.columns WHERE table_schema = ? AND table_name = ?"
                + " AND character_maximum_length IS NOT NULL")) {
            query.setString(1, schema);
            query.setString(2, table.name);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    bytes.put(rows.getString(1), rows.getInt(2));
                }
            }
        }
    }

    @Override
    public int write(Batch<T> batch) throws SQLException, IOException {
        clear();
        stage(batch.rows, batch);
        if (batch.refused.isEmpty()) {
            lock(table);
            return committed(merge(batch.rows));
        }
        Batch<DeadLetter> refused = new Batch<>(Tables.DEAD_LETTERS, batch.refused, null);
        if (deadLetters == null) {
            deadLetters = new RedshiftWriter<>(dialect, connection, schema, Tables.DEAD_LETTERS);
        }
        deadLetters.clear();
        deadLetters.stage(refused.rows, refused);
        batch.cutTexts += refused.cutTexts;
        lock(table, Tables.DEAD_LETTERS);
        deadLetters.merge(refused.rows);
        return committed(merge(batch.rows));
    }

    private void clear() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // TRUNCATE would commit.
            statement.execute("DELETE FROM " + stage);
        }
        connection.commit();
    }

    /** Stages and commits the rows that the server takes, and tells {@code batch} the others. */
    private void stage(List<T> rows, Batch<T> batch) throws SQLException, IOException {
        int cutBefore = batch.cutTexts;
        try {
            for (int from = 0; from < rows.size(); from += rowsPerInsert) {
                insert(rows.subList(from, Math.min(rows.size(), from + rowsPerInsert)), batch);
            }
            connection.commit();
            return;
        } catch (SQLException e) {
            if (!dialect.blamesRow(e)) {
                throw e;
            }
            connection.rollback();
            batch.cutTexts = cutBefore;
            if (rows.size() == 1) {
                batch.refuse(rows.get(0), dialect.cause(e));
                return;
            }
        }
        int middle = rows.size() / 2;
        stage(rows.subList(0, middle), batch);
        stage(rows.subList(middle, rows.size()), batch);
    }

    private void insert(List<T> rows, Batch<T> batch) throws SQLException {
        String row = names.stream().map(name -> "?").collect(Collectors.joining(", ", "(", ")"));
        String sql = "INSERT INTO " + stage + " (" + list(names) + ") VALUES "
                + String.join(", ", Collections.nCopies(rows.size(), row));
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            int parameter = 1;
            for (T each : rows) {
                for (Column<T> column : table.columns) {
                    set(insert, parameter++, column, column.of(each), batch);
                }
                if (table.arrivalOrder != null) {
                    order = Math.max(order + 1, System.currentTimeMillis() * ROWS_PER_MILLI);
                    insert.setLong(parameter++, order);
                }
            }
            insert.executeUpdate();
        }
    }

    private void set(PreparedStatement insert, int parameter, Column<T> column, Object value, Batch<T> batch)
            throws SQLException {
        switch (column.type) {
            case MONEY:
                insert.setObject(parameter, value == null ? null : BigDecimal.valueOf((Long) value, 2), Types.NUMERIC);
                break;
            case SECOND:
                insert.setObject(parameter, utc((Long) value, 1_000), Types.TIMESTAMP);
                break;
            case MILLISECOND:
                insert.setObject(parameter, utc((Long) value, 1), Types.TIMESTAMP);
                break;
            case TEXT:
                insert.setString(parameter, fitting(column, (String) value, batch));
                break;
            case JSON:
                insert.setString(parameter, (String) value);
                break;
            default:
                insert.setObject(parameter, value, NUMBERS.get(column.type));
        }
    }

    private static LocalDateTime utc(Long time, int millis) {
        return time == null ? null : LocalDateTime.ofInstant(Instant.ofEpochMilli(time * millis), ZoneOffset.UTC);
    }

    /** The text as far as its column can hold it, whose length is in bytes. */
    private String fitting(Column<T> column, String text, Batch<T> batch) {
        if (text == null) {
            return null;
        }
        String storable = text.replace('\0', '\uFFFD');
        int most = bytes.getOrDefault(column.name, Integer.MAX_VALUE);
        if (storable.length() <= most / MOST_BYTES_PER_CHAR) {
            return storable;
        }
        byte[] encoded = storable.getBytes(UTF_8);
        if (encoded.length <= most) {
            return storable;
        }
        batch.cutTexts++;
        int end = most;
        while ((encoded[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(encoded, 0, end, UTF_8);
    }

    /** Before the transaction's first query, which decides what it sees. */
    private void lock(Table<?>... tables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(Arrays.stream(tables)
                    .map(each ->
                            quoted(schema) + '.' + quoted(dialect.lockOf(each).orElseThrow()))
                    .collect(Collectors.joining(", ", "LOCK TABLE ", "")));
        }
    }

    /** Moves the staged rows, which are {@code rows} or some of them. */
    private int merge(List<T> rows) throws SQLException {
        List<Column<T>> times = table.key.stream()
                .filter(column -> column.type == ColumnType.SECOND)
                .collect(Collectors.toList());
        // Redshift looks only into the blocks of these times.
        String same = Stream.concat(
                        table.key.stream()
                                .map(column ->
                                        target + "." + quoted(column.name) + " = " + stage + "." + quoted(column.name)),
                        times.stream().map(column -> target + "." + quoted(column.name) + " BETWEEN ? AND ?"))
                .collect(Collectors.joining(" AND "));
        String insert = "INSERT INTO " + target + " (" + list(names) + ") SELECT " + list(names) + " FROM " + stage;
        if (table.secondRow == Table.SecondRow.IGNORED) {
            return execute(insert + " WHERE NOT EXISTS (SELECT 1 FROM " + target + " WHERE " + same + ")", times, rows);
        }
        execute("DELETE FROM " + target + " USING " + stage + " WHERE " + same, times, rows);
        return execute(insert, List.of(), rows);
    }

    private int execute(String sql, List<Column<T>> times, List<T> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameter = 1;
            for (Column<T> column : times) {
                LongSummaryStatistics seconds =
                        rows.stream().mapToLong(row -> (Long) column.of(row)).summaryStatistics();
                statement.setObject(parameter++, utc(seconds.getMin(), 1_000), Types.TIMESTAMP);
                statement.setObject(parameter++, utc(seconds.getMax(), 1_000), Types.TIMESTAMP);
            }
            return statement.executeUpdate();
        }
    }

    private int committed(int written) throws SQLException {
        connection.commit();
        return written;
    }

    private static String list(List<String> names) {
        return names.stream().map(PostgresDialect::quoted).collect(Collectors.joining(", "));
    }
}
