package io.cardwatch.warehouse;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A batch is one statement for any number of rows: one array per column, unnested side by side, and the key decides which
 * rows are new. A batch with rows that the server refuses is halved until each of these stands alone, which takes
 * O(k log n) statements for k of n rows.
 */
final class PostgresWriter<T> implements RowWriter<T> {
    private static final Map<ColumnType, Type> TYPES = new EnumMap<>(Map.of(
            ColumnType.BIGINT, new Type("bigint", "int8", Long[]::new),
            ColumnType.INTEGER, new Type("integer", "int4", Integer[]::new),
            ColumnType.DOUBLE, new Type("double precision", "float8", Double[]::new),
            ColumnType.MONEY, new Type("numeric(14,2)", "numeric", String[]::new),
            ColumnType.SECOND, new Type("timestamp(0) without time zone", "timestamp", String[]::new),
            ColumnType.MILLISECOND, new Type("timestamp(3) without time zone", "timestamp", String[]::new),
            ColumnType.TEXT, new Type("text", "text", String[]::new),
            ColumnType.JSON, new Type("text", "text", String[]::new)));

    /** How a column of one {@link ColumnType} is declared and sent. */
    private static final class Type {
        final String sql;
        /** The server's name of the type of an array's elements. */
        final String element;
        /** Makes arrays of the element's own class: the driver sends numbers in binary then, not as text. */
        final IntFunction<Object[]> array;

        Type(String sql, String element, IntFunction<Object[]> array) {
            this.sql = sql;
            this.element = element;
            this.array = array;
        }
    }

    private final Dialect dialect;
    private final Connection connection;
    private final String schema;
    private final Table<T> table;

    PostgresWriter(Dialect dialect, Connection connection, String schema, Table<T> table) {
        this.dialect = dialect;
        this.connection = connection;
        this.schema = schema;
        this.table = table;
    }

    /** The SQL type of a column in {@code sql/postgresql}. */
    static String sqlType(ColumnType type) {
        return TYPES.get(type).sql;
    }

    @Override
    public int write(Batch<T> batch) throws SQLException, IOException {
        try {
            int written = insert(batch.rows);
            connection.commit();
            return written;
        } catch (SQLException e) {
            if (!dialect.blamesRow(e)) {
                throw e;
            }
            connection.rollback();
        }
        checkConstraintsAtOnce();
        int written = insertAllBut(batch.rows, batch);
        if (!batch.refused.isEmpty()) {
            new PostgresWriter<>(dialect, connection, schema, Tables.DEAD_LETTERS).insert(batch.refused);
        }
        connection.commit();
        return written;
    }

    /** Makes each statement of the transaction fail on its own rows, also where a constraint is deferred to the COMMIT. */
    private void checkConstraintsAtOnce() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
        }
    }

    /** Inserts the rows that the server accepts, and tells {@code batch} the others. */
    private int insertAllBut(List<T> rows, Batch<T> batch) throws SQLException, IOException {
        Savepoint before = connection.setSavepoint();
        try {
            int written = insert(rows);
            connection.releaseSavepoint(before);
            return written;
        } catch (SQLException e) {
            if (!dialect.blamesRow(e)) {
                throw e;
            }
            connection.rollback(before);
            connection.releaseSavepoint(before);
            if (rows.size() == 1) {
                batch.refuse(rows.get(0), dialect.cause(e));
                return 0;
            }
        }
        int middle = rows.size() / 2;
        return insertAllBut(rows.subList(0, middle), batch) + insertAllBut(rows.subList(middle, rows.size()), batch);
    }

    private int insert(List<T> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(insertStatement())) {
            for (int i = 0; i < table.columns.size(); i++) {
                Column<T> column = table.columns.get(i);
                Type type = TYPES.get(column.type);
                Object[] elements = type.array.apply(rows.size());
                Arrays.setAll(elements, row -> element(column.type, column.of(rows.get(row))));
                insert.setArray(i + 1, connection.createArrayOf(type.element, elements));
            }
            return insert.executeUpdate();
        }
    }

    private static Object element(ColumnType type, Object value) {
        if (value == null || type == ColumnType.BIGINT || type == ColumnType.INTEGER || type == ColumnType.DOUBLE) {
            return value;
        }
        // PostgreSQL's text cannot hold U+0000: it is stored as the replacement character.
        return value instanceof String ? ((String) value).replace('\0', '\uFFFD') : type.text(value);
    }

    private String insertStatement() {
        return "INSERT INTO " + PostgresDialect.quoted(schema) + '.' + PostgresDialect.quoted(table.name)
                + table.columns.stream()
                        .map(column -> PostgresDialect.quoted(column.name))
                        .collect(Collectors.joining(", ", " (", ")"))
                + table.columns.stream()
                        .map(column -> "?::" + sqlType(column.type) + "[]")
                        .collect(Collectors.joining(", ", " SELECT * FROM unnest(", ")"))
                + table.key.stream()
                        .map(column -> PostgresDialect.quoted(column.name))
                        .collect(Collectors.joining(", ", " ON CONFLICT (", ") DO "))
                + onSecondRow();
    }

    private String onSecondRow() {
        if (table.secondRow == Table.SecondRow.IGNORED) {
            return "NOTHING";
        }
        return table.columns.stream()
                .filter(column -> !table.key.contains(column))
                .map(column ->
                        PostgresDialect.quoted(column.name) + " = EXCLUDED." + PostgresDialect.quoted(column.name))
                .collect(Collectors.joining(", ", "UPDATE SET ", ""));
    }
}
