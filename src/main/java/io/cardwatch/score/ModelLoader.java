package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.ml.linalg.DenseVector;
import org.apache.flink.ml.servable.api.DataFrame;
import org.apache.flink.ml.servable.api.Row;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.ml.servable.types.BasicType;
import org.apache.flink.ml.servable.types.DataTypes;
import org.apache.flink.ml.util.FileUtils;
import org.apache.flink.util.ExceptionUtils;

/** Reads model directories and refuses those that {@code train} did not write. */
final class ModelLoader {
    private ModelLoader() {}

    static FraudModel load(String directoryUri) {
        ModelDirectory directory = new ModelDirectory(directoryUri);
        ModelManifest manifest = manifest(directory);
        FeatureSet set = FeatureSet.ofSize(manifest.features.size());
        requireFeatures(set, manifest.features, ModelDirectory.MANIFEST);
        requireVersion(manifest, directory);
        requireUnchanged(directory, manifest);
        ClassifierServable<?> stage = loadStage(directory, manifest);
        Classifier classifier = stage.classifier();
        requireFeatures(set, classifier);
        GoldenVectors golden = golden(directory, manifest, set);
        requireGolden(golden, stage, throughPipeline(directory, stage, golden.vectors));
        classifier.release();
        return new FraudModel(set, classifier, manifest.threshold, manifest.modelVersion);
    }

    static FraudModel loadShipped(FeatureSet set) {
        try {
            Path copy = Files.createTempDirectory("cardwatch-model");
            try {
                copyShipped(set, copy);
                return load(copy.toUri().toString());
            } finally {
                org.apache.flink.util.FileUtils.deleteDirectory(new File(copy.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot copy the shipped model to a temporary directory.", e);
        }
    }

    private static void copyShipped(FeatureSet set, Path target) throws IOException {
        String model = "/model/" + set.lowerCaseName() + "/";
        copy(model, ModelDirectory.MANIFEST, target);
        for (String file :
                manifest(new ModelDirectory(target.toUri().toString())).files.keySet()) {
            copy(model, file, target);
        }
    }

    private static void copy(String model, String file, Path target) throws IOException {
        try (InputStream in = ModelLoader.class.getResourceAsStream(model + file)) {
            if (in == null) {
                throw new BadInputException(
                        "this build of Cardwatch comes without a model", "Train one and give its directory.");
            }
            Path to = target.resolve(file);
            Files.createDirectories(to.getParent());
            Files.copy(in, to);
        }
    }

    private static ModelManifest manifest(ModelDirectory directory) {
        ModelManifest manifest =
                directory.parse(ModelDirectory.MANIFEST, directory.read(ModelDirectory.MANIFEST), ModelManifest.class);
        if (manifest.formatVersion != ModelManifest.FORMAT_VERSION) {
            throw new BadInputException(
                    "the model in " + directory + " has format " + manifest.formatVersion + "; this version reads "
                            + ModelManifest.FORMAT_VERSION,
                    "Train it again, or import it again, with this version.");
        }
        if (!(manifest.threshold >= 0 && manifest.threshold <= 1)) {
            throw new BadInputException(
                    "the threshold " + manifest.threshold + " of the model in " + directory + " is not a probability",
                    "Set it between 0 and 1.");
        }
        return manifest;
    }

    private static void requireVersion(ModelManifest manifest, ModelDirectory directory) {
        if (!manifest.hasItsVersion()) {
            throw new BadInputException(
                    "the version, features, threshold or files of the model in " + directory
                            + " were changed: they do not belong to version " + manifest.modelVersion,
                    "Give the directory as 'train' wrote it; model.threshold sets another threshold.");
        }
    }

    private static void requireFeatures(FeatureSet set, List<String> names, String file) {
        for (int i = 0; i < Math.max(names.size(), set.size()); i++) {
            String found = i < names.size() ? names.get(i) : "none";
            String wanted = i < set.size() ? set.names().get(i) : "none";
            if (!wanted.equals(found)) {
                throw new BadInputException(
                        "the model was trained on other features: number " + (i + 1) + " is " + found + " in " + file
                                + ", " + wanted + " in Cardwatch",
                        "Train it on the features of this version, in their order.");
            }
        }
    }

    private static boolean isOnnx(ModelManifest manifest) {
        return manifest.files.containsKey(ModelDirectory.ONNX);
    }

    /** A file that scoring reads and the manifest does not list has no hash that it could agree with. */
    private static void requireUnchanged(ModelDirectory directory, ModelManifest manifest) {
        Set<String> files = new TreeSet<>(manifest.files.keySet());
        files.addAll(List.of(
                ModelDirectory.PIPELINE_METADATA,
                ModelDirectory.STAGE_METADATA,
                ModelDirectory.GOLDEN,
                isOnnx(manifest) ? ModelDirectory.ONNX : ModelDirectory.TREES));
        files.forEach(file -> directory.read(file, manifest));
    }

    private static void requireFeatures(FeatureSet set, Classifier classifier) {
        if (!classifier.featureNames().isEmpty()) {
            requireFeatures(set, classifier.featureNames(), ModelDirectory.STAGE);
        }
        if (classifier.featureCount() > 0 && classifier.featureCount() != set.size()) {
            throw new BadInputException(
                    "the model in " + ModelDirectory.STAGE + " reads " + classifier.featureCount()
                            + " features, not the " + set.size() + " of " + ModelDirectory.MANIFEST,
                    ModelDirectory.REMEDY);
        }
    }

    private static GoldenVectors golden(ModelDirectory directory, ModelManifest manifest, FeatureSet set) {
        GoldenVectors golden = directory.parse(
                ModelDirectory.GOLDEN, directory.read(ModelDirectory.GOLDEN, manifest), GoldenVectors.class);
        boolean wellShaped = golden.vectors.length > 0 && golden.vectors.length == golden.probabilities.length;
        for (float[] vector : golden.vectors) {
            wellShaped &= vector != null && vector.length == set.size();
        }
        if (!wellShaped) {
            throw new BadInputException(
                    "the golden vectors of the model in " + directory + " are missing, or not of its features",
                    ModelDirectory.REMEDY);
        }
        return golden;
    }

    /** Checks the metadata first: a model is data and must not name another class to load. */
    private static ClassifierServable<?> loadStage(ModelDirectory directory, ModelManifest manifest) {
        String stage = directory.pathOf(ModelDirectory.STAGE);
        try {
            Object stages = FileUtils.loadMetadata(directory.toString(), PipelineModelServable.class.getName())
                    .get("numStages");
            if (!Integer.valueOf(1).equals(stages)) {
                throw new IOException("it has " + stages + " stages; this version knows the first alone");
            }
            if (isOnnx(manifest)) {
                FileUtils.loadMetadata(stage, OnnxServable.class.getName());
                return OnnxServable.loadServable(stage);
            }
            FileUtils.loadMetadata(stage, TreesServable.class.getName());
            return TreesServable.loadServable(stage);
        } catch (BadInputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw notLoadable(directory, e);
        }
    }

    private static List<Float> throughPipeline(
            ModelDirectory directory, ClassifierServable<?> stage, float[][] vectors) {
        List<Row> rows = new ArrayList<>();
        for (float[] vector : vectors) {
            double[] values = new double[vector.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = vector[i];
            }
            rows.add(new Row(new ArrayList<>(List.of(new DenseVector(values)))));
        }
        DataFrame frame = new DataFrame(
                new ArrayList<>(List.of(stage.get(ClassifierServable.FEATURES_COL))),
                new ArrayList<>(List.of(DataTypes.VECTOR(BasicType.DOUBLE))),
                rows);
        List<Float> probabilities = new ArrayList<>();
        try {
            DataFrame scored = PipelineModelServable.load(directory.toString()).transform(frame);
            int column = scored.getIndex(stage.get(ClassifierServable.PROBABILITY_COL));
            for (Row row : scored.collect()) {
                probabilities.add(row.getAs(column));
            }
        } catch (IOException | RuntimeException e) {
            throw notLoadable(directory, e);
        }
        return probabilities;
    }

    private static void requireGolden(GoldenVectors golden, ClassifierServable<?> stage, List<Float> throughPipeline) {
        for (int i = 0; i < golden.vectors.length; i++) {
            float own = stage.probability(golden.vectors[i]);
            if (Float.compare(own, throughPipeline.get(i)) != 0) {
                throw new BadInputException(
                        "the model gives " + own + " or " + throughPipeline.get(i) + " for golden vector " + i
                                + ", depending on the way it is called",
                        "Report this: it is a fault in Cardwatch.");
            }
            if (!(Math.abs(own - golden.probabilities[i]) <= stage.goldenTolerance())) {
                throw new BadInputException(
                        "the model gives " + own + " for golden vector " + i + ", but training gave "
                                + golden.probabilities[i],
                        "Train it again; if that does not help, report it: it would score wrongly.");
            }
        }
    }

    private static BadInputException notLoadable(ModelDirectory directory, Exception e) {
        String reason = ExceptionUtils.findThrowable(e, BadInputException.class)
                .map(BadInputException::getMessage)
                .orElse(e.getMessage());
        return new BadInputException(
                "the model in " + directory + " cannot be loaded: " + reason, ModelDirectory.REMEDY, e);
    }
}
