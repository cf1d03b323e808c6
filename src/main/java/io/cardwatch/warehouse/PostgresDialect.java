package io.cardwatch.warehouse;

import java.io.Serializable;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * How PostgreSQL takes a batch, and what its errors mean.
 *
 * <p>A batch is one statement for any number of rows: one array per column, unnested side by side, and the key decides
 * which rows are new. A warehouse without enforced keys will stage the batch and insert what is missing instead: all
 * that differs is in this class.
 */
final class PostgresDialect implements Serializable {
    private static final long serialVersionUID = 1;

    /** Connection, transaction rolled back, resources, system: by the first two characters of the SQLSTATE. */
    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "58");

    /** SQLSTATE invalid_password. */
    static final String INVALID_PASSWORD = "28P01";

    /**
     * Lock not available; statement cancelled by its timeout or an administrator; server shutting down, crashed or
     * starting; read-only while a standby takes over; password refused, which a rotation mends.
     */
    private static final Set<String> PASSING_STATES =
            Set.of("55P03", "57014", "57P01", "57P02", "57P03", "57P05", "25006", "28000", INVALID_PASSWORD);

    /** Data exception, integrity constraint violation, and a view's check option. */
    private static final Set<String> ROW_CLASSES = Set.of("22", "23", "44");

    /** What a trigger raises that names no SQLSTATE of its own. */
    private static final String RAISED_BY_TRIGGER = "P0001";

    /** Severities of errors that end the connection, or that it begins with. */
    private static final Set<String> CONNECTION_LOST = Set.of("FATAL", "PANIC");

    /** {@code name} in double quotes. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /**
     * Sends {@code rows}, of distinct keys, within the connection's transaction.
     *
     * @return how many of them were new, or replaced a row
     */
    <T> int write(Connection connection, String schema, Table<T> table, List<T> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(insertStatement(schema, table))) {
            for (int i = 0; i < table.columns.size(); i++) {
                Column<T> column = table.columns.get(i);
                Array values = connection.createArrayOf(column.type.element, elements(column, rows));
                insert.setArray(i + 1, values);
            }
            return insert.executeUpdate();
        }
    }

    private static <T> Object[] elements(Column<T> column, List<T> rows) {
        Object[] elements = column.type.array(rows.size());
        for (int i = 0; i < elements.length; i++) {
            Object value = column.of(rows.get(i));
            elements[i] = value == null ? null : column.type.element(value);
        }
        return elements;
    }

    private static String insertStatement(String schema, Table<?> table) {
        return "INSERT INTO " + quoted(schema) + '.' + quoted(table.name)
                + table.columns.stream().map(column -> quoted(column.name)).collect(Collectors.joining(", ", " (", ")"))
                + table.columns.stream()
                        .map(column -> "?::" + column.type.sql + "[]")
                        .collect(Collectors.joining(", ", " SELECT * FROM unnest(", ")"))
                + table.key.stream()
                        .map(column -> quoted(column.name))
                        .collect(Collectors.joining(", ", " ON CONFLICT (", ") DO "))
                + onSecondRow(table);
    }

    private static <T> String onSecondRow(Table<T> table) {
        if (table.secondRow == Table.SecondRow.IGNORED) {
            return "NOTHING";
        }
        return table.columns.stream()
                .filter(column -> !table.key.contains(column))
                .map(column -> quoted(column.name) + " = EXCLUDED." + quoted(column.name))
                .collect(Collectors.joining(", ", "UPDATE SET ", ""));
    }

    /** Lets each statement of the transaction answer for its own rows, also where a constraint waits for the COMMIT. */
    void checkConstraintsAtOnce(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
        }
    }

    /** Whether the same batch may succeed later, over a new connection. */
    boolean isPassing(SQLException error) {
        return PASSING_STATES.contains(state(error)) || PASSING_CLASSES.contains(stateClass(error));
    }

    /** Whether one of the batch's rows is to blame. */
    boolean blamesRow(SQLException error) {
        return ROW_CLASSES.contains(stateClass(error)) || state(error).equals(RAISED_BY_TRIGGER);
    }

    /**
     * SQLSTATE, and the constraint and column where the server names them. Not its sentence: a trigger's may quote the row,
     * in other words than the row's, and what it has read elsewhere.
     */
    String cause(SQLException error) {
        ServerErrorMessage told = told(error);
        return told == null
                ? state(error)
                : state(error) + named("constraint", told.getConstraint()) + named("column", told.getColumn());
    }

    /**
     * For the log: the {@link #cause}, and the sentence where it cannot be about a row, since the driver itself found the
     * error, or the server said it of the connection, for which no trigger speaks.
     */
    String reason(SQLException error) {
        ServerErrorMessage told = told(error);
        boolean quotesNoRow = told == null ? !blamesRow(error) : CONNECTION_LOST.contains(told.getSeverity());
        return quotesNoRow ? state(error) + " " + error.getMessage() : cause(error);
    }

    /** What the server said; null where the driver found the error. */
    private static ServerErrorMessage told(SQLException error) {
        return error instanceof PSQLException ? ((PSQLException) error).getServerErrorMessage() : null;
    }

    private static String named(String what, String name) {
        return name == null ? "" : ", " + what + " " + name;
    }

    private static String state(SQLException error) {
        return error.getSQLState() == null ? "" : error.getSQLState();
    }

    private static String stateClass(SQLException error) {
        String state = state(error);
        return state.length() < 2 ? "" : state.substring(0, 2);
    }
}
