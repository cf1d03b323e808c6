package io.cardwatch.training;

import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.history.TrainingData;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Rows to learn from and rows to say when to stop, in XGBoost's memory, for any number of trainings. After each tree the
 * average precision on the validation rows is taken; when it has not risen for {@link #PATIENCE} trees, no more are
 * grown.
 */
final class TreeFold implements AutoCloseable {
    /** Trees without a new best one. */
    static final int PATIENCE = 40;

    private final DMatrix learn;
    private final DMatrix validation;
    private final float[] validationLabels;

    TreeFold(TrainingData learn, TrainingData validation) throws XGBoostError {
        this.learn = matrix(learn);
        this.validation = matrix(validation);
        this.validationLabels = validation.labels();
    }

    /** All rows of {@code data} with their labels; to be disposed of. */
    static DMatrix matrix(TrainingData data) throws XGBoostError {
        DMatrix matrix = new DMatrix(data.features(), data.rows(), data.set().size(), Float.NaN);
        matrix.setLabel(data.labels());
        matrix.setFeatureNames(data.set().names().toArray(String[]::new));
        return matrix;
    }

    /**
     * Grows trees.
     *
     * @param goOn asked with the number of trees before each one; where it says no, there is no result
     */
    Optional<Grown> grow(Hyperparameters parameters, IntPredicate goOn) throws XGBoostError {
        Map<String, DMatrix> watched = Map.of("validation", validation);
        Booster booster = XGBoost.train(learn, parameters.forXgboost(), 0, watched, null, null);
        double[] curve = new double[parameters.rounds];
        int best = 0;
        int round = 0;
        for (; round < parameters.rounds && round <= best + PATIENCE; round++) {
            if (!goOn.test(round)) {
                booster.dispose();
                return Optional.empty();
            }
            booster.update(learn, round);
            curve[round] = Ranking.of(margins(booster, validation, 0), validationLabels)
                    .averagePrecision();
            best = curve[round] > curve[best] ? round : best;
        }
        return Optional.of(new Grown(booster, best + 1, Arrays.copyOf(curve, round)));
    }

    /** Grows trees for as long as it takes. */
    Grown grow(Hyperparameters parameters, TrainingProgress progress, String step) throws XGBoostError {
        return grow(parameters, round -> {
                    progress.at(step, (double) round / parameters.rounds);
                    return true;
                })
                .orElseThrow();
    }

    /** The log-odds of the validation rows. */
    float[] validationMargins(Grown grown) throws XGBoostError {
        return margins(grown.booster, validation, grown.rounds);
    }

    /**
     * The log-odds by row.
     *
     * @param rounds the number of trees to ask, from the first on; 0 for all
     */
    static float[] margins(Booster booster, DMatrix rows, int rounds) throws XGBoostError {
        float[][] predicted = booster.predict(rows, true, rounds);
        float[] margins = new float[predicted.length];
        for (int row = 0; row < margins.length; row++) {
            margins[row] = predicted[row][0];
        }
        return margins;
    }

    @Override
    public void close() {
        learn.dispose();
        validation.dispose();
    }

    /** Trees, and how many of them did best. */
    static final class Grown implements AutoCloseable {
        final Booster booster;
        final int rounds;
        /** Average precision on the validation rows, by number of trees − 1. */
        final double[] curve;

        Grown(Booster booster, int rounds, double[] curve) {
            this.booster = booster;
            this.rounds = rounds;
            this.curve = curve;
        }

        @Override
        public void close() {
            booster.dispose();
        }
    }
}
