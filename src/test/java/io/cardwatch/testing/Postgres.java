package io.cardwatch.testing;

import io.cardwatch.warehouse.SqlScripts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One real PostgreSQL per test JVM, started when first asked for and stopped with the JVM. Every test takes a database
 * of its own, in which all of {@code sql/postgresql} has been applied.
 */
public final class Postgres {
    /** Superuser; the server asks for no password. */
    public static final String USER = "postgres";

    /** On a busy machine it takes longer than the ten seconds that it has otherwise. */
    static final Duration STARTUP = Duration.ofMinutes(2);

    private static final String TEMPLATE = "cardwatch_template";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private Postgres() {}

    /** The JDBC URL, without user, of a new database that holds the warehouse's empty tables. */
    public static String freshDatabase() throws SQLException {
        String name = "test_" + DATABASES.incrementAndGet();
        execute("postgres", "CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
        return Server.url(name);
    }

    /** The JDBC URL, without user, of a new database without any table. */
    public static String emptyDatabase() throws SQLException {
        String name = "test_" + DATABASES.incrementAndGet();
        execute("postgres", "CREATE DATABASE " + name);
        return Server.url(name);
    }

    /** The JDBC URL, without user, of a new database with the tables of {@code sql/redshift}, which have no keys. */
    public static String databaseWithoutKeys() throws SQLException, IOException {
        String url = emptyDatabase();
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement()) {
            createWithoutKeys(statement);
        }
        return url;
    }

    /** Applies what PostgreSQL understands of {@code sql/redshift}. */
    static void createWithoutKeys(Statement statement) throws SQLException, IOException {
        try (Stream<Path> files = Files.list(Path.of("sql/redshift"))) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("[0-9].*"))
                    .sorted()
                    .toList()) {
                statement.execute(Files.readString(file)
                        .replaceAll(" ENCODE [a-z0-9]+", "")
                        .replaceAll("\nDISTSTYLE [^;]*", ""));
            }
        }
    }

    /** The port of the server of {@code url}. */
    public static int port(String url) {
        return Integer.parseInt(url.replaceFirst(".*:([0-9]+)/.*", "$1"));
    }

    /** A connection to a database of this server. */
    public static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url, USER, "");
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(Server.url(database));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Holds the server, so that it starts when the class is first used. */
    private static final class Server {
        private static final EmbeddedPostgres SERVER = start();

        static String url(String database) {
            return "jdbc:postgresql://localhost:" + SERVER.getPort() + "/" + database;
        }

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setPGStartupWait(STARTUP)
                        .setServerConfig("max_connections", "100")
                        .setServerConfig("track_commit_timestamp", "on")
                        .start();
                try (Connection admin = server.getPostgresDatabase().getConnection();
                        Statement statement = admin.createStatement()) {
                    statement.execute("CREATE DATABASE " + TEMPLATE);
                }
                try (Connection template = server.getDatabase(USER, TEMPLATE).getConnection()) {
                    SqlScripts.apply(template);
                }
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException("embedded PostgreSQL does not start", e);
            } catch (SQLException e) {
                throw new IllegalStateException("sql/postgresql cannot be applied", e);
            }
        }
    }
}
