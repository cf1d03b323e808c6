package io.cardwatch.score;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.flink.ml.servable.builder.PipelineModelServable;
import org.apache.flink.ml.util.FileUtils;

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
        Optional<AnomalyServable> anomalyStage =
                hasAnomalyStage(manifest) ? Optional.of(loadAnomalyStage(directory, set)) : Optional.empty();
        // The pipeline loads the classes that its stages name, so only now.
        GoldenCheck golden = new GoldenCheck(directory, manifest, set);
        golden.require(stage);
        anomalyStage.ifPresent(golden::require);
        classifier.release();
        AnomalyScorer anomaly = anomalyStage.map(AnomalyServable::scorer).orElse(null);
        return new FraudModel(set, classifier, anomaly, manifest.threshold, manifest.modelVersion);
    }

    static FraudModel loadShipped(FeatureSet set) {
        return fromShipped(set, ModelLoader::load);
    }

    /** The profile of a model by its version, if it has one. */
    static Map<String, TrainingProfile> profile(String directoryUri) {
        ModelDirectory directory = new ModelDirectory(directoryUri);
        ModelManifest manifest = manifest(directory);
        requireVersion(manifest, directory);
        if (!manifest.files.containsKey(ModelDirectory.PROFILE)) {
            return Map.of();
        }
        TrainingProfile profile = directory.parse(
                ModelDirectory.PROFILE, directory.read(ModelDirectory.PROFILE, manifest), TrainingProfile.class);
        if (!profile.describes(manifest.features)) {
            throw new BadInputException(
                    "the file " + ModelDirectory.PROFILE + " of the model in " + directory
                            + " does not describe the model's features",
                    ModelDirectory.REMEDY);
        }
        return Map.of(manifest.modelVersion, profile);
    }

    static Map<String, TrainingProfile> shippedProfile(FeatureSet set) {
        return fromShipped(set, ModelLoader::profile);
    }

    private static <T> T fromShipped(FeatureSet set, Function<String, T> reading) {
        try {
            Path copy = Files.createTempDirectory("cardwatch-model");
            try {
                copyShipped(set, copy);
                return reading.apply(copy.toUri().toString());
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

    private static boolean hasAnomalyStage(ModelManifest manifest) {
        return manifest.files.containsKey(ModelDirectory.FOREST);
    }

    /** A file that scoring reads and the manifest does not list has no hash that it could agree with. */
    private static void requireUnchanged(ModelDirectory directory, ModelManifest manifest) {
        Set<String> files = new TreeSet<>(manifest.files.keySet());
        files.addAll(List.of(
                ModelDirectory.PIPELINE_METADATA,
                ModelDirectory.STAGE_METADATA,
                ModelDirectory.GOLDEN,
                isOnnx(manifest) ? ModelDirectory.ONNX : ModelDirectory.TREES));
        if (hasAnomalyStage(manifest)) {
            files.addAll(List.of(ModelDirectory.ANOMALY_METADATA, ModelDirectory.ANOMALY_GOLDEN));
        }
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

    /** Checks the metadata first: a model is data and must not name another class to load. */
    private static ClassifierServable<?> loadStage(ModelDirectory directory, ModelManifest manifest) {
        String stage = directory.pathOf(ModelDirectory.STAGE);
        try {
            Object stages = FileUtils.loadMetadata(directory.toString(), PipelineModelServable.class.getName())
                    .get("numStages");
            int listed = hasAnomalyStage(manifest) ? 2 : 1;
            if (!Integer.valueOf(listed).equals(stages)) {
                throw new IOException(
                        "it has " + stages + " stages; " + ModelDirectory.MANIFEST + " lists the files of " + listed);
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
            throw directory.notLoadable(e);
        }
    }

    private static AnomalyServable loadAnomalyStage(ModelDirectory directory, FeatureSet set) {
        String path = directory.pathOf(ModelDirectory.ANOMALY_STAGE);
        try {
            FileUtils.loadMetadata(path, AnomalyServable.class.getName());
            AnomalyServable stage = AnomalyServable.loadServable(path);
            if (stage.scorer().featureCount() > set.size()) {
                throw new IOException("its anomaly score reads features that are not in " + ModelDirectory.MANIFEST);
            }
            return stage;
        } catch (IOException | RuntimeException e) {
            throw directory.notLoadable(e);
        }
    }
}
