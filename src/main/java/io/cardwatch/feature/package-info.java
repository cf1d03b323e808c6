/**
 * Exact sliding windows per customer and per terminal.
 *
 * <p>Context: every transaction needs counts, means and risks over 1, 7 and 30 days as of its own second, whatever
 * order transactions and labels arrive in. Choice: each key keeps its events in one packed log, sorted by time
 * ({@link io.cardwatch.feature.EventLog}) with running sums in whole cents, so that any window at any time is the
 * difference between two positions, and a position is found by a galloping search from where it was last. Consequence:
 * nothing but the events is state, late events are inserted in place, results do not depend on how subtasks race, and
 * in-order events cost amortised constant time.
 *
 * <p>Customer first, terminal second: redelivery, conflict and lateness are decided once, by customer, before any
 * window counts; terminal windows end a delay back, which the reordering between the two cannot touch. A known
 * identity with the same content is a redelivery even when it is older than the allowed lateness: it has its row.
 */
package io.cardwatch.feature;
