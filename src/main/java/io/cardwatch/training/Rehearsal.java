package io.cardwatch.training;

import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;

/**
 * A training as it would have been before the last weeks of the history: from it come the number of trees, the
 * calibration and the threshold of the final model, and the figures that it is judged by.
 */
final class Rehearsal {
    /** The trees that did best on the validation rows. */
    final int rounds;

    final PlattScaling calibration;
    final double threshold;
    /** Chosen on, so never the rows to judge by. */
    final ScoredRows validation;
    /** Seen by nothing. */
    final ScoredRows heldOut;
    /** The same probabilities as XGBoost gives them. */
    final ScoredRows uncalibrated;
    /** The same rows by logistic regression. */
    final ScoredRows baseline;
    /** The threshold with the best F1 of logistic regression on the validation rows. */
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
