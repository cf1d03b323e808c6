package io.cardwatch.warehouse;

import java.sql.Connection;
import java.sql.SQLException;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;

/**
 * One connection to the warehouse, as stages that do not know the warehouse take it. The connector's own provider keeps
 * the password it was given first; here each new connection asks for it anew.
 */
public final class WarehouseConnectionProvider implements JdbcConnectionProvider {
    private static final long serialVersionUID = 1;
    private static final int VALIDATION_SECONDS = 10;

    private final WarehouseConnection warehouse;
    private transient Connection connection;

    /** Connects when it is first asked to. */
    public WarehouseConnectionProvider(WarehouseConnection warehouse) {
        this.warehouse = warehouse;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public boolean isConnectionValid() throws SQLException {
        return connection != null && connection.isValid(VALIDATION_SECONDS);
    }

    @Override
    public Connection getOrEstablishConnection() throws SQLException {
        if (connection == null) {
            connection = warehouse.open();
        }
        return connection;
    }

    @Override
    public void closeConnection() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                // It is given up either way: the driver releases its socket even when it cannot say goodbye.
            }
        }
    }

    @Override
    public void close() {
        closeConnection();
    }

    @Override
    public Connection reestablishConnection() throws SQLException {
        closeConnection();
        return getOrEstablishConnection();
    }
}
