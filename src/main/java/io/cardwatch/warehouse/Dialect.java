package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** All that differs between warehouses; the URL says which it is. Nothing here holds a connection. */
interface Dialect extends Serializable {
    /** The dialect of the warehouse at {@code url}, which the settings have accepted. */
    static Dialect of(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return new PostgresDialect();
        }
        throw new BadInputException(
                "no warehouse of ours has the URL " + url.replaceFirst("[?].*", ""),
                "Give warehouse.url a URL like jdbc:postgresql://host:5432/database.");
    }

    /** The folder of {@code sql} with its tables. */
    String scripts();

    /** The type of a column, as its tables have it. */
    String sqlType(ColumnType type);

    /** Host, port and database of a URL, for a person. */
    String place(String url);

    /**
     * A new connection, auto-commit off, that does not wait for ever.
     *
     * @throws SQLException also where the password cannot be asked for: {@link #passwordUnknown}
     */
    Connection connect(String url, String user, String password) throws SQLException;

    /** An error like that of a wrong password, which passes once the right one can be had. */
    SQLException passwordUnknown(BadInputException cause);

    /** What a person is told of an error of the first connection: cause and remedy. */
    BadInputException unreachable(SQLException error, String url, String user);

    /**
     * Sends {@code rows}, of distinct keys, within the connection's transaction.
     *
     * @return how many of them were new, or replaced a row
     */
    <T> int write(Connection connection, String schema, Table<T> table, List<T> rows) throws SQLException;

    /** Lets each statement of the transaction answer for its own rows, also where a constraint waits for the COMMIT. */
    void checkConstraintsAtOnce(Connection connection) throws SQLException;

    /** Names of the streams of selected dead letters, one column. */
    PreparedStatement streams(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException;

    /**
     * Selected dead letters: stream, shard, sequence number, reason, message, bytes in base64, hash and arrival, in the order
     * of their arrival. Of those with the same stream, reason and bytes the first alone.
     */
    PreparedStatement deadLetters(Connection connection, String schema, StoredDeadLetters.Selection selection)
            throws SQLException;

    /** Whether the same batch may succeed later, over a new connection. */
    boolean isPassing(SQLException error);

    /** Whether a statement took longer than it may. */
    boolean isTooSlow(SQLException error);

    /** Whether one of the batch's rows is to blame. */
    boolean blamesRow(SQLException error);

    /** What kind of error it is, in words that quote no row. */
    String cause(SQLException error);

    /** For the log: the {@link #cause}, and the sentence where it cannot be about a row. */
    String reason(SQLException error);
}
