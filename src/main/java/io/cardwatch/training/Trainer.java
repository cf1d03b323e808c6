package io.cardwatch.training;

import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Trains gradient-boosted trees with XGBoost at the true prevalence.
 *
 * <p>First a model is trained without the end of the history and measured on that end, a gap between them as long as
 * labels take; its best F1 there gives the threshold. Then the final model is trained on all rows, the newest included,
 * and takes that threshold over: the same data and parameters but for the last days, so its probabilities mean the same.
 */
public final class Trainer {
    private static final int SECONDS_PER_DAY = 86_400;
    /** Of frauds and of other rows each. */
    private static final int GOLDEN_ROWS = 32;
    /** One golden vector in four has a value missing. */
    private static final int GOLDEN_MISSING = 4;

    private final TrainingOptions options;

    /**
     * A trainer with these options.
     *
     * @throws io.cardwatch.domain.BadInputException if one is out of its range
     */
    public Trainer(TrainingOptions options) {
        options.requireValid();
        this.options = options;
    }

    /**
     * Trains on {@code data}. The same rows in the same order give the same bytes.
     *
     * @throws io.cardwatch.domain.BadInputException if the history, its end, or the rest is empty or of one kind only
     */
    public TrainedModel train(TrainingData data) {
        data.requireBothClasses("the history");
        long holdOutFrom = data.lastSecond() - (long) options.holdOutDays * SECONDS_PER_DAY;
        long learnUntil = holdOutFrom - (long) options.gapDays * SECONDS_PER_DAY;
        TrainingData heldOut =
                data.during(holdOutFrom, data.lastSecond()).requireBothClasses("the held-out end of the history");
        TrainingData learned =
                data.during(Long.MIN_VALUE, learnUntil).requireBothClasses("the history before the held-out end");
        try {
            float[] probabilities = probabilities(
                    fit(learned), heldOut.features(), heldOut.set().size());
            HeldOutScore score = HeldOutScore.of(probabilities, heldOut.labels());
            Booster booster = fit(data);
            return new TrainedModel(
                    data.set(),
                    booster.toByteArray("json"),
                    score.threshold,
                    PlattScaling.IDENTITY,
                    golden(booster, data),
                    data.lastSecond(),
                    provenance(data),
                    score,
                    metrics(data, learned, heldOut, score));
        } catch (XGBoostError e) {
            throw new IllegalStateException("XGBoost failed: " + e.getMessage(), e);
        }
    }

    private Booster fit(TrainingData data) throws XGBoostError {
        DMatrix matrix = new DMatrix(data.features(), data.rows(), data.set().size(), Float.NaN);
        try {
            matrix.setLabel(data.labels());
            matrix.setFeatureNames(data.set().names().toArray(String[]::new));
            return XGBoost.train(matrix, options.parameters(), options.rounds, new HashMap<>(), null, null);
        } finally {
            matrix.dispose();
        }
    }

    private static float[] probabilities(Booster booster, float[] features, int width) throws XGBoostError {
        DMatrix matrix = new DMatrix(features, features.length / width, width, Float.NaN);
        try {
            float[][] predicted = booster.predict(matrix);
            float[] probabilities = new float[predicted.length];
            for (int i = 0; i < predicted.length; i++) {
                probabilities[i] = predicted[i][0];
            }
            return probabilities;
        } finally {
            matrix.dispose();
        }
    }

    /** Frauds and other rows, spread over the history, with XGBoost's own probabilities. */
    private static GoldenVectors golden(Booster booster, TrainingData data) throws XGBoostError {
        List<float[]> vectors = new ArrayList<>();
        addSpread(vectors, data, true);
        addSpread(vectors, data, false);
        int width = data.set().size();
        float[] flat = new float[vectors.size() * width];
        for (int i = 0; i < vectors.size(); i++) {
            if (i % GOLDEN_MISSING == 0) {
                vectors.get(i)[i / GOLDEN_MISSING % width] = Float.NaN;
            }
            System.arraycopy(vectors.get(i), 0, flat, i * width, width);
        }
        return new GoldenVectors(vectors.toArray(float[][]::new), probabilities(booster, flat, width));
    }

    private static void addSpread(List<float[]> vectors, TrainingData data, boolean fraud) {
        int candidates = fraud ? data.frauds() : data.rows() - data.frauds();
        int stride = Math.max(1, candidates / GOLDEN_ROWS);
        int taken = 0;
        int seen = 0;
        for (int row = 0; row < data.rows() && taken < GOLDEN_ROWS; row++) {
            if (data.fraud(row) == fraud && seen++ % stride == 0) {
                vectors.add(data.vector(row));
                taken++;
            }
        }
    }

    private Map<String, Object> provenance(TrainingData data) {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("library", "XGBoost");
        provenance.put("parameters", options.parameters());
        provenance.put("rounds", options.rounds);
        provenance.put("history", data.describe());
        provenance.put("historySha256", data.sha256());
        return provenance;
    }

    private Map<String, Object> metrics(
            TrainingData data, TrainingData learned, TrainingData heldOut, HeldOutScore score) {
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("parameters", options.parameters());
        metrics.put("rounds", options.rounds);
        metrics.put("history", data.describe());
        metrics.put("learned", learned.describe());
        metrics.put("heldOut", heldOut.describe());
        metrics.put("score", score);
        return metrics;
    }
}
