package io.cardwatch.warehouse;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Everything that differs between warehouses. A dialect holds no connection. */
interface Dialect extends Serializable {
    /** The dialect of the warehouse at {@code url}, which the settings have accepted. */
    static Dialect of(String url) {
        return of(url.startsWith(RedshiftDialect.URL) ? WarehouseDialect.REDSHIFT : WarehouseDialect.POSTGRESQL);
    }

    /** The dialect that the settings chose. */
    static Dialect of(WarehouseDialect dialect) {
        return dialect == WarehouseDialect.REDSHIFT ? new RedshiftDialect() : new PostgresDialect();
    }

    /** The folder of {@code sql} with the DDL of the warehouse's tables. */
    String scripts();

    /** Host, port and database of {@code url}, for messages. */
    String place(String url);

    /**
     * Opens a connection with auto-commit off, on which no statement waits for ever.
     */
    Connection connect(String url, String user, String password) throws SQLException;

    /** The error for a password that could not be read: like a wrong password, it may pass. */
    SQLException passwordUnknown(BadInputException cause);

    /** Cause and remedy of an error of the first connection. */
    BadInputException unreachable(SQLException error, String url, String user);

    /** Writes batches of {@code table} over {@code connection}, for as long as that is open. */
    <T> RowWriter<T> writer(Connection connection, String schema, Table<T> table) throws SQLException;

    /** The server's function of a table's name and a privilege that tells whether we have it, on the table or its columns. */
    String privilegeFunction();

    /** The table that a writer of {@code table} locks, so that a second writer would only wait; if it locks any. */
    Optional<String> lockOf(Table<?> table);

    /** Whether the same batch may succeed later, over a new connection. */
    boolean isPassing(SQLException error);

    /** Whether a statement took longer than it may. */
    boolean isTooSlow(SQLException error);

    /** Whether the error is the fault of one of the batch's rows. */
    boolean blamesRow(SQLException error);

    /** The kind of the error, in words that quote no row. */
    String cause(SQLException error);

    /** For the log: the error's message where that cannot quote a row, otherwise the {@link #cause}. */
    String reason(SQLException error);
}
