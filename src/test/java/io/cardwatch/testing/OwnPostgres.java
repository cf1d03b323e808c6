package io.cardwatch.testing;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.warehouse.SqlScripts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL of the test's own, to be stopped, killed, started again and locked up. Superuser {@code postgres}. */
public final class OwnPostgres implements AutoCloseable {
    private final Path data;
    private final int port;
    private EmbeddedPostgres server;

    /** Starts it with the warehouse's tables in the database {@code postgres}, whose files go to {@code data}. */
    public OwnPostgres(Path data) throws IOException, SQLException {
        this(data, WarehouseDialect.POSTGRESQL);
    }

    /** Starts it with the tables to which {@code dialect} writes. */
    public OwnPostgres(Path data, WarehouseDialect dialect) throws IOException, SQLException {
        this.data = data;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
        }
        start();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            if (dialect == WarehouseDialect.REDSHIFT) {
                Postgres.createWithoutKeys(statement);
            } else {
                SqlScripts.apply(connection);
            }
        }
    }

    /** Starts it on the same port, with the same data. */
    public void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setPGStartupWait(Postgres.STARTUP)
                .setPort(port)
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // As a server comes, and other than an embedded one: an answered COMMIT outlives the server's death.
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    /** Stops it; whoever is connected loses the connection. */
    public void stop() throws IOException {
        server.close();
    }

    /** Kills all of its processes at once, which then write nothing any more, and tell nobody. */
    public void kill() throws IOException {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        List<ProcessHandle> processes =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
        // Finds nothing to stop, and lets go of the files.
        server.close();
    }

    public int port() {
        return port;
    }

    public String url() {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    /** Makes a superuser {@code role} who, other than everybody else, must give its password. */
    public void createRoleWithPassword(String role, String password) throws IOException, SQLException {
        Path rules = data.resolve("pg_hba.conf");
        Files.writeString(rules, "host all " + role + " all scram-sha-256\n" + Files.readString(rules));
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_reload_conf()");
            statement.execute("CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + password + "'");
        }
    }

    /** Gives {@code role} another password and cuts off all of its connections. */
    public void changePassword(String role, String password) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER ROLE " + role + " PASSWORD '" + password + "'");
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" + role + "'");
        }
    }

    /** From now on it speaks TLS with whoever asks for it, and shows {@code certificate}, whose key lies beside it. */
    public void useTls(Path certificate) throws IOException, SQLException {
        Path key =
                certificate.resolveSibling(certificate.getFileName().toString().replaceFirst("crt$", "key"));
        Files.writeString(
                data.resolve("postgresql.conf"),
                "ssl = on\nssl_cert_file = '" + certificate + "'\nssl_key_file = '" + key + "'\n",
                StandardOpenOption.APPEND);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
