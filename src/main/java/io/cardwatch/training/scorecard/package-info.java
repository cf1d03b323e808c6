/**
 * What models and rules did in the warehouse, judged by the labels that came.
 *
 * <p>Context: labels take days, and many producers report frauds only; a figure over young payments flatters nobody. Choice:
 * only whole UTC days count that ended a label delay ago; a payment of theirs without a label counts as genuine, as in
 * training. The warehouse is read once, row by row, into plain arrays; figures are those of {@code training.evaluation}, so a
 * name means the same here, in the report and in the benchmark. Drift needs no labels and reaches up to the present.
 * Consequence: 1.35 million payments, 270 000 of them with a challenger's score, took 21 s on two cores with a heap of 600 MB.
 * The figures of a day stay as they are once its labels are there.
 */
package io.cardwatch.training.scorecard;
