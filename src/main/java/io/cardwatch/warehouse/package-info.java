/**
 * The warehouse: what its tables look like and how each row gets there once.
 *
 * <p>Context: a batch may be written twice (a restart repeats what was written since the last checkpoint, the answer to a
 * COMMIT may be lost), and the warehouse may be away for a while. Choice: every table has a key, and a row whose key is
 * there is not written again, so that at-least-once delivery ends as one row. Passing errors are retried. A prediction or
 * label that is refused for its content becomes a dead letter in the same transaction as the rest of its batch. Any other
 * refused row fails the job: of a dead letter nothing would be left, and a backfill is watched by somebody who can start it
 * again. One {@link io.cardwatch.warehouse.Table} per table is the source of the INSERT, of the CSV file and of the check
 * against the DDL in {@code sql/}. Consequence: a new column is one line here and one in {@code sql/}.
 *
 * <p>Plain {@code java.sql} rather than flink-connector-jdbc: its connection provider keeps the first password it was
 * given, so a rotated password would need a restart; its sink leaks the connection when a flush fails inside {@code
 * close()}, and binds row by row, where one array per column makes one statement for a batch of any size.
 */
package io.cardwatch.warehouse;
