package io.cardwatch.training;

import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Trees grown by XGBoost. They hold XGBoost's native memory until closed. */
public final class BoostedTrees implements AutoCloseable {
    final Booster booster;
    /** The number of trees that count, from the first on; 0 for all. */
    private final int counting;

    BoostedTrees(Booster booster, int counting) {
        this.booster = booster;
        this.counting = counting;
    }

    /**
     * Grows {@code rounds} trees on all rows of {@code data}, without early stopping.
     *
     * @param step the name of this step for the progress
     */
    public static BoostedTrees grow(
            TrainingData data, Hyperparameters parameters, int rounds, String step, TrainingProgress progress) {
        try {
            DMatrix matrix = matrix(data);
            try {
                Booster booster = XGBoost.train(matrix, parameters.forXgboost(), 0, new HashMap<>(), null, null);
                for (int round = 0; round < rounds; round++) {
                    progress.at(step, (double) round / rounds);
                    booster.update(matrix, round);
                }
                return new BoostedTrees(booster, 0);
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    /** The rows with the probabilities that XGBoost gives them. */
    public ScoredRows score(TrainingData rows) {
        return score(rows, margins(rows), PlattScaling.IDENTITY);
    }

    static ScoredRows score(TrainingData rows, float[] margins, PlattScaling calibration) {
        float[] probabilities = new float[margins.length];
        for (int row = 0; row < probabilities.length; row++) {
            probabilities[row] = calibration.probability(margins[row]);
        }
        return new ScoredRows(rows, probabilities);
    }

    /** The log-odds of fraud, by row. */
    float[] margins(TrainingData rows) {
        return margins(rows.features(), rows.set().size());
    }

    /** The log-odds for vectors stored one after the other, NaN where a value is missing. */
    float[] margins(float[] features, int width) {
        try {
            DMatrix matrix = new DMatrix(features, features.length / width, width, Float.NaN);
            try {
                return margins(booster, matrix, counting);
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    static float[] margins(Booster booster, DMatrix rows, int counting) throws XGBoostError {
        float[][] predicted = booster.predict(rows, true, counting);
        float[] margins = new float[predicted.length];
        for (int row = 0; row < margins.length; row++) {
            margins[row] = predicted[row][0];
        }
        return margins;
    }

    /** All rows of {@code data} with their labels. The caller must dispose of the matrix. */
    static DMatrix matrix(TrainingData data) throws XGBoostError {
        DMatrix matrix = new DMatrix(data.features(), data.rows(), data.set().size(), Float.NaN);
        matrix.setLabel(data.labels());
        matrix.setFeatureNames(data.set().names().toArray(String[]::new));
        return matrix;
    }

    /** The bytes that XGBoost saves to a {@code .json} file. */
    byte[] json() {
        try {
            return booster.toByteArray("json");
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    /** Each feature's share of the gain of all splits, by name, in the given order. */
    Map<String, Double> importance(List<String> names) {
        try {
            Map<String, Double> gains = booster.getScore(names.toArray(String[]::new), "total_gain");
            double all = names.stream()
                    .mapToDouble(name -> gains.getOrDefault(name, 0.0))
                    .sum();
            Map<String, Double> shares = new LinkedHashMap<>();
            for (String name : names) {
                shares.put(name, all == 0 ? 0 : gains.getOrDefault(name, 0.0) / all);
            }
            return shares;
        } catch (XGBoostError e) {
            throw failed(e);
        }
    }

    static IllegalStateException failed(XGBoostError e) {
        return new IllegalStateException("XGBoost failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        booster.dispose();
    }
}
