package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Takes over a model that was trained elsewhere: its bytes as they are, with golden vectors from the library that it
 * was made for, XGBoost or ONNX Runtime.
 */
public final class ModelImport {
    private static final String XGBOOST = ".json";
    private static final String ONNX = ".onnx";
    /** By how much the evaluation of trees may differ from XGBoost's. */
    private static final float TOLERANCE = 1e-6f;

    private final FeatureSet set;
    private final double threshold;
    private final String positiveClass;

    /**
     * @param set what the model reads
     * @param threshold the probability from which a transaction is to count as fraud, 0 to 1
     */
    public ModelImport(FeatureSet set, double threshold) {
        this(set, threshold, "");
    }

    /**
     * The same for ONNX models whose classes are not 0 and 1.
     *
     * @param positiveClass the class that is fraud, as the file names it; empty for class 1
     */
    public ModelImport(FeatureSet set, double threshold, String positiveClass) {
        this.set = set;
        this.threshold = threshold;
        this.positiveClass = positiveClass;
    }

    /** Whether the name is that of a file with XGBoost's JSON. */
    public static boolean isXgboost(Path file) {
        return endsIn(file, XGBOOST);
    }

    /**
     * Reads XGBoost's JSON from a file that ends in {@code .json}, an ONNX model from one that ends in {@code .onnx}.
     *
     * @throws BadInputException if it is no such model, is damaged, reads other features, gives no probability of two
     *     classes, or has classes of which nobody says which is fraud
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
        float[] probabilities = XgboostReference.probabilities(json, rows);
        for (int i = 0; i < rows.length; i++) {
            float own = trees.probability(rows[i]);
            if (!(Math.abs(own - probabilities[i]) <= TOLERANCE)) {
                throw new BadInputException(
                        "XGBoost gives " + probabilities[i] + " for a row, Cardwatch " + own,
                        "Report this with the model: it is a fault in Cardwatch.");
            }
        }
        return new ImportedModel(
                set,
                name,
                json,
                false,
                !names.isEmpty(),
                threshold,
                "",
                "class 1 of binary:logistic",
                new GoldenVectors(rows, probabilities));
    }

    /** No value is missing in its golden vectors: none is in the job, and many a model cannot do without. */
    private ImportedModel onnx(String name, byte[] onnx) {
        OnnxModel model = OnnxModel.parse(onnx, positiveClass);
        try {
            requireCount(model.featureCount());
            if (positiveClass.isEmpty()) {
                model.requireClassesZeroAndOne();
            }
            float[][] rows = PlausibleRows.whole(set);
            float[] probabilities = new float[rows.length];
            for (int i = 0; i < rows.length; i++) {
                probabilities[i] = model.probability(rows[i]);
            }
            return new ImportedModel(
                    set,
                    name,
                    onnx,
                    true,
                    false,
                    threshold,
                    positiveClass,
                    model.answer(),
                    new GoldenVectors(rows, probabilities));
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

    private static boolean endsIn(Path file, String extension) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(extension);
    }
}
