package io.cardwatch.training;

import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

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
            TrainingProgress progress)
            throws XGBoostError {
        LogisticRegression regression = LogisticRegression.fit(split.learn);
        baseline = new ScoredRows(end, regression.probabilities(end));
        baselineThreshold = ThresholdPolicy.BEST_F1.choose(
                new ScoredRows(split.validation, regression.probabilities(split.validation)));
        try (TreeFold fold = new TreeFold(split.learn, split.validation);
                TreeFold.Grown grown = fold.grow(parameters, progress, "trees up to the validation days")) {
            rounds = grown.rounds;
            float[] margins = fold.validationMargins(grown);
            calibration = PlattFit.fit(margins, split.validation.labels());
            validation = scored(split.validation, margins, calibration);
            threshold = policy.choose(validation);
            DMatrix rows = TreeFold.matrix(end);
            try {
                float[] endMargins = TreeFold.margins(grown.booster, rows, rounds);
                heldOut = scored(end, endMargins, calibration);
                uncalibrated = scored(end, endMargins, PlattScaling.IDENTITY);
            } finally {
                rows.dispose();
            }
        }
    }

    private static ScoredRows scored(TrainingData rows, float[] margins, PlattScaling calibration) {
        float[] probabilities = new float[margins.length];
        for (int row = 0; row < probabilities.length; row++) {
            probabilities[row] = calibration.probability(margins[row]);
        }
        return new ScoredRows(rows, probabilities);
    }
}
