package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.cardwatch.domain.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a model directory says about itself, in {@link ModelDirectory#MANIFEST}. */
@JsonPropertyOrder({
    "formatVersion",
    "modelVersion",
    "features",
    "threshold",
    "calibration",
    "positiveClass",
    "modelSha256",
    "goldenSha256",
    "provenance"
})
public final class ModelManifest {
    /** The layout described in this package's documentation. */
    public static final int FORMAT_VERSION = 1;

    @JsonProperty
    public final int formatVersion;

    /**
     * Stands in every row that the model scored. It ends in a dash and the beginning of a hash over what is before that
     * and everything that a decision depends on: another model, calibration or threshold, another version.
     */
    @JsonProperty
    public final String modelVersion;

    /** Feature names in vector order. */
    @JsonProperty
    public final List<String> features;

    /** The probability from which a transaction counts as fraud. */
    @JsonProperty
    public final double threshold;

    /** What turns margins into probabilities, the same as in the stage's metadata; absent means the identity. */
    @JsonProperty
    @JsonSetter(nulls = Nulls.FAIL)
    public PlattScaling calibration = PlattScaling.IDENTITY;

    /** Which of the model's classes is fraud, the same as in the stage's metadata; absent where it is the second one. */
    @JsonProperty
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonSetter(nulls = Nulls.FAIL)
    public String positiveClass = "";

    /** SHA-256 of {@link ModelDirectory#TREES} or {@link ModelDirectory#ONNX}, lower-case hex. */
    @JsonProperty
    public final String modelSha256;

    /** SHA-256 of {@link ModelDirectory#GOLDEN}, lower-case hex. */
    @JsonProperty
    public final String goldenSha256;

    /** Where the model comes from: seed, rows, period, parameters, hash of the data. For readers, not for programs. */
    @JsonProperty
    public final Map<String, Object> provenance;

    @JsonCreator
    public ModelManifest(
            @JsonProperty(value = "formatVersion", required = true) int formatVersion,
            @JsonProperty(value = "modelVersion", required = true) String modelVersion,
            @JsonProperty(value = "features", required = true) List<String> features,
            @JsonProperty(value = "threshold", required = true) double threshold,
            @JsonProperty(value = "modelSha256", required = true) String modelSha256,
            @JsonProperty(value = "goldenSha256", required = true) String goldenSha256,
            @JsonProperty(value = "provenance", required = true) Map<String, Object> provenance) {
        this.formatVersion = formatVersion;
        this.modelVersion = modelVersion;
        this.features = features;
        this.threshold = threshold;
        this.modelSha256 = modelSha256;
        this.goldenSha256 = goldenSha256;
        this.provenance = provenance;
    }

    /** The manifest of a new model, whose version begins with {@code origin} and ends as it must. */
    public static ModelManifest of(
            String origin,
            List<String> features,
            double threshold,
            PlattScaling calibration,
            String positiveClass,
            String modelSha256,
            String goldenSha256,
            Map<String, Object> provenance) {
        ModelManifest manifest = new ModelManifest(
                FORMAT_VERSION,
                version(origin, features, threshold, calibration, positiveClass, modelSha256),
                features,
                threshold,
                modelSha256,
                goldenSha256,
                provenance);
        manifest.calibration = calibration;
        manifest.positiveClass = positiveClass;
        return manifest;
    }

    /** Whether the version is that of these features, threshold, calibration, positive class and model. */
    boolean hasItsVersion() {
        String origin = modelVersion.substring(0, Math.max(0, modelVersion.lastIndexOf('-')));
        return modelVersion.equals(version(origin, features, threshold, calibration, positiveClass, modelSha256));
    }

    private static String version(
            String origin,
            List<String> features,
            double threshold,
            PlattScaling calibration,
            String positiveClass,
            String modelSha256) {
        String decisive = origin + "\n" + String.join(",", features) + "\n" + threshold + "\n" + calibration.slope
                + "\n" + calibration.intercept + "\n" + modelSha256
                + (positiveClass.isEmpty() ? "" : "\n" + positiveClass);
        return origin + "-"
                + Sha256.of(decisive.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
    }
}
