package io.cardwatch.warehouse;

import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.PostgresDriver;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.util.function.SerializableSupplier;

/** Where the warehouse is and who we are there. Never holds or prints a password. */
public final class WarehouseConnection implements Serializable {
    private static final long serialVersionUID = 1;

    /** The class of the server's no. */
    private static final String AUTHENTICATION = "28";
    /** The driver's own no: to a server that wants a password when there is none, or that does not speak TLS. */
    private static final String REJECTED = "08004";

    private static final String SOCKET_TIMEOUT = "socketTimeout";
    private static final String NO_DATABASE = "3D000";
    private static final String CONNECTION_FAILURE = "08006";

    private final String url;
    private final String user;
    private final SerializableSupplier<String> password;
    /** The schema of all tables. */
    public final String schema;

    /** @param password asked for every new connection, so that a rotated one is found */
    WarehouseConnection(String url, String user, SerializableSupplier<String> password, String schema) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.schema = schema;
    }

    /**
     * The warehouse that {@code settings} name, which have checked the URL and the schema's name.
     *
     * @throws BadInputException when they name none
     */
    public static WarehouseConnection of(Settings settings) {
        PasswordSource password = PasswordSource.of(settings);
        return new WarehouseConnection(
                settings.required(Options.WAREHOUSE_URL),
                settings.get(Options.WAREHOUSE_USER).orElseGet(() -> System.getProperty("user.name")),
                () -> password.ask().orElse(""),
                settings.get(Options.WAREHOUSE_SCHEMA));
    }

    /**
     * A new connection, auto-commit off. It does not wait for ever: a silent server is an error after a minute, or after
     * the URL's {@code socketTimeout}, and a statement that still waits then, for a lock perhaps, has ended before.
     */
    Connection open() throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", askPassword());
        settings.setProperty("ApplicationName", "cardwatch");
        settings.setProperty("connectTimeout", "10");
        settings.setProperty(SOCKET_TIMEOUT, "60");
        settings.setProperty("tcpKeepAlive", "true");
        // The detail quotes the row, and rows hold names and addresses.
        settings.setProperty("logServerErrorDetail", "false");
        Connection connection = PostgresDriver.connect(url, settings);
        try {
            int socketSeconds =
                    Integer.parseInt(parts().getProperty(SOCKET_TIMEOUT, settings.getProperty(SOCKET_TIMEOUT)));
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

    /** A place of the password that does not answer is waited out like a warehouse that does not. */
    private String askPassword() throws SQLException {
        try {
            return password.get();
        } catch (BadInputException e) {
            throw new SQLException(e.getMessage(), PostgresDialect.INVALID_PASSWORD, e);
        }
    }

    /**
     * Connects and looks whether {@code tables} have all their columns.
     *
     * @throws BadInputException when the warehouse cannot be reached, refuses us or lacks something
     */
    public void check(List<? extends Table<?>> tables) {
        try (Connection connection = open()) {
            for (Table<?> table : tables) {
                check(table, columns(connection, table));
            }
        } catch (SQLException e) {
            if (e.getCause() instanceof BadInputException) {
                throw (BadInputException) e.getCause();
            }
            throw new BadInputException(cause(e), remedy(e), e);
        }
    }

    private void check(Table<?> table, Set<String> present) {
        String remedy = "Apply the files of sql/postgresql in their order, and let " + user + " read and write there.";
        String name = schema + "." + table.name;
        if (present.isEmpty()) {
            throw new BadInputException(this + " has no table " + name + " that " + user + " may use", remedy);
        }
        Set<String> missing = table.columns.stream()
                .map(column -> column.name)
                .filter(column -> !present.contains(column))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!missing.isEmpty()) {
            throw new BadInputException(
                    "table " + name + " of " + this + " lacks the columns " + String.join(", ", missing), remedy);
        }
    }

    private Set<String> columns(Connection connection, Table<?> table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?")) {
            query.setString(1, schema);
            query.setString(2, table.name);
            Set<String> names = new HashSet<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }

    private String cause(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (state.startsWith(AUTHENTICATION)) {
            return "the warehouse " + this + " refused user " + user;
        }
        if (state.equals(NO_DATABASE)) {
            return "the warehouse " + this + " does not exist";
        }
        if (state.equals(REJECTED)) {
            return "the warehouse " + this + " is not spoken to as user " + user + ": " + error.getMessage();
        }
        return isUnproven(state)
                ? "the warehouse " + this + " does not prove who it is: " + error.getMessage()
                : "the warehouse " + this + " cannot be reached: " + error.getMessage();
    }

    private String remedy(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (state.startsWith(AUTHENTICATION) || state.equals(REJECTED)) {
            String password = "Correct warehouse.user, or the password in the place that warehouse.password-env,"
                    + " warehouse.password-file or warehouse.password-secret-arn names";
            return password + (state.equals(REJECTED) ? "; or let the server speak TLS (ssl = on)." : ".");
        }
        if (state.equals(NO_DATABASE)) {
            return "Correct the database in warehouse.url, or create it and apply sql/postgresql.";
        }
        return isUnproven(state)
                ? "Name the file with the certificate of the authority that signed the server's by sslrootcert in"
                        + " warehouse.url, and the server by the host name that its certificate is for."
                : "Start it, or correct warehouse.url and the network in between.";
    }

    /** Whether an error before the first statement is one of TLS. */
    private boolean isUnproven(String state) {
        return state.equals(CONNECTION_FAILURE) && "verify-full".equals(parts().getProperty("sslmode"));
    }

    /** Host, port and database. */
    @Override
    public String toString() {
        Properties settings = parts();
        return settings.getProperty("PGHOST") + ":" + settings.getProperty("PGPORT") + "/"
                + settings.getProperty("PGDBNAME");
    }

    /** What the URL says. */
    private Properties parts() {
        return PostgresDriver.parse(url).orElseThrow();
    }
}
