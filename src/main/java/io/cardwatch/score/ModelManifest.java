package io.cardwatch.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.cardwatch.domain.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a model directory says about itself, in {@link ModelDirectory#MANIFEST}. */
@JsonPropertyOrder({"formatVersion", "modelVersion", "features", "threshold", "files", "provenance"})
public final class ModelManifest {
    /** The layout described in this package's documentation. */
    public static final int FORMAT_VERSION = 2;

    @JsonProperty
    public final int formatVersion;

    /**
     * The version in every row that the model scored. It ends in a dash and the beginning of a hash over the rest of it
     * and everything that a decision depends on: another model, calibration or threshold gives another version.
     */
    @JsonProperty
    public final String modelVersion;

    /** Feature names in vector order. */
    @JsonProperty
    public final List<String> features;

    /** The probability from which a transaction counts as fraud. */
    @JsonProperty
    public final double threshold;

    /** SHA-256, lower-case hex, of every file that Cardwatch reads, by its path below the directory. */
    @JsonProperty
    public final SortedMap<String, String> files;

    /** Where the model comes from: seed, rows, period, parameters, hash of the data. Programs do not read it. */
    @JsonProperty
    public final Map<String, Object> provenance;

    @JsonCreator
    ModelManifest(
            @JsonProperty(value = "formatVersion", required = true) int formatVersion,
            @JsonProperty(value = "modelVersion", required = true) String modelVersion,
            @JsonProperty(value = "features", required = true) List<String> features,
            @JsonProperty(value = "threshold", required = true) double threshold,
            @JsonProperty(value = "files", required = true) SortedMap<String, String> files,
            @JsonProperty(value = "provenance", required = true) Map<String, Object> provenance) {
        this.formatVersion = formatVersion;
        this.modelVersion = modelVersion;
        this.features = features;
        this.threshold = threshold;
        this.files = files;
        this.provenance = provenance;
    }

    /**
     * A manifest of the present format, with its version computed.
     *
     * @param origin beginning of the version: the last day of the data, ISO-8601, or "imported"
     * @param files the bytes of each file that Cardwatch reads, by its path below the directory
     */
    public static ModelManifest of(
            String origin,
            List<String> features,
            double threshold,
            Map<String, byte[]> files,
            Map<String, Object> provenance) {
        SortedMap<String, String> hashes = new TreeMap<>();
        files.forEach((path, bytes) -> hashes.put(path, Sha256.of(bytes)));
        return new ModelManifest(
                FORMAT_VERSION, version(origin, features, threshold, hashes), features, threshold, hashes, provenance);
    }

    /** Whether the version belongs to these features, threshold and files. */
    boolean hasItsVersion() {
        String origin = modelVersion.substring(0, Math.max(0, modelVersion.lastIndexOf('-')));
        return modelVersion.equals(version(origin, features, threshold, files));
    }

    private static String version(
            String origin, List<String> features, double threshold, SortedMap<String, String> files) {
        SortedMap<String, String> deciding = new TreeMap<>(files);
        deciding.remove(ModelDirectory.PROFILE); // no decision depends on it
        String decisive = origin + "\n" + String.join(",", features) + "\n" + threshold + "\n" + deciding;
        return origin + "-"
                + Sha256.of(decisive.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
    }
}
