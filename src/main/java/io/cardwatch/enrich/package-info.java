/**
 * Customer reference data: {@link io.cardwatch.enrich.CustomerInfoSource} turns the table {@code customer_info} into a
 * stream of differences, {@link io.cardwatch.enrich.ContactJoin} puts the contact details of its customer on each row.
 *
 * <p>Context: the table may hold ten million customers and changes at any time; no row may leave before the first full
 * reading, yet checkpoints must go on meanwhile. A broadcast would copy the table to every subtask, an input that is
 * read first ({@code InputSelectable}) is refused with checkpoints, and blocking in an operator blocks its checkpoints.
 * Choice: one reader, partitioned by customer into keyed state; a watermark that follows the last row of the first
 * reading opens a gate, and rows that come earlier wait in keyed state. The reader remembers a fingerprint per customer
 * instead of the customer, so that it can send only what differs. Consequence: a reading costs one pass over the table
 * per interval and 21 to 43 bytes of heap per customer in one subtask; contacts are as of the last reading.
 */
package io.cardwatch.enrich;
