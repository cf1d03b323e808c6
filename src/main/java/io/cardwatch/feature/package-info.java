/**
 * Exact sliding windows per customer and per terminal.
 *
 * <p>Context: every transaction needs counts, means and risks over 1, 7 and 30 days as of its own second, whatever
 * order transactions and labels arrive in. Choice: each key keeps its events in one packed log, sorted by time ({@link
 * io.cardwatch.feature.EventLog}) with running sums in whole cents, so that any window at any time is the difference
 * between two positions, and a position is found by a galloping search from where it was last. Consequence: nothing but
 * the events is state, late events are inserted in place, results do not depend on how subtasks race, and in-order
 * events cost amortised constant time.
 *
 * <p>The customer stage comes first: it decides about redelivery, conflict and lateness once, before any window counts.
 * Payments may be reordered on the way to the terminal stage; its windows end a delay back, so this changes no result.
 * A known identity with the same content is a redelivery even beyond the allowed lateness, since it already has its
 * row.
 */
package io.cardwatch.feature;
