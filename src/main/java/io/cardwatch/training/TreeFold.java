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
 * Rows to learn from and validation rows to decide when to stop, in XGBoost's memory, for any number of trainings. Each
 * tree is followed by the average precision on the validation rows. When {@link #PATIENCE} trees have not raised it by
 * {@link #LEAST_GAIN}, only those before them are kept. A week of validation cannot tell smaller gains from chance.
 */
final class TreeFold implements AutoCloseable {
    static final int PATIENCE = 40;
    static final double LEAST_GAIN = 0.0005;

    private final DMatrix learn;
    private final DMatrix validation;
    private final float[] validationLabels;

    TreeFold(TrainingData learn, TrainingData validation) {
        try {
            this.learn = BoostedTrees.matrix(learn);
            this.validation = BoostedTrees.matrix(validation);
        } catch (XGBoostError e) {
            throw BoostedTrees.failed(e);
        }
        this.validationLabels = validation.labels();
    }

    /** Grows trees for as long as it takes. */
    Grown grow(Hyperparameters parameters, String step, TrainingProgress progress) {
        return grow(parameters, round -> {
                    progress.at(step, (double) round / parameters.rounds);
                    return true;
                })
                .orElseThrow();
    }

    /**
     * Grows trees.
     *
     * @param goOn called before each tree with the number of trees so far; if it returns false, there is no result
     */
    Optional<Grown> grow(Hyperparameters parameters, IntPredicate goOn) {
        try {
            return growOrFail(parameters, goOn);
        } catch (XGBoostError e) {
            throw BoostedTrees.failed(e);
        }
    }

    private Optional<Grown> growOrFail(Hyperparameters parameters, IntPredicate goOn) throws XGBoostError {
        // The validation rows are watched: XGBoost keeps the sum over the trees so far only for rows that it knows.
        Booster booster =
                XGBoost.train(learn, parameters.forXgboost(), 0, Map.of("validation", validation), null, null);
        double[] curve = new double[parameters.rounds];
        int best = 0;
        float[] bestMargins = {};
        int round = 0;
        for (; round < parameters.rounds && round <= best + PATIENCE; round++) {
            if (!goOn.test(round)) {
                booster.dispose();
                return Optional.empty();
            }
            booster.update(learn, round);
            float[] margins = BoostedTrees.margins(booster, validation, 0);
            curve[round] = Ranking.of(margins, validationLabels).averagePrecision();
            if (round == 0 || curve[round] > curve[best] + LEAST_GAIN) {
                best = round;
                bestMargins = margins;
            }
        }
        BoostedTrees trees = new BoostedTrees(booster, best + 1);
        return Optional.of(new Grown(trees, best + 1, Arrays.copyOf(curve, round), bestMargins));
    }

    @Override
    public void close() {
        learn.dispose();
        validation.dispose();
    }

    /** The trees that are kept. */
    static final class Grown implements AutoCloseable {
        final BoostedTrees trees;
        /** Their number. */
        final int rounds;
        /** Average precision on the validation rows, by number of trees − 1, including trees that are not kept. */
        final double[] curve;
        /** The log-odds of the validation rows. */
        final float[] validationMargins;

        Grown(BoostedTrees trees, int rounds, double[] curve, float[] validationMargins) {
            this.trees = trees;
            this.rounds = rounds;
            this.curve = curve;
            this.validationMargins = validationMargins;
        }

        @Override
        public void close() {
            trees.close();
        }
    }
}
