package io.cardwatch.bench;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import io.cardwatch.score.ReferenceModels;
import io.cardwatch.training.ModelImport;
import io.cardwatch.training.ModelWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.util.FileUtils;

/** A model of the usual size, 100 trees of depth 6 over the reference features; what it answers means nothing. */
final class HundredTrees {
    private HundredTrees() {}

    static FraudModel model() throws Exception {
        String[] features = FeatureSet.REFERENCE.names().toArray(String[]::new);
        Path directory = Files.createTempDirectory("benchmark");
        try {
            Path json = Files.writeString(
                    directory.resolve("model.json"),
                    ReferenceModels.json(
                            ReferenceModels.train(features, 100, Map.of("max_depth", 6, "min_child_weight", 0))));
            Path model = directory.resolve("model");
            ModelWriter.write(model, new ModelImport(FeatureSet.REFERENCE, 0.5).read(json));
            return FraudModel.load(model.toString());
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
    }
}
