package io.cardwatch.score;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What one would do who alters a model on purpose, so that the checks behind hashes and version can be seen to hold. */
public final class ForgedManifest {
    private static final JsonMapper JSON = new JsonMapper();

    private ForgedManifest() {}

    /** Makes hashes and version of a model directory those of what its files and its manifest say now. */
    public static void renew(Path directory) throws IOException {
        File file = directory.resolve(ModelDirectory.MANIFEST).toFile();
        ModelManifest old = JSON.readValue(file, ModelManifest.class);
        Map<String, byte[]> files = new HashMap<>();
        for (String name : old.files.keySet()) {
            files.put(name, Files.readAllBytes(directory.resolve(name)));
        }
        JSON.writeValue(file, ModelManifest.of("forged", old.features, old.threshold, files, old.provenance));
    }
}
