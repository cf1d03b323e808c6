package io.cardwatch.training;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.TrainingProfile;
import io.cardwatch.training.foreign.XgboostJson;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/** The result of training: everything a model directory is written from. */
public final class TrainedModel {
    /** The features of its vectors. */
    public final FeatureSet set;
    /** The trees as XGBoost saves them. */
    public final byte[] xgboostJson;
    /** The probability from which a transaction counts as fraud. */
    public final double threshold;
    /** Turns the trees' margins into probabilities. */
    public final PlattScaling calibration;
    /** Rows with the calibrated probabilities, from XGBoost's own margins. */
    public final GoldenVectors golden;
    /** The last second of the data, UTC epoch seconds. */
    public final long lastSecond;
    /** Data, seed and parameters. */
    public final Map<String, Object> provenance;
    /** Its figures on held-out data and the rows behind them, as {@link ModelWriter#METRICS} holds them. */
    public final Map<String, Object> metrics;

    private final ModelFiles files;
    private final ModelManifest manifest;

    /** A model with these parts; {@code anomaly} becomes a stage of its own, {@code profile} a file beside the stages. */
    public TrainedModel(
            FeatureSet set,
            byte[] xgboostJson,
            double threshold,
            PlattScaling calibration,
            GoldenVectors golden,
            Optional<AnomalyFit> anomaly,
            Optional<TrainingProfile> profile,
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
        anomaly.ifPresent(fit -> files.addAnomalyStage(fit.forest, fit.golden(golden.vectors)));
        profile.ifPresent(files::addProfile);
        LocalDate lastDay =
                Instant.ofEpochSecond(lastSecond).atOffset(ZoneOffset.UTC).toLocalDate();
        manifest = files.manifest(lastDay.toString(), set, threshold, provenance);
    }

    /** {@link ModelManifest#modelVersion}, which begins with the last day of the data. */
    public String version() {
        return manifest.modelVersion;
    }

    /** The files of its directory, by path. */
    Map<String, byte[]> files() {
        return files.with(manifest);
    }
}
