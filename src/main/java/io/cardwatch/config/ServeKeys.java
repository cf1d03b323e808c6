package io.cardwatch.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the keys of {@code serve}:
 * {@code [{"accessKeyId":"ID","secretAccessKey":"SECRET","paths":["/v1/*"]}]}.
 */
final class ServeKeys {
    private static final Pattern ID = Pattern.compile("[\\w.-]{1,128}");
    private static final Pattern PATHS = Pattern.compile("/[\\w/.~-]*\\*?");
    static final String SHAPE =
            "Write [{\"accessKeyId\":\"ID\",\"secretAccessKey\":\"SECRET\",\"paths\":[\"/v1/*\"]}].";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ServeKeys() {}

    /**
     * The keys by their names.
     *
     * @param where what {@code json} was read from, for errors
     * @throws BadInputException when it has another shape; nothing of it is repeated
     */
    static Map<String, ServeKey> parse(byte[] json, String where) {
        JsonNode entries;
        try {
            entries = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            // Neither its message nor itself: they quote what they stumbled over, which may be a secret.
            throw new BadInputException(
                    where + " is not JSON at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr(),
                    SHAPE);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can be read", e);
        }
        require(entries.isArray(), where + " is not a JSON list of keys");
        Map<String, ServeKey> keys = new HashMap<>();
        for (JsonNode entry : entries) {
            ServeKey key = key(entry, "entry " + (keys.size() + 1) + " of " + where);
            require(keys.put(key.accessKeyId, key) == null, where + " has two keys of one accessKeyId");
        }
        return Map.copyOf(keys);
    }

    private static ServeKey key(JsonNode entry, String where) {
        JsonNode id = entry.path("accessKeyId");
        JsonNode secret = entry.path("secretAccessKey");
        require(
                entry.size() == 3
                        && id.isTextual()
                        && secret.isTextual()
                        && entry.path("paths").isArray(),
                where + " is not just an accessKeyId, a secretAccessKey and paths");
        require(
                ID.matcher(id.textValue()).matches(),
                "the accessKeyId of " + where + " is not 1 to 128 letters, digits, dots, dashes and underscores");
        require(!secret.textValue().isBlank(), "the secretAccessKey of " + where + " is empty");
        if (secret.textValue().startsWith("CHANGE-ME")) {
            throw new BadInputException(
                    "the secretAccessKey of " + where + " is the example's, which everybody knows",
                    "Write the output of openssl rand -hex 24 in its place.");
        }
        List<String> paths = new ArrayList<>();
        entry.path("paths").forEach(path -> paths.add(path.asText()));
        require(
                !paths.isEmpty()
                        && paths.stream().allMatch(path -> PATHS.matcher(path).matches()),
                "the paths of " + where + " are not paths from / on, with a star at most at the end");
        return new ServeKey(id.textValue(), secret.textValue(), paths);
    }

    private static void require(boolean condition, String cause) {
        if (!condition) {
            throw new BadInputException(cause, SHAPE);
        }
    }
}
