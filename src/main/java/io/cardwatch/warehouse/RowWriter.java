package io.cardwatch.warehouse;

import java.io.IOException;
import java.sql.SQLException;

/** Writes batches into one table over one connection. After an error the connection is of no use any more. */
interface RowWriter<T> {
    /**
     * Writes the batch and commits it. What the warehouse refuses is told to the batch, and its dead letters are committed
     * with the other rows.
     *
     * @return how many rows were new or replaced a row
     * @throws SQLException when nothing was committed, or when it is not known whether it was
     * @throws IOException when a row was refused that may not become a dead letter
     */
    int write(Batch<T> batch) throws SQLException, IOException;
}
