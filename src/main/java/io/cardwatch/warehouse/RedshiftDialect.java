package io.cardwatch.warehouse;

import io.cardwatch.config.RedshiftDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.util.PSQLException;

/**
 * Amazon Redshift. It descends from PostgreSQL and has its SQLSTATEs, but enforces no keys, has no savepoints, and ends a
 * transaction that conflicts with another. At a URL of PostgreSQL the same statements are sent to a PostgreSQL whose tables
 * have no keys.
 */
final class RedshiftDialect extends PostgresDialect {
    private static final long serialVersionUID = 1;

    static final String URL = "jdbc:redshift:";
    /** Redshift's own number of a transaction that conflicts with another, at the begin of the message. */
    private static final String CONFLICT = "1023";

    private static final int SOCKET_SECONDS = 60;

    @Override
    public String scripts() {
        return "redshift";
    }

    @Override
    Properties parts(String url) {
        return super.parts(url.replaceFirst("^" + URL, "jdbc:postgresql:"));
    }

    @Override
    public Connection connect(String url, String user, String password) throws SQLException {
        if (!url.startsWith(URL)) {
            Connection connection = super.connect(url, user, password);
            // As in Redshift, a statement sees what was committed before the transaction's first query, not before its
            // own.
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return connection;
        }
        Properties settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", password);
        settings.setProperty("ApplicationName", "cardwatch");
        settings.setProperty("connectTimeout", "10");
        settings.setProperty("socketTimeout", Integer.toString(SOCKET_SECONDS));
        settings.setProperty("tcpKeepAlive", "true");
        Connection connection = RedshiftDriver.connect(url, settings);
        try (Statement statement = connection.createStatement()) {
            // Ended by the server a little before we would give up waiting, so that no retry leaves a statement
            // running.
            statement.execute("SET statement_timeout TO " + SOCKET_SECONDS * 1_000 * 5 / 6);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public <T> RowWriter<T> writer(Connection connection, String schema, Table<T> table) throws SQLException {
        return new RedshiftWriter<>(this, connection, schema, table);
    }

    @Override
    public String privilegeFunction() {
        return "has_table_privilege";
    }

    @Override
    public Optional<String> lockOf(Table<?> table) {
        return Optional.of(table.name + "_lock");
    }

    @Override
    public boolean isPassing(SQLException error) {
        return super.isPassing(error) || isConflict(error);
    }

    private static boolean isConflict(SQLException error) {
        return error.getMessage() != null && error.getMessage().matches("(?s)(ERROR: )?" + CONFLICT + "\\b.*");
    }

    /** The SQLSTATE alone: the driver adds the server's detail to its message, and that quotes the row. */
    @Override
    public String cause(SQLException error) {
        return isConflict(error) ? "conflict " + CONFLICT : state(error);
    }

    @Override
    public String reason(SQLException error) {
        return error instanceof PSQLException ? super.reason(error) : cause(error);
    }
}
