package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.util.function.SerializableSupplier;
import org.postgresql.Driver;

/** Where the warehouse is and who we are there. Refuses unsafe URLs; never holds or prints a password. */
public final class WarehouseConnection implements Serializable {
    private static final long serialVersionUID = 1;

    /** Load a class or write a file by name, and so would let a URL run code (lower case). */
    private static final Set<String> REFUSED = Set.of(
            "socketfactory",
            "sslfactory",
            "loggerfile",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "authenticationpluginclassname",
            "xmlfactoryfactory");

    private static final Set<String> OWN_KEYS = Set.of("user", "password");
    private static final Set<String> LOOPBACK = Set.of("", "localhost", "127.0.0.1", "::1", "[::1]");

    private final String url;
    private final String user;
    private final SerializableSupplier<String> password;
    /** The schema of all tables. */
    public final String schema;

    /**
     * Checks the settings without connecting.
     *
     * @param url {@code jdbc:postgresql://…}, without user and password
     * @param password asked for every new connection, so that a rotated password is found
     * @throws BadInputException when the URL or the schema's name is not acceptable
     */
    public WarehouseConnection(String url, String user, SerializableSupplier<String> password, String schema) {
        PostgresDialect.quoted(schema);
        refuseUnsafe(parse(url));
        this.url = url;
        this.user = user;
        this.password = password;
        this.schema = schema;
    }

    /** The settings as the driver will understand them, whatever the spelling of the URL. */
    private static Properties parse(String url) {
        Properties parsed = url.startsWith("jdbc:postgresql:") ? Driver.parseURL(url, null) : null;
        if (parsed == null) {
            throw new BadInputException(
                    "warehouse.url is not a PostgreSQL JDBC URL", "Write it as jdbc:postgresql://HOST:PORT/DATABASE.");
        }
        return parsed;
    }

    private static void refuseUnsafe(Properties settings) {
        for (String name : settings.stringPropertyNames()) {
            String lowerCase = name.toLowerCase(Locale.ROOT);
            if (OWN_KEYS.contains(lowerCase)) {
                throw new BadInputException(
                        "warehouse.url contains " + name, "Take it out and set warehouse." + lowerCase + " instead.");
            }
            boolean simple = lowerCase.equals("preferquerymode")
                    && settings.getProperty(name).equalsIgnoreCase("simple");
            if (simple || REFUSED.contains(lowerCase)) {
                throw new BadInputException(
                        "warehouse.url contains " + name + (simple ? "=simple" : "") + ", which is not safe",
                        "Take " + name + " out of warehouse.url.");
            }
        }
        boolean local = LOOPBACK.containsAll(
                Arrays.asList(settings.getProperty("PGHOST").split(",", -1)));
        if (!local && !"verify-full".equals(settings.getProperty("sslmode"))) {
            throw new BadInputException(
                    "warehouse.url names another machine without sslmode=verify-full",
                    "Append ?sslmode=verify-full (and sslrootcert=FILE for a certificate authority of your own).");
        }
    }

    /** A new connection, auto-commit off. It does not wait for ever: a silent server is an error after a minute. */
    Connection open() throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", password.get());
        settings.setProperty("ApplicationName", "cardwatch");
        settings.setProperty("connectTimeout", "10");
        settings.setProperty("socketTimeout", "60");
        settings.setProperty("tcpKeepAlive", "true");
        // The detail quotes the row, and rows hold names and addresses.
        settings.setProperty("logServerErrorDetail", "false");
        // Not by DriverManager, which knows only drivers of the system's class loader on a cluster.
        Connection connection = new Driver().connect(url, settings);
        connection.setAutoCommit(false);
        return connection;
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
                    "Table " + name + " of " + this + " lacks the columns " + String.join(", ", missing), remedy);
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
        if (state.startsWith("28")) {
            return "The warehouse " + this + " refused user " + user;
        }
        if (state.equals("3D000")) {
            return "The warehouse " + this + " does not exist";
        }
        return "The warehouse " + this + " cannot be reached: " + error.getMessage();
    }

    private static String remedy(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (state.startsWith("28")) {
            return "Correct warehouse.user or what warehouse.password names.";
        }
        if (state.equals("3D000")) {
            return "Correct the database in warehouse.url, or create it and apply sql/postgresql.";
        }
        return "Start it, or correct warehouse.url and the network in between.";
    }

    /** Host, port and database. */
    @Override
    public String toString() {
        Properties settings = parse(url);
        return settings.getProperty("PGHOST") + ":" + settings.getProperty("PGPORT") + "/"
                + settings.getProperty("PGDBNAME");
    }
}
