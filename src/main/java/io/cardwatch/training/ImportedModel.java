package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.PlattScaling;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model that was trained elsewhere, as {@link ModelImport} reads it: all that a model directory is written from. */
public final class ImportedModel {
    /** What its vectors hold. */
    public final FeatureSet set;
    /** The name of the file, without directories. */
    public final String fileName;
    /** The file's bytes, as they are. */
    public final byte[] bytes;
    /** An ONNX model if true, XGBoost JSON if not. */
    public final boolean onnx;
    /** Whether the file names its features; if not, their order is taken on trust. */
    public final boolean namesFeatures;
    /** The probability from which a transaction counts as fraud. */
    public final double threshold;
    /** The class that is fraud, as an ONNX file names it; empty where it is the second one. */
    public final String positiveClass;
    /** Where the probability of fraud is taken from, like "class 1 of binary:logistic". */
    public final String answer;
    /** Random rows with the probabilities that XGBoost or ONNX Runtime gives them. */
    public final GoldenVectors golden;

    ImportedModel(
            FeatureSet set,
            String fileName,
            byte[] bytes,
            boolean onnx,
            boolean namesFeatures,
            double threshold,
            String positiveClass,
            String answer,
            GoldenVectors golden) {
        this.set = set;
        this.fileName = fileName;
        this.bytes = bytes;
        this.onnx = onnx;
        this.namesFeatures = namesFeatures;
        this.threshold = threshold;
        this.positiveClass = positiveClass;
        this.answer = answer;
        this.golden = golden;
    }

    /** The mean of the golden vectors' probabilities: near 1 where the wrong class was taken for fraud. */
    public double meanProbability() {
        double sum = 0;
        for (float probability : golden.probabilities) {
            sum += probability;
        }
        return sum / golden.probabilities.length;
    }

    /** {@link ModelManifest#modelVersion}. */
    public String version() {
        return manifest("").modelVersion;
    }

    ModelManifest manifest(String goldenSha256) {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("imported", fileName);
        provenance.put("format", onnx ? "ONNX" : "XGBoost JSON");
        provenance.put("sha256", Sha256.of(bytes));
        provenance.put("featureOrder", namesFeatures ? "named in the file" : "taken on trust");
        provenance.put("goldenVectorsSeed", PlausibleRows.SEED);
        return ModelManifest.of(
                "imported",
                set.names(),
                threshold,
                PlattScaling.IDENTITY,
                positiveClass,
                Sha256.of(bytes),
                goldenSha256,
                provenance);
    }
}
