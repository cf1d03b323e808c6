package io.cardwatch.warehouse;

import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
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
    private final SerializableSupplier<String> password;
    /** The schema of all tables. */
    public final String schema;

    /** @param password asked for each new connection, so that a rotated password is found */
    WarehouseConnection(String url, String user, SerializableSupplier<String> password, String schema) {
        this.dialect = Dialect.of(url);
        this.url = url;
        this.user = user;
        this.password = password;
        this.schema = schema;
    }

    /**
     * The warehouse that {@code settings} name. They have checked the URL and the schema's name already.
     *
     * @throws BadInputException when they name no warehouse
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
     * Opens a connection with auto-commit off, on which no statement waits for ever.
     *
     * @throws SQLException also where the password cannot be read: it is retried like a warehouse that does not answer
     */
    Connection open() throws SQLException {
        String secret;
        try {
            secret = password.get();
        } catch (BadInputException e) {
            throw dialect.passwordUnknown(e);
        }
        return dialect.connect(url, user, secret);
    }

    /**
     * Connects and checks that {@code tables} have all their columns.
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
            throw dialect.unreachable(e, url, user);
        }
    }

    private void check(Table<?> table, Set<String> present) {
        String remedy = "Apply the files of sql/" + dialect.scripts() + " in their order, and let " + user
                + " read and write there.";
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

    /** Host, port and database. */
    @Override
    public String toString() {
        return dialect.place(url);
    }
}
