package io.cardwatch.serve;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.cardwatch.config.ServeCredentials;
import io.cardwatch.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Keys of {@code serve} in a file, as its operator writes them. */
public final class TestKeys {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final ArrayNode keys = JSON.createArrayNode();

    private TestKeys(Path file) {
        this.file = file;
    }

    /** No keys yet, to be written into {@code directory}. */
    public static TestKeys in(Path directory) {
        return new TestKeys(directory.resolve("keys.json"));
    }

    /** Adds a key. */
    public TestKeys add(String id, String secret, String... paths) {
        ArrayNode list = keys.addObject()
                .put("accessKeyId", id)
                .put("secretAccessKey", secret)
                .putArray("paths");
        for (String path : paths) {
            list.add(path);
        }
        return this;
    }

    /** Writes them over what the file held. */
    public void write() throws IOException {
        Files.write(file, JSON.writeValueAsBytes(keys));
    }

    /** Writes and reads them; every ask for a key comes a second after the one before. */
    public ServeCredentials credentials() throws IOException {
        write();
        AtomicLong nanos = new AtomicLong();
        return ServeCredentials.of(
                new SettingsLoader()
                        .layer("test", Map.of("serve.credentials-file", file.toString()))
                        .load(),
                () -> nanos.addAndGet(1_000_000_000));
    }
}
