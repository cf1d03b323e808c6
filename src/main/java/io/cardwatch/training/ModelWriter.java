package io.cardwatch.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Sha256;
import io.cardwatch.score.GoldenVectors;
import io.cardwatch.score.ModelDirectory;
import io.cardwatch.score.OnnxServable;
import io.cardwatch.score.TreesServable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.util.FileUtils;

/**
 * Writes a model directory whole or not at all: into a directory beside the target, which is renamed at the end. The
 * same model gives the same bytes.
 */
public final class ModelWriter {
    /** How the model did on held-out data; for readers. */
    public static final String METRICS = "metrics.json";

    /** The same and more for a fraud team. */
    public static final String REPORT = "report.html";

    /** The timestamp of a model whose data is not known. */
    private static final long NO_DATA = 0;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final JsonMapper COMPACT_JSON = new JsonMapper();

    private ModelWriter() {}

    /**
     * Writes {@code model} as the new directory {@code target}, with the page of HTML about it.
     *
     * @throws BadInputException if {@code target} exists already, or cannot be written
     */
    public static void write(Path target, TrainedModel model, String report) {
        Map<String, byte[]> files = files(model);
        files.put(REPORT, report.getBytes(StandardCharsets.UTF_8));
        write(target, files);
    }

    /**
     * The same without a page.
     *
     * @throws BadInputException if {@code target} exists already, or cannot be written
     */
    public static void write(Path target, TrainedModel model) {
        write(target, files(model));
    }

    private static Map<String, byte[]> files(TrainedModel model) {
        byte[] golden = goldenJson(model.golden);
        Map<String, byte[]> files = pipeline(TreesServable.class, calibration(model), model.lastSecond * 1000);
        files.put(ModelDirectory.TREES, model.xgboostJson);
        files.put(ModelDirectory.GOLDEN, golden);
        files.put(ModelDirectory.MANIFEST, json(model.manifest(Sha256.of(golden))));
        files.put(METRICS, json(model.metrics));
        return files;
    }

    /**
     * The same for a model from elsewhere, without {@link #METRICS}: nobody measured it here.
     *
     * @throws BadInputException if {@code target} exists already, or cannot be written
     */
    public static void write(Path target, ImportedModel model) {
        byte[] golden = goldenJson(model.golden);
        Map<String, byte[]> files =
                pipeline(model.onnx ? OnnxServable.class : TreesServable.class, positiveClass(model), NO_DATA);
        files.put(model.onnx ? ModelDirectory.ONNX : ModelDirectory.TREES, model.bytes);
        files.put(ModelDirectory.GOLDEN, golden);
        files.put(ModelDirectory.MANIFEST, json(model.manifest(Sha256.of(golden))));
        write(target, files);
    }

    private static void write(Path target, Map<String, byte[]> files) {
        requireFree(target);
        Path parent = target.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            Path part = Files.createTempDirectory(parent, ".model-");
            try {
                // Nobody else may enter a temporary directory; what is made inside has the usual rights.
                Path whole = Files.createDirectory(part.resolve("model"));
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    put(whole, file.getKey(), file.getValue());
                }
                Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                FileUtils.deleteDirectoryQuietly(part.toFile());
            }
        } catch (IOException e) {
            throw new BadInputException(
                    "cannot write the model to " + target + ": " + e.getMessage(),
                    "Give a directory that can be created there.",
                    e);
        }
    }

    /** Refuses a target that exists or cannot be made; also to be asked before the time is spent to train for it. */
    public static void requireFree(Path target) {
        if (Files.exists(target)) {
            throw new BadInputException(target + " exists already", "Give a new directory, or remove this one first.");
        }
        Path above = target.toAbsolutePath().getParent();
        while (!Files.exists(above)) {
            above = above.getParent();
        }
        if (!Files.isDirectory(above) || !Files.isWritable(above)) {
            throw new BadInputException(
                    target + " cannot be made: " + above + " is no directory, or not writable",
                    "Give a directory that can be created there.");
        }
    }

    /** The pipeline and its one stage, as Flink ML describes them. */
    private static Map<String, byte[]> pipeline(Class<?> stage, Map<String, Object> parameters, long timestamp) {
        Map<String, Object> pipeline = metadata(PipelineModelServable.class, Map.of(), timestamp);
        pipeline.put("numStages", 1);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(ModelDirectory.PIPELINE_METADATA, json(pipeline));
        files.put(ModelDirectory.STAGE_METADATA, json(metadata(stage, parameters, timestamp)));
        return files;
    }

    /** Flink ML's own keys. Its timestamp says when a stage was saved; ours is the last second of the data. */
    private static Map<String, Object> metadata(Class<?> stage, Map<String, Object> parameters, long timestamp) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("className", stage.getName());
        metadata.put("timestamp", timestamp);
        metadata.put("paramMap", parameters);
        return metadata;
    }

    private static Map<String, Object> calibration(TrainedModel model) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put(TreesServable.CALIBRATION_SLOPE.name, model.calibration.slope);
        parameters.put(TreesServable.CALIBRATION_INTERCEPT.name, model.calibration.intercept);
        return parameters;
    }

    private static Map<String, Object> positiveClass(ImportedModel model) {
        return model.positiveClass.isEmpty() ? Map.of() : Map.of(OnnxServable.POSITIVE_CLASS.name, model.positiveClass);
    }

    private static byte[] goldenJson(GoldenVectors golden) {
        try {
            return COMPACT_JSON.writeValueAsBytes(golden);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] json(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Path root, String file, byte[] bytes) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, bytes);
    }
}
