/**
 * The warehouse: what its tables look like and how rows get there once.
 *
 * <p>Context: a batch may be written twice (a restart repeats what was written since the last checkpoint, a COMMIT's
 * answer may be lost), and the warehouse may be away for a while. Choice: every table has a key and a row whose key is
 * there is not written again, so that at-least-once delivery ends as one row; passing errors are waited out; of
 * predictions and labels a row that is refused for its content becomes a dead letter in the same transaction as the rest
 * of its batch; all else fails the job: a dead letter that is refused, since nothing would be left of it, and a row of the
 * past, since somebody watches a backfill and its table may be written again. One {@link io.cardwatch.warehouse.Table} per table is the source of the INSERT, of the CSV file
 * and of the check against the DDL in {@code sql/}. Consequence: a new column is one line here and one in {@code sql/}.
 *
 * <p>Plain {@code java.sql} rather than flink-connector-jdbc: its connection provider keeps the password it was given
 * first, so a rotated one would need a restart, and its sink leaks the connection when a flush fails inside {@code
 * close()} and binds row by row where one array per column is one statement for any batch.
 */
package io.cardwatch.warehouse;
