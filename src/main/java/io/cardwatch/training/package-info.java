/**
 * Offline: labelled history in, a model directory out.
 *
 * <p>Context: tails decide about rare frauds, so 256 histogram bins, XGBoost's default, cost 0.03 to 0.04 average
 * precision, and balancing the classes costs as much and ruins the probabilities. Choice: xgboost4j with 4 096 bins at
 * the true prevalence, the threshold and the figures taken from the held-out end of the history, the final trees from
 * all of it. Consequence: the same history and options give the same bytes; the library and its native code stay out of
 * the job jar.
 */
package io.cardwatch.training;
