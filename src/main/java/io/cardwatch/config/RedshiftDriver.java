package io.cardwatch.config;

import com.amazon.redshift.Driver;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** The Redshift driver that is loaded with these classes, used as {@link PostgresDriver} is and for the same reasons. */
public final class RedshiftDriver {
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

    private RedshiftDriver() {}

    /** A new connection to {@code url}, which begins with {@code jdbc:redshift:}. */
    public static Connection connect(String url, Properties settings) throws SQLException {
        return DRIVER.connect(url, settings);
    }
}
