/**
 * Customer reference data: {@link io.cardwatch.enrich.CustomerInfoSource} turns the table {@code customer_info} into a
 * stream of differences, {@link io.cardwatch.enrich.ContactJoin} adds the contact details of the customer to each row.
 *
 * <p>Context: the table may hold ten million customers and may change at any time. No row may leave before the first full
 * reading, but checkpoints must go on meanwhile. A broadcast would copy the table to every subtask; Flink refuses an input
 * that is read first ({@code InputSelectable}) together with checkpoints; an operator that blocks also blocks its
 * checkpoints. Choice: one reader, whose customers are partitioned by id into keyed state. A watermark behind the last row
 * of the first reading opens a gate; rows that come earlier wait in keyed state. The reader remembers a fingerprint per
 * customer instead of the customer, and sends only differences. Consequence: each interval costs one pass over the table,
 * and one subtask needs 21 to 43 bytes of heap per customer; contacts are as of the last reading.
 */
package io.cardwatch.enrich;
