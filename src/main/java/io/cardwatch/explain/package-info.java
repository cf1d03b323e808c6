/**
 * Makes a stored row's decision again, to be filed as evidence: equal, or what differs and why.
 *
 * <p>Context: whoever asks about a decision months later has the warehouse's row, models and tables of rules. Choice: the stored
 * vector is decided about by the job's own {@link io.cardwatch.decide.Decider}, with the model that the row names and what was in
 * force then; nothing is computed in a second way. Consequence: what the tables do not keep, such as the entries that a list had,
 * cannot be made again, and is said to be so.
 */
package io.cardwatch.explain;
