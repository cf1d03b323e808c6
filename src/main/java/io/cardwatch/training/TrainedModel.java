package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.PlattScaling;
import java.time.Instant;
import java.time.LocalDate;
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

    /** {@link ModelManifest#modelVersion}, which begins with the last day of the data. */
    public String version() {
        return manifest("").modelVersion;
    }

    ModelManifest manifest(String goldenSha256) {
        LocalDate lastDay =
                Instant.ofEpochSecond(lastSecond).atOffset(ZoneOffset.UTC).toLocalDate();
        return ModelManifest.of(
                lastDay.toString(),
                set.names(),
                threshold,
                calibration,
                "",
                Sha256.of(xgboostJson),
                goldenSha256,
                provenance);
    }
}
