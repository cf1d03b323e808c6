package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.OnnxModel;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.TreeEnsemble;
import io.cardwatch.training.foreign.OnnxClasses;
import io.cardwatch.training.foreign.XgboostJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Imports a model that was trained elsewhere, with golden vectors from the library that it was made for, XGBoost or
 * ONNX Runtime.
 */
public final class ModelImport {
    private static final String XGBOOST = ".json";
    private static final String ONNX = ".onnx";
    /** The most that the evaluation of trees may differ from XGBoost's. */
    private static final float TOLERANCE = 1e-6f;

    private final FeatureSet set;
    private final double threshold;
    private final String positiveClass;

    /**
     * @param set the features that the model reads
     * @param threshold the probability from which a transaction counts as fraud, 0 to 1
     */
    public ModelImport(FeatureSet set, double threshold) {
        this(set, threshold, "");
    }

    /**
     * The same for ONNX models whose classes are not 0 and 1.
     *
     * @param positiveClass the fraud class, as the file names it; empty for class 1
     */
    public ModelImport(FeatureSet set, double threshold, String positiveClass) {
        this.set = set;
        this.threshold = threshold;
        this.positiveClass = positiveClass;
    }

    /** Whether the file's name is that of XGBoost's JSON. */
    public static boolean isXgboost(Path file) {
        return endsIn(file, XGBOOST);
    }

    /**
     * Reads XGBoost's JSON from a file that ends in {@code .json}, an ONNX model from one that ends in {@code .onnx}.
     *
     * @throws BadInputException if it is not such a model, is damaged, reads other features, gives no probability of
     *     two classes, or does not tell which of its classes is fraud
     */
    public ImportedModel read(Path file) {
        String name = String.valueOf(file.getFileName());
        boolean onnx = endsIn(file, ONNX);
        if (!onnx && !isXgboost(file)) {
            throw new BadInputException(
                    file + " ends neither in " + XGBOOST + " nor in " + ONNX,
                    "Give a model saved by XGBoost's save_model('model.json'), or one in ONNX.");
        }
        byte[] bytes = bytes(file);
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("imported", name);
        provenance.put("format", onnx ? "ONNX" : "XGBoost JSON");
        provenance.put("sha256", Sha256.of(bytes));
        return onnx ? onnx(bytes, provenance) : trees(bytes, provenance);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Give the path of a model.");
        }
    }

    private ImportedModel trees(byte[] json, Map<String, Object> provenance) {
        TreeEnsemble ensemble = XgboostJson.read(json);
        GradientBoostedTrees trees = new GradientBoostedTrees(ensemble, PlattScaling.IDENTITY);
        requireCount(ensemble.featureCount);
        List<String> names = ensemble.featureNames;
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(set.names().get(i))) {
                throw new BadInputException(
                        "feature " + (i + 1) + " of the model is " + names.get(i) + ", of the " + set() + " "
                                + set.names().get(i),
                        "Give a model of these features, by these names and in this order.");
            }
        }
        float[][] rows = PlausibleRows.someMissing(set);
        float[] probabilities = XgboostReference.probabilities(json, rows);
        for (int i = 0; i < rows.length; i++) {
            float own = trees.probability(rows[i]);
            if (!(Math.abs(own - probabilities[i]) <= TOLERANCE)) {
                throw new BadInputException(
                        "XGBoost gives " + probabilities[i] + " for a row, Cardwatch " + own,
                        "Report this with the model: it is a fault in Cardwatch.");
            }
        }
        GoldenVectors golden = new GoldenVectors(rows, probabilities);
        return new ImportedModel(
                set,
                threshold,
                provenance,
                !names.isEmpty(),
                "class 1 of binary:logistic",
                golden,
                ModelFiles.of(ensemble, PlattScaling.IDENTITY, golden, 0));
    }

    /** Its golden vectors have no missing values: the job has none, and many models cannot handle them. */
    private ImportedModel onnx(byte[] onnx, Map<String, Object> provenance) {
        OnnxModel model = OnnxModel.parse(onnx, OnnxModel.SECOND);
        try {
            requireCount(model.featureCount());
            OnnxClasses classes = OnnxClasses.of(onnx, model.output());
            int column = OnnxModel.SECOND;
            if (positiveClass.isEmpty()) {
                classes.requireZeroAndOne();
            } else {
                column = classes.columnOf(positiveClass);
                model.release();
                model = OnnxModel.parse(onnx, column);
            }
            float[][] rows = PlausibleRows.whole(set);
            float[] probabilities = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                probabilities[i] = model.probability(rows[i]);
            }
            GoldenVectors golden = new GoldenVectors(rows, probabilities);
            String answer = answer(model, column, classes);
            return new ImportedModel(
                    set, threshold, provenance, false, answer, golden, ModelFiles.of(onnx, column, golden));
        } finally {
            model.release();
        }
    }

    private static String answer(OnnxModel model, int column, OnnxClasses classes) {
        String where = model.columns() == 1 ? "" : "column " + column + ", counted from 0, of ";
        return where + "output " + model.output()
                + (classes.names.size() > column
                        ? ", class " + classes.names.get(column)
                        : ", taken on trust: the file names no classes");
    }

    private void requireCount(int count) {
        if (count > 0 && count != set.size()) {
            throw new BadInputException(
                    "the model reads " + count + " features, but the " + set() + " are " + set.size(),
                    "Give a model of these features, or the set that it reads by --features.set.");
        }
    }

    private String set() {
        return set.lowerCaseName() + " features";
    }

    private static boolean endsIn(Path file, String extension) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(extension);
    }
}
