package io.cardwatch.enrich;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;

/** Connects to PostgreSQL's superuser and counts; serves the reader's one thread. */
final class CountedConnections implements JdbcConnectionProvider {
    private static final long serialVersionUID = 1;

    /** Attempts to connect. */
    final AtomicInteger attempts = new AtomicInteger();
    /** Readings that have ended, well or not. */
    final AtomicInteger ended = new AtomicInteger();

    private final String url;
    private transient Connection connection;

    CountedConnections(String url) {
        this.url = url;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public boolean isConnectionValid() throws SQLException {
        return connection != null && connection.isValid(1);
    }

    @Override
    public Connection getOrEstablishConnection() throws SQLException {
        attempts.incrementAndGet();
        connection = DriverManager.getConnection(url, "postgres", "");
        return connection;
    }

    @Override
    public void closeConnection() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            connection = null;
            ended.incrementAndGet();
        }
    }

    @Override
    public Connection reestablishConnection() throws SQLException {
        closeConnection();
        return getOrEstablishConnection();
    }

    @Override
    public void close() {
        closeConnection();
    }
}
