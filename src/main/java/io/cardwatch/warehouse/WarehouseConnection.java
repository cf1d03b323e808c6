package io.cardwatch.warehouse;

import io.cardwatch.config.Login;
import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.RedshiftCredentials;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.util.function.SerializableSupplier;

/** Where the warehouse is, and which user and schema are used there. Never holds or prints a password. */
public final class WarehouseConnection implements Serializable {
    private static final long serialVersionUID = 1;

    final Dialect dialect;
    private final String url;
    private final String user;
    private final SerializableSupplier<Login> login;
    /** The schema of all tables. */
    public final String schema;

    /** A warehouse whose dialect the URL decides. */
    WarehouseConnection(String url, String user, SerializableSupplier<String> password, String schema) {
        this(Dialect.of(url), url, user, password, schema);
    }

    /** @param password asked for each new connection, so that a rotated password is found */
    WarehouseConnection(
            Dialect dialect, String url, String user, SerializableSupplier<String> password, String schema) {
        this(dialect, url, schema, user, () -> new Login(user, password.get()));
    }

    /**
     * @param user the name for messages
     * @param login asked for each new connection
     */
    private WarehouseConnection(
            Dialect dialect, String url, String schema, String user, SerializableSupplier<Login> login) {
        this.dialect = dialect;
        this.url = url;
        this.schema = schema;
        this.user = user;
        this.login = login;
    }

    /**
     * The warehouse that {@code settings} name. They have checked the URL and the schema's name already.
     *
     * @throws BadInputException when they name no warehouse
     */
    public static WarehouseConnection of(Settings settings) {
        String url = settings.required(Options.WAREHOUSE_URL);
        String schema = settings.get(Options.WAREHOUSE_SCHEMA);
        Dialect dialect =
                settings.get(Options.WAREHOUSE_DIALECT).map(Dialect::of).orElseGet(() -> Dialect.of(url));
        Optional<RedshiftCredentials> iam = RedshiftCredentials.of(settings);
        if (iam.isPresent()) {
            RedshiftCredentials credentials = iam.get();
            return new WarehouseConnection(dialect, url, schema, credentials.toString(), credentials::ask);
        }
        PasswordSource password = PasswordSource.ofWarehouse(settings);
        return new WarehouseConnection(
                dialect,
                url,
                settings.get(Options.WAREHOUSE_USER).orElseGet(() -> System.getProperty("user.name")),
                () -> password.ask().orElse(""),
                schema);
    }

    /**
     * The database of the tables that people change while jobs run: that of {@code control.url}, else the warehouse where that is
     * a PostgreSQL; empty where there is neither.
     */
    public static Optional<WarehouseConnection> ofControl(Settings settings) {
        Optional<String> url = settings.get(Options.CONTROL_URL);
        if (url.isPresent()) {
            PasswordSource password = PasswordSource.ofControl(settings);
            return Optional.of(new WarehouseConnection(
                    new PostgresDialect(),
                    url.get(),
                    settings.get(Options.CONTROL_USER).orElseGet(() -> System.getProperty("user.name")),
                    () -> password.ask().orElse(""),
                    settings.get(Options.WAREHOUSE_SCHEMA)));
        }
        return settings.get(Options.WAREHOUSE_URL)
                .map(warehouse -> of(settings))
                .filter(warehouse -> !(warehouse.dialect instanceof RedshiftDialect));
    }

    /**
     * Opens a connection with auto-commit off, on which no statement waits for ever.
     *
     * @throws SQLException also where the password cannot be read: it is retried like a warehouse that does not answer
     */
    Connection open() throws SQLException {
        Login own;
        try {
            own = login.get();
        } catch (BadInputException e) {
            throw dialect.passwordUnknown(e);
        }
        return dialect.connect(url, own.user, own.password);
    }

    /**
     * Connects and checks that {@code tables} have all their columns.
     *
     * @throws BadInputException when the warehouse cannot be reached, refuses us or lacks something
     */
    public void check(List<? extends Table<?>> tables) {
        check(tables, List.of());
    }

    /**
     * Connects and checks that {@code read} and {@code written} have all their columns, and that rows may be added to the
     * latter.
     *
     * @throws BadInputException when the warehouse cannot be reached, refuses us or lacks something
     */
    public void check(List<? extends Table<?>> read, List<? extends Table<?>> written) {
        try (Connection connection = open()) {
            for (Table<?> table : read) {
                check(table, columns(connection, table.name));
            }
            for (Table<?> table : written) {
                check(table, columns(connection, table.name));
                checkInsert(connection, table.name);
                Optional<String> lock = dialect.lockOf(table);
                if (lock.isPresent() && columns(connection, lock.get()).isEmpty()) {
                    throw missing(lock.get());
                }
            }
        } catch (SQLException e) {
            if (e.getCause() instanceof BadInputException) {
                throw (BadInputException) e.getCause();
            }
            throw dialect.unreachable(e, url, user);
        }
    }

    private void checkInsert(Connection connection, String table) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT " + dialect.privilegeFunction() + "(?, 'INSERT')")) {
            query.setString(1, PostgresDialect.quoted(schema) + '.' + PostgresDialect.quoted(table));
            try (ResultSet answer = query.executeQuery()) {
                answer.next();
                if (!answer.getBoolean(1)) {
                    throw new BadInputException(
                            user + " may not add rows to " + schema + "." + table + " of " + this,
                            "GRANT SELECT, INSERT ON " + schema + "." + table + " TO " + user + ".");
                }
            }
        }
    }

    private void check(Table<?> table, Set<String> present) {
        if (present.isEmpty()) {
            throw missing(table.name);
        }
        Set<String> missing = table.columns.stream()
                .map(column -> column.name)
                .filter(column -> !present.contains(column))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!missing.isEmpty()) {
            throw new BadInputException(
                    "table " + schema + "." + table.name + " of " + this + " lacks the columns "
                            + String.join(", ", missing),
                    remedy());
        }
    }

    private BadInputException missing(String table) {
        return new BadInputException(
                this + " has no table " + schema + "." + table + " that " + user + " may use", remedy());
    }

    private String remedy() {
        return "Apply the files of sql/" + dialect.scripts() + " in their order, and let " + user
                + " read and write there.";
    }

    private Set<String> columns(Connection connection, String table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?")) {
            query.setString(1, schema);
            query.setString(2, table);
            Set<String> names = new HashSet<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }

    /** Whether writers of {@code table} would only wait for each other. */
    public boolean takesOneWriter(Table<?> table) {
        return dialect.lockOf(table).isPresent();
    }

    /** Host, port and database. */
    @Override
    public String toString() {
        return dialect.place(url);
    }
}
