package io.cardwatch.training;

import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.util.HashMap;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Trees grown on all rows of some history, without early stopping or calibration, in XGBoost's memory until closed. */
public final class BoostedTrees implements AutoCloseable {
    final Booster booster;

    private BoostedTrees(Booster booster) {
        this.booster = booster;
    }

    /**
     * Grows {@code rounds} trees.
     *
     * @param label what the progress calls them
     */
    public static BoostedTrees grow(
            TrainingData data, Hyperparameters parameters, int rounds, String label, TrainingProgress progress) {
        try {
            DMatrix matrix = TreeFold.matrix(data);
            try {
                Booster booster = XGBoost.train(matrix, parameters.forXgboost(), 0, new HashMap<>(), null, null);
                for (int round = 0; round < rounds; round++) {
                    progress.at(label, (double) round / rounds);
                    booster.update(matrix, round);
                }
                return new BoostedTrees(booster);
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    /** The rows with the probabilities that XGBoost gives them. */
    public ScoredRows score(TrainingData rows) {
        try {
            DMatrix matrix = TreeFold.matrix(rows);
            try {
                float[][] predicted = booster.predict(matrix);
                float[] probabilities = new float[predicted.length];
                for (int row = 0; row < probabilities.length; row++) {
                    probabilities[row] = predicted[row][0];
                }
                return new ScoredRows(rows, probabilities);
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(XGBoostError e) {
        return new IllegalStateException("XGBoost failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        booster.dispose();
    }
}
