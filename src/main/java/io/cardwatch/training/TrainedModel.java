package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.PlattScaling;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** What training makes: all that a model directory is written from. */
public final class TrainedModel {
    /** What its vectors hold. */
    public final FeatureSet set;
    /** The trees as XGBoost saves them. */
    public final byte[] xgboostJson;
    /** The probability from which a transaction counts as fraud. */
    public final double threshold;
    /** Turns the trees' margins into probabilities. */
    public final PlattScaling calibration;
    /** Rows with the calibrated probabilities of XGBoost's own margins. */
    public final GoldenVectors golden;
    /** The last second of the data, UTC epoch seconds. */
    public final long lastSecond;
    /** Data, seed and parameters. */
    public final Map<String, Object> provenance;
    /** How it did on held-out data, and the rows behind that, as {@link ModelWriter#METRICS} holds it. */
    public final Map<String, Object> metrics;

    public TrainedModel(
            FeatureSet set,
            byte[] xgboostJson,
            double threshold,
            PlattScaling calibration,
            GoldenVectors golden,
            long lastSecond,
            Map<String, Object> provenance,
            Map<String, Object> metrics) {
        this.set = set;
        this.xgboostJson = xgboostJson;
        this.threshold = threshold;
        this.calibration = calibration;
        this.golden = golden;
        this.lastSecond = lastSecond;
        this.provenance = provenance;
        this.metrics = metrics;
    }

    /** Last day of the data and the beginning of the trees' SHA-256: other trees, another version. */
    public String version() {
        return Instant.ofEpochSecond(lastSecond).atOffset(ZoneOffset.UTC).toLocalDate() + "-"
                + Sha256.of(xgboostJson).substring(0, 12);
    }

    ModelManifest manifest(String goldenSha256) {
        ModelManifest manifest = new ModelManifest(
                ModelManifest.FORMAT_VERSION,
                version(),
                set.names(),
                threshold,
                Sha256.of(xgboostJson),
                goldenSha256,
                provenance);
        manifest.calibration = calibration;
        return manifest;
    }
}
