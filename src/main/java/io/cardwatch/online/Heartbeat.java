package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.feature.WindowKind;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** What a subtask that publishes windows tells about itself, about once a second. */
final class Heartbeat {
    private static final JsonMapper JSON = new JsonMapper();

    final WindowKind kind;
    final int subtask;
    final int subtasks;
    /** The epoch of the versions that it writes. */
    final long epoch;
    /** All that changed before is published, UTC epoch milliseconds. */
    final long publishedThrough;
    /** UTC epoch milliseconds; {@link Long#MIN_VALUE} before the first. */
    final long watermark;
    /** Whether the store holds every window of the subtask's state. */
    final boolean filled;
    /** Whether the store holds no window of an earlier submission that the subtask's state does not have. */
    final boolean clean;
    /** What the bytes of windows depend on. */
    final String settings;

    Heartbeat(
            WindowKind kind,
            int subtask,
            int subtasks,
            long epoch,
            long publishedThrough,
            long watermark,
            boolean filled,
            boolean clean,
            String settings) {
        this.kind = kind;
        this.subtask = subtask;
        this.subtasks = subtasks;
        this.epoch = epoch;
        this.publishedThrough = publishedThrough;
        this.watermark = watermark;
        this.filled = filled;
        this.clean = clean;
        this.settings = settings;
    }

    /** The name of its field. */
    String field() {
        return kind.lowerCaseName() + ":" + subtask;
    }

    String json() {
        return new String(
                RecordJson.object(json -> {
                    json.writeStringField(
                            "published_through",
                            Instant.ofEpochMilli(publishedThrough).toString());
                    json.writeNumberField("watermark", watermark);
                    json.writeNumberField("subtasks", subtasks);
                    json.writeNumberField("epoch", epoch);
                    json.writeBooleanField("filled", filled);
                    json.writeBooleanField("clean", clean);
                    json.writeStringField("settings", settings);
                }),
                UTF_8);
    }

    /** Reads what another process told; nothing where it is no heartbeat. */
    static Optional<Heartbeat> parse(String field, String text) {
        try {
            String[] parts = field.split(":", 2);
            JsonNode json = JSON.readTree(text);
            return Optional.of(new Heartbeat(
                    WindowKind.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                    Integer.parseInt(parts[1]),
                    json.required("subtasks").intValue(),
                    json.required("epoch").longValue(),
                    Instant.parse(json.required("published_through").asText()).toEpochMilli(),
                    json.required("watermark").longValue(),
                    json.required("filled").booleanValue(),
                    json.required("clean").booleanValue(),
                    json.required("settings").asText()));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
