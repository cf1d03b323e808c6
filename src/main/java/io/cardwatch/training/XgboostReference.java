package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** XGBoost's own results for a model: the reference for our evaluation of its trees. */
final class XgboostReference {
    /** JSON's white space. */
    private static final String WHITE_SPACE = " \t\r\n";

    private XgboostReference() {}

    /**
     * XGBoost's own probabilities.
     *
     * @param json a model that {@link io.cardwatch.score.GradientBoostedTrees} could read
     * @param rows features in the model's order, NaN where missing
     * @throws BadInputException if the library cannot load it, or would not use all of its trees
     */
    static float[] probabilities(byte[] json, float[][] rows) {
        int width = rows[0].length;
        float[] flat = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        try {
            Booster booster = XGBoost.loadModel(withoutWhiteSpace(json));
            DMatrix matrix = new DMatrix(flat, rows.length, width, Float.NaN);
            try {
                requireAllRounds(booster);
                float[][] predicted = booster.predict(matrix);
                float[] probabilities = new float[rows.length];
                for (int i = 0; i < rows.length; i++) {
                    probabilities[i] = predicted[i][0];
                }
                return probabilities;
            } finally {
                matrix.dispose();
                booster.dispose();
            }
        } catch (XGBoostError | IOException e) {
            throw new BadInputException(
                    "XGBoost cannot load the model: "
                            + e.getMessage().lines().findFirst().orElse("no reason given"),
                    "Save it again with XGBoost 1.7 or newer.",
                    e);
        }
    }

    /** Removes white space and a byte order mark: XGBoost accepts none before the first brace or in an empty list. */
    private static byte[] withoutWhiteSpace(byte[] json) {
        ByteArrayOutputStream compact = new ByteArrayOutputStream(json.length);
        boolean started = false;
        boolean text = false;
        boolean escaped = false;
        for (byte next : json) {
            started |= next == '{';
            if (started && (text || WHITE_SPACE.indexOf(next) < 0)) {
                compact.write(next);
            }
            text ^= next == '"' && !escaped;
            escaped = next == '\\' && !escaped;
        }
        return compact.toByteArray();
    }

    /** Refuses unused rounds: XGBoost's Python classifier ignores those after the best one, but saves them. */
    private static void requireAllRounds(Booster booster) throws XGBoostError {
        String best = booster.getAttr("best_iteration");
        long rounds = booster.getNumBoostedRound();
        if (best != null && !best.equals(String.valueOf(rounds - 1))) {
            throw new BadInputException(
                    "the model stopped early: its best round is number " + best + ", counted from 0, and it holds "
                            + rounds,
                    "Save its best rounds only, in Python booster[: booster.best_iteration + 1].");
        }
    }
}
