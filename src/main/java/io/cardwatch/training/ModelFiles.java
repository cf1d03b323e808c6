package io.cardwatch.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.AnomalyServable;
import io.cardwatch.score.CutForest;
import io.cardwatch.score.GoldenScores;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelDirectory;
import io.cardwatch.score.ModelManifest;
import io.cardwatch.score.OnnxServable;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.TrainingProfile;
import io.cardwatch.score.TreeEnsemble;
import io.cardwatch.score.TreesServable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.ml.servable.builder.PipelineModelServable;

/** The files of a model directory that Cardwatch reads, in memory. The same model gives the same bytes. */
public final class ModelFiles {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final JsonMapper COMPACT_JSON = new JsonMapper();

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private final long lastSecond;

    private ModelFiles(Class<?> stage, Map<String, Object> parameters, GoldenVectors golden, long lastSecond) {
        this.lastSecond = lastSecond;
        putPipeline(1);
        files.put(ModelDirectory.STAGE_METADATA, json(metadata(stage, parameters, lastSecond)));
        files.put(ModelDirectory.GOLDEN, compactJson(golden));
    }

    private void putPipeline(int stages) {
        Map<String, Object> pipeline = metadata(PipelineModelServable.class, Map.of(), lastSecond);
        pipeline.put("numStages", stages);
        files.put(ModelDirectory.PIPELINE_METADATA, json(pipeline));
    }

    /** Flink ML's own keys. Its timestamp is when a stage was saved; here it is the last second of the data. */
    private static Map<String, Object> metadata(Class<?> stage, Map<String, Object> parameters, long lastSecond) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("className", stage.getName());
        metadata.put("timestamp", lastSecond * 1000);
        metadata.put("paramMap", parameters);
        return metadata;
    }

    /** The files for trees; {@code lastSecond} is that of the data, UTC epoch seconds, 0 if not known. */
    public static ModelFiles of(TreeEnsemble trees, PlattScaling calibration, GoldenVectors golden, long lastSecond) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put(TreesServable.CALIBRATION_SLOPE.name, calibration.slope);
        parameters.put(TreesServable.CALIBRATION_INTERCEPT.name, calibration.intercept);
        ModelFiles model = new ModelFiles(TreesServable.class, parameters, golden, lastSecond);
        model.files.put(ModelDirectory.TREES, compactJson(trees));
        return model;
    }

    /** The files for an ONNX model's bytes; {@code column} holds the probability of fraud, 0 or 1. */
    public static ModelFiles of(byte[] onnx, int column, GoldenVectors golden) {
        ModelFiles model =
                new ModelFiles(OnnxServable.class, Map.of(OnnxServable.FRAUD_COLUMN.name, column), golden, 0);
        model.files.put(ModelDirectory.ONNX, onnx);
        return model;
    }

    /** Adds the stage that gives the anomaly score. */
    public void addAnomalyStage(CutForest forest, GoldenScores golden) {
        putPipeline(2);
        files.put(ModelDirectory.ANOMALY_METADATA, json(metadata(AnomalyServable.class, Map.of(), lastSecond)));
        files.put(ModelDirectory.ANOMALY_GOLDEN, compactJson(golden));
        files.put(ModelDirectory.FOREST, compactJson(forest));
    }

    /** Adds what the training rows looked like. */
    public void addProfile(TrainingProfile profile) {
        files.put(ModelDirectory.PROFILE, compactJson(profile));
    }

    /** The manifest of a directory with these files; see {@link ModelManifest#of}. */
    public ModelManifest manifest(String origin, FeatureSet set, double threshold, Map<String, Object> provenance) {
        return ModelManifest.of(origin, set.names(), threshold, files, provenance);
    }

    /** These and their manifest, by path below the directory. The caller may add to the map. */
    public Map<String, byte[]> with(ModelManifest manifest) {
        Map<String, byte[]> all = new LinkedHashMap<>(files);
        all.put(ModelDirectory.MANIFEST, json(manifest));
        return all;
    }

    /** A file for people to read. */
    static byte[] json(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compactJson(Object value) {
        try {
            return COMPACT_JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
