package io.cardwatch.score;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Sha256;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.ExceptionUtils;

/** The files of a model directory, read through Flink's file systems, so that any of their URIs works. */
public final class ModelDirectory {
    /** {@link ModelManifest}. */
    public static final String MANIFEST = "cardwatch.json";
    /** The file that Flink ML reads first: a pipeline with the number of its stages. */
    public static final String PIPELINE_METADATA = "metadata";
    /** The directory of the stage that gives the probability, {@link TreesServable} or {@link OnnxServable}. */
    public static final String STAGE = "stages/0";

    public static final String STAGE_METADATA = STAGE + "/metadata";
    /** The stage's {@link GoldenVectors}. */
    public static final String GOLDEN = STAGE + "/golden.json";
    /** The {@link TreeEnsemble} of a {@link TreesServable}. */
    public static final String TREES = STAGE + "/data/trees.json";
    /** The model of an {@link OnnxServable}. */
    public static final String ONNX = STAGE + "/data/model.onnx";
    /** The directory of the stage that gives the anomaly score, {@link AnomalyServable}; not every model has one. */
    public static final String ANOMALY_STAGE = "stages/1";

    public static final String ANOMALY_METADATA = ANOMALY_STAGE + "/metadata";
    /** That stage's {@link GoldenScores}. */
    public static final String ANOMALY_GOLDEN = ANOMALY_STAGE + "/golden.json";
    /** Its {@link CutForest}. */
    public static final String FOREST = ANOMALY_STAGE + "/data/forest.json";

    /** The model's {@link TrainingProfile}; not every model has one. */
    public static final String PROFILE = "profile.json";

    static final String REMEDY = "Give a model directory written by 'train', complete and unchanged.";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path root;

    /** @param uri a path or URI of one of Flink's file systems, such as {@code s3://bucket/model} */
    ModelDirectory(String uri) {
        try {
            root = new Path(uri);
        } catch (IllegalArgumentException e) {
            throw new BadInputException("'" + uri + "' is not the path of a model directory", REMEDY, e);
        }
    }

    String pathOf(String file) {
        return new Path(root, file).toString();
    }

    byte[] read(String file) {
        Path path = new Path(root, file);
        try (InputStream in = path.getFileSystem().open(path)) {
            return in.readAllBytes();
        } catch (FileNotFoundException e) {
            throw new BadInputException("the model directory " + root + " has no file " + file, REMEDY, e);
        } catch (IOException e) {
            throw new BadInputException(
                    "cannot read " + path + ": " + e.getMessage(),
                    "Check the path, the rights on it, and that Flink has a file system for it.",
                    e);
        }
    }

    /** Reads a file whose hash must be the one in the manifest. */
    byte[] read(String file, ModelManifest manifest) {
        byte[] bytes = read(file);
        if (!Sha256.of(bytes).equals(manifest.files.get(file))) {
            throw new BadInputException(
                    "the file " + file + " of the model in " + root + " was changed: its SHA-256 is not that of "
                            + MANIFEST,
                    REMEDY);
        }
        return bytes;
    }

    <T> T parse(String file, byte[] bytes, Class<T> type) {
        try {
            return json(bytes, type);
        } catch (IOException e) {
            throw new BadInputException(
                    "the file " + file + " of the model in " + root + " is damaged: "
                            + e.getMessage().lines().findFirst().orElse("unreadable"),
                    REMEDY,
                    e);
        }
    }

    static <T> T json(byte[] bytes, Class<T> type) throws IOException {
        T value = JSON.readValue(bytes, type);
        if (value == null) {
            throw new IOException("it holds null");
        }
        return value;
    }

    /** The refusal of a directory whose stages Flink ML could not load. */
    BadInputException notLoadable(Exception e) {
        String reason = ExceptionUtils.findThrowable(e, BadInputException.class)
                .map(BadInputException::getMessage)
                .orElse(e.getMessage());
        return new BadInputException("the model in " + root + " cannot be loaded: " + reason, REMEDY, e);
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
