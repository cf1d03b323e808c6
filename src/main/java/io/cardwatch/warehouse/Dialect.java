package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Everything that differs between warehouses. The URL decides which dialect is used. A dialect holds no connection. */
interface Dialect extends Serializable {
    /** The dialect of the warehouse at {@code url}, which the settings have accepted. */
    static Dialect of(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return new PostgresDialect();
        }
        throw new BadInputException(
                "no supported warehouse has the URL " + url.replaceFirst("[?].*", ""),
                "Give warehouse.url a URL like jdbc:postgresql://host:5432/database.");
    }

    /** The folder of {@code sql} with the DDL of the warehouse's tables. */
    String scripts();

    /** The SQL type of a column in that DDL. */
    String sqlType(ColumnType type);

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

    /**
     * Sends {@code rows}, which have distinct keys, within the connection's transaction.
     *
     * @return how many of them were new or replaced a row
     */
    <T> int write(Connection connection, String schema, Table<T> table, List<T> rows) throws SQLException;

    /** Makes each statement of the transaction fail on its own rows, also where a constraint is deferred to the COMMIT. */
    void checkConstraintsAtOnce(Connection connection) throws SQLException;

    /** Selects the names of the streams of dead letters, in one column. */
    PreparedStatement streams(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException;

    /**
     * Selects dead letters in the order of their arrival: stream, shard, sequence number, reason, message, bytes in base64,
     * hash and arrival. Of those with the same stream, reason and bytes it selects only the first.
     */
    PreparedStatement deadLetters(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException;

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
