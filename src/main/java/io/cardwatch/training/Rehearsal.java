package io.cardwatch.training;

import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;

/**
 * A training without the last weeks of the history. It gives the number of trees, the calibration and the threshold of
 * the final model, and the figures by which that model is judged.
 */
final class Rehearsal {
    /** The number of trees that did best on the validation rows. */
    final int rounds;

    final PlattScaling calibration;
    final double threshold;
    /** Rows that settings were chosen on, so they must not be used to judge. */
    final ScoredRows validation;
    /** Rows that nothing was learned from or chosen on. */
    final ScoredRows heldOut;
    /** The held-out rows with XGBoost's own probabilities. */
    final ScoredRows uncalibrated;
    /** The held-out rows by logistic regression. */
    final ScoredRows baseline;
    /** Logistic regression's threshold with the best F1 on the validation rows. */
    final double baselineThreshold;

    Rehearsal(
            TimeSplit split,
            TrainingData end,
            Hyperparameters parameters,
            ThresholdPolicy policy,
            TrainingProgress progress) {
        LogisticRegression regression = LogisticRegression.fit(split.learn);
        baseline = new ScoredRows(end, regression.probabilities(end));
        baselineThreshold = ThresholdPolicy.BEST_F1.choose(
                new ScoredRows(split.validation, regression.probabilities(split.validation)));
        try (TreeFold fold = new TreeFold(split.learn, split.validation);
                TreeFold.Grown grown = fold.grow(parameters, "trees up to the validation days", progress)) {
            rounds = grown.rounds;
            calibration = PlattFit.fit(grown.validationMargins, split.validation.labels());
            validation = BoostedTrees.score(split.validation, grown.validationMargins, calibration);
            threshold = policy.choose(validation);
            float[] margins = grown.trees.margins(end);
            heldOut = BoostedTrees.score(end, margins, calibration);
            uncalibrated = BoostedTrees.score(end, margins, PlattScaling.IDENTITY);
        }
    }
}
