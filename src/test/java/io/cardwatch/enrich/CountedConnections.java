package io.cardwatch.enrich;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** Connects to PostgreSQL's superuser and counts; serves the reader's one thread. */
final class CountedConnections implements CustomerInfoSource.Connections {
    private static final long serialVersionUID = 1;

    /** Attempts to connect, one for each reading. */
    final AtomicInteger attempts = new AtomicInteger();

    private final String url;

    CountedConnections(String url) {
        this.url = url;
    }

    @Override
    public Connection open() throws SQLException {
        attempts.incrementAndGet();
        return DriverManager.getConnection(url, "postgres", "");
    }
}
