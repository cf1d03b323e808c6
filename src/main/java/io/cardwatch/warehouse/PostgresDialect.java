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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * PostgreSQL. A batch is one statement for any number of rows: one array per column, unnested side by side, and the key
 * decides which rows are new.
 */
final class PostgresDialect implements Dialect {
    private static final long serialVersionUID = 1;

    /** First two characters of SQLSTATEs: connection, transaction rolled back, resources, system. */
    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "58");

    /** SQLSTATE invalid_password. */
    private static final String INVALID_PASSWORD = "28P01";

    /** A statement was cancelled, perhaps because it took too long. */
    private static final String QUERY_CANCELED = "57014";

    /**
     * Lock not available; statement cancelled by its timeout or an administrator; server shutting down, crashed or
     * starting; read-only while a standby takes over; password refused, which passes once a rotation is complete.
     */
    private static final Set<String> PASSING_STATES =
            Set.of("55P03", QUERY_CANCELED, "57P01", "57P02", "57P03", "57P05", "25006", "28000", INVALID_PASSWORD);

    /** Data exception, integrity constraint violation, view's check option violated. */
    private static final Set<String> ROW_CLASSES = Set.of("22", "23", "44");

    /** The SQLSTATE of a trigger's exception that names none of its own. */
    private static final String RAISED_BY_TRIGGER = "P0001";

    /** Severities of errors that end a connection or refuse it. */
    private static final Set<String> CONNECTION_LOST = Set.of("FATAL", "PANIC");

    /** Class of the SQLSTATEs with which the server refuses a user. */
    private static final String AUTHENTICATION = "28";
    /** The driver refused: the server wants a password and there is none, or the server does not speak TLS. */
    private static final String REJECTED = "08004";

    private static final String NO_DATABASE = "3D000";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String SOCKET_TIMEOUT = "socketTimeout";
    private static final int FETCH_SIZE = 200;

    private static final Map<ColumnType, Type> TYPES = new EnumMap<>(Map.of(
            ColumnType.BIGINT, new Type("bigint", "int8", Long[]::new),
            ColumnType.INTEGER, new Type("integer", "int4", Integer[]::new),
            ColumnType.DOUBLE, new Type("double precision", "float8", Double[]::new),
            ColumnType.MONEY, new Type("numeric(14,2)", "numeric", String[]::new),
            ColumnType.SECOND, new Type("timestamp(0) without time zone", "timestamp", String[]::new),
            ColumnType.MILLISECOND, new Type("timestamp(3) without time zone", "timestamp", String[]::new),
            ColumnType.TEXT, new Type("text", "text", String[]::new)));

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

    @Override
    public String scripts() {
        return "postgresql";
    }

    @Override
    public String sqlType(ColumnType type) {
        return TYPES.get(type).sql;
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
     * A server that is silent for a minute, or for the URL's {@code socketTimeout}, is an error. The server ends a statement
     * that takes longer, perhaps because it waits for a lock, a little before that.
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
        // The detail of an error quotes the row, and rows hold names and addresses.
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
     * Tells the server to end a statement a little before we would give up waiting for it. The server does not notice that
     * nobody waits any more, so each retry would leave a statement running. A stricter limit of the server's stays.
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
        String told = ": " + error.getMessage();
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
                    warehouse + " refuses connections as user " + user + told,
                    password + "; or let the server speak TLS (ssl = on).",
                    error);
        }
        // A connection failure before the first statement is one of TLS.
        if (state.equals(CONNECTION_FAILURE) && "verify-full".equals(parts(url).getProperty("sslmode"))) {
            return new BadInputException(
                    warehouse + " could not prove its identity" + told,
                    "Give warehouse.url an sslrootcert, the file with the certificate of the authority that signed the"
                            + " server's, and the host name for which the server's certificate was made.",
                    error);
        }
        return new BadInputException(
                warehouse + " cannot be reached" + told, "Start it, or correct warehouse.url or the network.", error);
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

    private static String onSecondRow(Table<?> table) {
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
     * The SQLSTATE, and the constraint and column where the server names them. The server's message is left out: that of a
     * trigger may quote the row, even in other words, or data that the trigger has read elsewhere.
     */
    @Override
    public String cause(SQLException error) {
        ServerErrorMessage told = told(error);
        return told == null
                ? state(error)
                : state(error) + named("constraint", told.getConstraint()) + named("column", told.getColumn());
    }

    /** The message quotes no row where the driver found the error, or where the server refuses or ends the connection. */
    @Override
    public String reason(SQLException error) {
        ServerErrorMessage told = told(error);
        boolean quotesNoRow = told == null ? !blamesRow(error) : CONNECTION_LOST.contains(told.getSeverity());
        return quotesNoRow ? state(error) + " " + error.getMessage() : cause(error);
    }

    /** The server's report of the error; null where the driver found it. */
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
