package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.foreign.XgboostJson;
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

    private final ModelFiles files;
    private final ModelManifest manifest;

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
        files = ModelFiles.of(XgboostJson.read(xgboostJson), calibration, golden, lastSecond);
        LocalDate lastDay =
                Instant.ofEpochSecond(lastSecond).atOffset(ZoneOffset.UTC).toLocalDate();
        manifest = files.manifest(lastDay.toString(), set, threshold, provenance);
    }

    /** {@link ModelManifest#modelVersion}, which begins with the last day of the data. */
    public String version() {
        return manifest.modelVersion;
    }

    /** The files of its directory, by their paths. */
    Map<String, byte[]> files() {
        return files.with(manifest);
    }
}
