package io.cardwatch.score;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** What one would do who alters a model on purpose, so that the checks behind the version can be seen to hold. */
public final class ForgedManifest {
    private static final JsonMapper JSON = new JsonMapper();

    private ForgedManifest() {}

    /** Makes the version of a model directory that of what its manifest says now. */
    public static void renewVersion(Path directory) throws IOException {
        File file = directory.resolve(ModelDirectory.MANIFEST).toFile();
        ModelManifest old = JSON.readValue(file, ModelManifest.class);
        JSON.writeValue(
                file,
                ModelManifest.of(
                        "forged",
                        old.features,
                        old.threshold,
                        old.calibration,
                        old.positiveClass,
                        old.modelSha256,
                        old.goldenSha256,
                        old.provenance));
    }
}
