package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model trained elsewhere, as {@link ModelImport} reads it: everything a model directory is written from. */
public final class ImportedModel {
    /** Whether the file names its features; if not, their order is not checked. */
    public final boolean namesFeatures;
    /** Where the probability of fraud is taken from, like "class 1 of binary:logistic". */
    public final String answer;
    /** Random rows with the probabilities that XGBoost or ONNX Runtime gives them. */
    public final GoldenVectors golden;

    private final ModelFiles files;
    private final ModelManifest manifest;

    ImportedModel(
            FeatureSet set,
            double threshold,
            Map<String, Object> provenance,
            boolean namesFeatures,
            String answer,
            GoldenVectors golden,
            ModelFiles files) {
        this.namesFeatures = namesFeatures;
        this.answer = answer;
        this.golden = golden;
        this.files = files;
        Map<String, Object> whole = new LinkedHashMap<>(provenance);
        whole.put("featureOrder", namesFeatures ? "named in the file" : "taken on trust");
        whole.put("probability", answer);
        whole.put("goldenVectorsSeed", PlausibleRows.SEED);
        manifest = files.manifest("imported", set, threshold, whole);
    }

    /** The mean of the golden vectors' probabilities; near 1 if the wrong class was taken for fraud. */
    public double meanProbability() {
        double sum = 0;
        for (float probability : golden.probabilities) {
            sum += probability;
        }
        return sum / golden.probabilities.length;
    }

    /** {@link ModelManifest#modelVersion}. */
    public String version() {
        return manifest.modelVersion;
    }

    /** The files of its directory, by path. */
    public Map<String, byte[]> files() {
        return files.with(manifest);
    }
}
