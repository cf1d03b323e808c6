package io.cardwatch.warehouse;

import io.cardwatch.config.PostgresDriver;
import io.cardwatch.domain.BadInputException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * PostgreSQL. A batch is one statement for any number of rows: one array per column, unnested side by side, and the key
 * decides which rows are new.
 */
final class PostgresDialect implements Dialect {
    private static final long serialVersionUID = 1;

    /** Connection, transaction rolled back, resources, system: by the first two characters of the SQLSTATE. */
    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "58");

    /** SQLSTATE invalid_password. */
    private static final String INVALID_PASSWORD = "28P01";

    /** Also what ends a statement that takes too long. */
    private static final String QUERY_CANCELED = "57014";

    /**
     * Lock not available; statement cancelled by its timeout or an administrator; server shutting down, crashed or
     * starting; read-only while a standby takes over; password refused, which a rotation mends.
     */
    private static final Set<String> PASSING_STATES =
            Set.of("55P03", QUERY_CANCELED, "57P01", "57P02", "57P03", "57P05", "25006", "28000", INVALID_PASSWORD);

    /** Data exception, integrity constraint violation, and a view's check option. */
    private static final Set<String> ROW_CLASSES = Set.of("22", "23", "44");

    /** What a trigger raises that names no SQLSTATE of its own. */
    private static final String RAISED_BY_TRIGGER = "P0001";

    /** Severities of errors that end the connection, or that it begins with. */
    private static final Set<String> CONNECTION_LOST = Set.of("FATAL", "PANIC");

    /** The class of the server's no. */
    private static final String AUTHENTICATION = "28";
    /** The driver's own no: to a server that wants a password when there is none, or that does not speak TLS. */
    private static final String REJECTED = "08004";

    private static final String NO_DATABASE = "3D000";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String SOCKET_TIMEOUT = "socketTimeout";
    private static final int FETCH_SIZE = 200;

    @Override
    public String scripts() {
        return "postgresql";
    }

    @Override
    public String sqlType(ColumnType type) {
        switch (type) {
            case BIGINT:
                return "bigint";
            case INTEGER:
                return "integer";
            case DOUBLE:
                return "double precision";
            case MONEY:
                return "numeric(14,2)";
            case SECOND:
                return "timestamp(0) without time zone";
            case MILLISECOND:
                return "timestamp(3) without time zone";
            default:
                return "text";
        }
    }

    @Override
    public String place(String url) {
        Properties parts = parts(url);
        return parts.getProperty("PGHOST") + ":" + parts.getProperty("PGPORT") + "/" + parts.getProperty("PGDBNAME");
    }

    private static Properties parts(String url) {
        return PostgresDriver.parse(url).orElseThrow();
    }

    /**
     * A silent server is an error after a minute, or after the URL's {@code socketTimeout}, and a statement that still waits
     * then, for a lock perhaps, has ended before.
     */
    @Override
    public Connection connect(String url, String user, String password) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", password);
        settings.setProperty("ApplicationName", "cardwatch");
        settings.setProperty("connectTimeout", "10");
        settings.setProperty(SOCKET_TIMEOUT, "60");
        settings.setProperty("tcpKeepAlive", "true");
        // The detail quotes the row, and rows hold names and addresses.
        settings.setProperty("logServerErrorDetail", "false");
        Connection connection = PostgresDriver.connect(url, settings);
        try {
            int socketSeconds =
                    Integer.parseInt(parts(url).getProperty(SOCKET_TIMEOUT, settings.getProperty(SOCKET_TIMEOUT)));
            if (socketSeconds > 0) {
                limitStatements(connection, socketSeconds * 1_000L * 5 / 6);
            }
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Has the server end a statement a little before we would give up waiting for it: it does not notice that nobody
     * waits any more, and so each try would leave one behind. A stricter limit that the server has for us stays.
     */
    private static void limitStatements(Connection connection, long millis) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('statement_timeout', '" + millis + "', false) FROM pg_settings"
                    + " WHERE name = 'statement_timeout' AND setting::bigint NOT BETWEEN 1 AND " + millis);
        }
    }

    @Override
    public SQLException passwordUnknown(BadInputException cause) {
        return new SQLException(cause.getMessage(), INVALID_PASSWORD, cause);
    }

    @Override
    public BadInputException unreachable(SQLException error, String url, String user) {
        String state = state(error);
        String warehouse = "the warehouse " + place(url);
        String password = "Correct warehouse.user, or the password in the place that warehouse.password-env,"
                + " warehouse.password-file or warehouse.password-secret-arn names";
        if (state.startsWith(AUTHENTICATION)) {
            return new BadInputException(warehouse + " refused user " + user, password + ".", error);
        }
        if (state.equals(NO_DATABASE)) {
            return new BadInputException(
                    warehouse + " does not exist",
                    "Correct the database in warehouse.url, or create it and apply sql/" + scripts() + ".",
                    error);
        }
        if (state.equals(REJECTED)) {
            return new BadInputException(
                    warehouse + " is not spoken to as user " + user + ": " + error.getMessage(),
                    password + "; or let the server speak TLS (ssl = on).",
                    error);
        }
        // An error before the first statement is one of TLS.
        return state.equals(CONNECTION_FAILURE)
                        && "verify-full".equals(parts(url).getProperty("sslmode"))
                ? new BadInputException(
                        warehouse + " does not prove who it is: " + error.getMessage(),
                        "Name the file with the certificate of the authority that signed the server's by sslrootcert in"
                                + " warehouse.url, and the server by the host name that its certificate is for.",
                        error)
                : new BadInputException(
                        warehouse + " cannot be reached: " + error.getMessage(),
                        "Start it, or correct warehouse.url and the network in between.",
                        error);
    }

    @Override
    public PreparedStatement streams(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException {
        return selected(connection, "SELECT DISTINCT stream_name FROM " + selected(schema), selection);
    }

    @Override
    public PreparedStatement deadLetters(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException {
        String once = "SELECT DISTINCT ON (stream_name, reason, sha256) * FROM " + selected(schema)
                + " ORDER BY stream_name, reason, sha256, approximate_arrival_timestamp, length(sequence_number),"
                + " sequence_number";
        String sql = "SELECT stream_name, shard_id, sequence_number, reason, message, raw_base64, sha256,"
                + " approximate_arrival_timestamp FROM (" + once + ") AS once"
                + " ORDER BY approximate_arrival_timestamp, length(sequence_number), sequence_number";
        return selected(connection, sql, selection);
    }

    private static String selected(String schema) {
        return quoted(schema) + '.' + Tables.DEAD_LETTERS.name
                + " WHERE reason = ANY (?) AND (?::timestamp IS NULL OR approximate_arrival_timestamp >= ?::timestamp)"
                + " AND (?::timestamp IS NULL OR approximate_arrival_timestamp < ?::timestamp)";
    }

    private static PreparedStatement selected(Connection connection, String sql, StoredDeadLetters.Selection selection)
            throws SQLException {
        PreparedStatement query = connection.prepareStatement(sql);
        query.setFetchSize(FETCH_SIZE);
        query.setArray(1, connection.createArrayOf("text", selection.reasons.toArray()));
        LocalDateTime since = utc(selection.since);
        LocalDateTime until = utc(selection.until);
        query.setObject(2, since, Types.TIMESTAMP);
        query.setObject(3, since, Types.TIMESTAMP);
        query.setObject(4, until, Types.TIMESTAMP);
        query.setObject(5, until, Types.TIMESTAMP);
        return query;
    }

    private static LocalDateTime utc(Optional<Instant> time) {
        return time.map(instant -> LocalDateTime.ofInstant(instant, ZoneOffset.UTC))
                .orElse(null);
    }

    /** {@code name} in double quotes. */
    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public <T> int write(Connection connection, String schema, Table<T> table, List<T> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(insertStatement(schema, table))) {
            for (int i = 0; i < table.columns.size(); i++) {
                Column<T> column = table.columns.get(i);
                Object[] elements = array(column.type, rows.size());
                Arrays.setAll(elements, row -> element(column.type, column.of(rows.get(row))));
                insert.setArray(i + 1, connection.createArrayOf(elementType(column.type), elements));
            }
            return insert.executeUpdate();
        }
    }

    private static String elementType(ColumnType type) {
        switch (type) {
            case BIGINT:
                return "int8";
            case INTEGER:
                return "int4";
            case DOUBLE:
                return "float8";
            case MONEY:
                return "numeric";
            case TEXT:
                return "text";
            default:
                return "timestamp";
        }
    }

    /** Of the element's own class: the driver sends numbers as they are then, not as text. */
    private static Object[] array(ColumnType type, int length) {
        switch (type) {
            case BIGINT:
                return new Long[length];
            case INTEGER:
                return new Integer[length];
            case DOUBLE:
                return new Double[length];
            default:
                return new String[length];
        }
    }

    private static Object element(ColumnType type, Object value) {
        if (value == null || type == ColumnType.BIGINT || type == ColumnType.INTEGER || type == ColumnType.DOUBLE) {
            return value;
        }
        // Its text cannot hold U+0000: it is stored as the replacement character.
        return type == ColumnType.TEXT ? ((String) value).replace('\0', '\uFFFD') : type.text(value);
    }

    private String insertStatement(String schema, Table<?> table) {
        return "INSERT INTO " + quoted(schema) + '.' + quoted(table.name)
                + table.columns.stream().map(column -> quoted(column.name)).collect(Collectors.joining(", ", " (", ")"))
                + table.columns.stream()
                        .map(column -> "?::" + sqlType(column.type) + "[]")
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

    @Override
    public void checkConstraintsAtOnce(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
        }
    }

    @Override
    public boolean isPassing(SQLException error) {
        return PASSING_STATES.contains(state(error)) || PASSING_CLASSES.contains(stateClass(error));
    }

    @Override
    public boolean isTooSlow(SQLException error) {
        return QUERY_CANCELED.equals(error.getSQLState());
    }

    @Override
    public boolean blamesRow(SQLException error) {
        return ROW_CLASSES.contains(stateClass(error)) || state(error).equals(RAISED_BY_TRIGGER);
    }

    /**
     * SQLSTATE, and the constraint and column where the server names them. Not its sentence: a trigger's may quote the row,
     * in other words than the row's, and what it has read elsewhere.
     */
    @Override
    public String cause(SQLException error) {
        ServerErrorMessage told = told(error);
        return told == null
                ? state(error)
                : state(error) + named("constraint", told.getConstraint()) + named("column", told.getColumn());
    }

    /** The sentence is not about a row where the driver found the error, or the server said it of the connection. */
    @Override
    public String reason(SQLException error) {
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
