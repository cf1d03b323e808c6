/**
 * How good a score is: plain figures over scored rows, for training, the report and the benchmark alike.
 *
 * <p>Context: frauds are rare, so most figures of classification say little here. Choice: average precision and the
 * precision-recall curve for the ranking, Brier score and calibration error for the probabilities, precision and recall
 * at the true prevalence for the decision; each defined once, in one class. Consequence: a figure of the same name means
 * the same in {@code metrics.json}, in the report and in the benchmark's table.
 */
package io.cardwatch.training.evaluation;
