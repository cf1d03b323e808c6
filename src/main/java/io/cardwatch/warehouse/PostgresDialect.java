package io.cardwatch.warehouse;

import io.cardwatch.config.PostgresDriver;
import io.cardwatch.domain.BadInputException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** PostgreSQL. */
class PostgresDialect implements Dialect {
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

    @Override
    public String scripts() {
        return "postgresql";
    }

    @Override
    public String place(String url) {
        Properties parts = parts(url);
        return parts.getProperty("PGHOST") + ":" + parts.getProperty("PGPORT") + "/" + parts.getProperty("PGDBNAME");
    }

    /** What the URL says, by the names of PostgreSQL's driver. */
    Properties parts(String url) {
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

    /** {@code name} in double quotes. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public <T> RowWriter<T> writer(Connection connection, String schema, Table<T> table) throws SQLException {
        return new PostgresWriter<>(this, connection, schema, table);
    }

    @Override
    public String privilegeFunction() {
        return "has_any_column_privilege";
    }

    @Override
    public Optional<String> lockOf(Table<?> table) {
        return Optional.empty();
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

    static String state(SQLException error) {
        return error.getSQLState() == null ? "" : error.getSQLState();
    }

    private static String stateClass(SQLException error) {
        String state = state(error);
        return state.length() < 2 ? "" : state.substring(0, 2);
    }
}
