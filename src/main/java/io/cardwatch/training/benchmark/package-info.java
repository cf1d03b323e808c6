/**
 * The published protocol on the published data.
 *
 * <p>Context: figures about fraud models mean little unless others can repeat data, folds and card filter. Choice:
 * those of the Fraud Detection Handbook, whose data the simulator writes bit for bit. Features come from replaying its
 * events through the job's own windows ({@link io.cardwatch.feature.FeatureReplay}), with labels arriving in several
 * ways; {@code training.evaluation} computes the figures. Consequence: nobody needs a download. Logistic regression on
 * a week must give the published figure to the third digit before any other figure is believed. Settings are chosen on
 * the four earlier folds ({@code --validation}), never on those that are reported.
 */
package io.cardwatch.training.benchmark;
