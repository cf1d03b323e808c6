package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.apache.flink.util.FileUtils;

/**
 * Writes a model directory completely or not at all: into a directory beside the target, which is renamed at the end.
 * The same model gives the same bytes.
 */
public final class ModelWriter {
    /** The model's figures on held-out data, for readers. */
    public static final String METRICS = "metrics.json";

    /** A page with these figures and more for a fraud team. */
    public static final String REPORT = "report.html";

    private ModelWriter() {}

    /**
     * Writes {@code model} and the HTML page about it as the new directory {@code target}.
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
        Map<String, byte[]> files = model.files();
        files.put(METRICS, ModelFiles.json(model.metrics));
        return files;
    }

    /**
     * The same for an imported model, without {@link #METRICS}: it was not measured here.
     *
     * @throws BadInputException if {@code target} exists already, or cannot be written
     */
    public static void write(Path target, ImportedModel model) {
        write(target, model.files());
    }

    private static void write(Path target, Map<String, byte[]> files) {
        requireFree(target);
        Path parent = target.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            Path part = Files.createTempDirectory(parent, ".model-");
            try {
                // Only its owner may enter a temporary directory; a directory inside has the usual rights.
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

    /** Refuses a target that exists or cannot be created. Also called before training, so that no time is wasted. */
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

    private static void put(Path root, String file, byte[] bytes) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, bytes);
    }
}
