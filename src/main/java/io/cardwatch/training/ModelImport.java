package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.OnnxModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Takes over a model that was trained elsewhere: its bytes as they are, with golden vectors from the library that it
 * was made for, XGBoost or ONNX Runtime.
 */
public final class ModelImport {
    private static final String XGBOOST = ".json";
    private static final String ONNX = ".onnx";
    /** By how much the evaluation of trees may differ from XGBoost's. */
    private static final float TOLERANCE = 1e-6f;
    /** JSON's. */
    private static final String WHITE_SPACE = " \t\r\n";

    private final FeatureSet set;
    private final double threshold;

    /**
     * @param set what the model reads
     * @param threshold the probability from which a transaction is to count as fraud, 0 to 1
     */
    public ModelImport(FeatureSet set, double threshold) {
        this.set = set;
        this.threshold = threshold;
    }

    /**
     * Reads XGBoost's JSON from a file that ends in {@code .json}, an ONNX model from one that ends in {@code .onnx}.
     *
     * @throws BadInputException if it is no such model, is damaged, reads other features, or gives no probability of two
     *     classes
     */
    public ImportedModel read(Path file) {
        String name = String.valueOf(file.getFileName());
        boolean onnx = name.endsWith(ONNX);
        if (!onnx && !name.endsWith(XGBOOST)) {
            throw new BadInputException(
                    file + " ends neither in " + XGBOOST + " nor in " + ONNX,
                    "Give a model saved by XGBoost's save_model('model.json'), or one in ONNX.");
        }
        byte[] bytes = bytes(file);
        return onnx ? onnx(name, bytes) : trees(name, bytes);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Give the path of a model.");
        }
    }

    private ImportedModel trees(String name, byte[] json) {
        GradientBoostedTrees trees = GradientBoostedTrees.parse(json);
        requireCount(trees.featureCount());
        List<String> names = trees.featureNames();
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(set.names().get(i))) {
                throw new BadInputException(
                        "feature " + (i + 1) + " of the model is " + names.get(i) + ", of the " + set() + " "
                                + set.names().get(i),
                        "Give a model of these features, by these names and in this order.");
            }
        }
        float[][] rows = PlausibleRows.someMissing(set);
        float[] probabilities = xgboostProbabilities(json, rows);
        for (int i = 0; i < rows.length; i++) {
            float own = trees.probability(rows[i]);
            if (!(Math.abs(own - probabilities[i]) <= TOLERANCE)) {
                throw new BadInputException(
                        "XGBoost gives " + probabilities[i] + " for a row, Cardwatch " + own,
                        "Report this with the model: it is a fault in Cardwatch.");
            }
        }
        return new ImportedModel(
                set, name, json, false, !names.isEmpty(), threshold, new GoldenVectors(rows, probabilities));
    }

    /** XGBoost's own answers. */
    private float[] xgboostProbabilities(byte[] json, float[][] rows) {
        float[] flat = new float[rows.length * set.size()];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * set.size(), set.size());
        }
        try {
            Booster booster = XGBoost.loadModel(withoutWhiteSpace(json));
            DMatrix matrix = new DMatrix(flat, rows.length, set.size(), Float.NaN);
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

    /** XGBoost takes white space neither before the first brace nor in an empty list, nor a byte order mark. */
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

    /** The classifier of XGBoost's Python package leaves out the rounds after the best one, its file does not. */
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

    /** No value is missing in its golden vectors: none is in the job, and many a model cannot do without. */
    private ImportedModel onnx(String name, byte[] onnx) {
        OnnxModel model = OnnxModel.parse(onnx);
        try {
            requireCount(model.featureCount());
            float[][] rows = PlausibleRows.whole(set);
            float[] probabilities = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                probabilities[i] = model.probability(rows[i]);
            }
            return new ImportedModel(set, name, onnx, true, false, threshold, new GoldenVectors(rows, probabilities));
        } finally {
            model.release();
        }
    }

    private void requireCount(int count) {
        if (count > 0 && count != set.size()) {
            throw new BadInputException(
                    "the model reads " + count + " features, the " + set() + " are " + set.size(),
                    "Give a model of these features, or the set that it reads by --features.set.");
        }
    }

    private String set() {
        return set.lowerCaseName() + " features";
    }
}
