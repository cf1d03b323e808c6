package io.cardwatch.config;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * The PostgreSQL driver that is loaded with these classes. It is called directly, because on a cluster {@code
 * DriverManager} knows only drivers of the system's class loader.
 *
 * <p>Every driver registers itself with {@code DriverManager}, which keeps it for ever. With the driver it keeps the
 * class loader that a cluster makes for each submission: about 15 MB of metaspace. So on a cluster the driver is
 * deregistered.
 */
public final class PostgresDriver {
    private static final Driver DRIVER = new Driver();

    static {
        boolean ofOneSubmission = Driver.class.getClassLoader() != ClassLoader.getSystemClassLoader();
        if (ofOneSubmission && Driver.isRegistered()) {
            try {
                Driver.deregister();
            } catch (SQLException e) {
                throw new IllegalStateException("a driver may take itself out of DriverManager", e);
            }
        }
    }

    private PostgresDriver() {}

    /** A new connection to {@code url}, which {@link #parse} can read. */
    public static Connection connect(String url, Properties settings) throws SQLException {
        return DRIVER.connect(url, settings);
    }

    /** What the URL says, beside the driver's defaults; empty where it is no URL of PostgreSQL. */
    public static Optional<Properties> parse(String url) {
        return Optional.ofNullable(Driver.parseURL(url, null));
    }
}
