/**
 * The published protocol on the published data.
 *
 * <p>Context: figures about fraud models mean little without data, folds and card filter that others can repeat.
 * Choice: the Fraud Detection Handbook's, whose data the simulator writes bit for bit; features by replaying its events
 * through the job's own windows ({@link io.cardwatch.feature.FeatureReplay}), labels in the ways they may come, figures
 * of {@code training.evaluation}. Consequence: nobody needs anybody's files, and logistic regression on a week must give
 * the published figure to the third digit before any other figure is believed. Settings are chosen on the four earlier
 * folds ({@code --validation}), never on those that are reported.
 */
package io.cardwatch.training.benchmark;
