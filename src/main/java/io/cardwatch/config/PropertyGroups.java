package io.cardwatch.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads property groups as Amazon Managed Service for Apache Flink writes them:
 * {@code [{"PropertyGroupId":"features","PropertyMap":{"terminal-delay":"7 d"}}]}. Groups that belong to the service
 * itself are skipped.
 */
final class PropertyGroups {
    private static final String SERVICE_GROUPS = "kinesis.analytics.";
    private static final String SHAPE =
            "Write [{\"PropertyGroupId\":\"features\",\"PropertyMap\":{\"terminal-delay\":\"7 d\"}}].";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PropertyGroups() {}

    /**
     * The file's properties by full key ({@code features.terminal-delay}), in its order.
     *
     * @throws BadInputException when the file cannot be read or has another shape
     */
    static Map<String, String> read(Path file) {
        try {
            JsonNode groups = JSON.readTree(Files.readAllBytes(file));
            require(groups.isArray(), file + " is not a JSON list of property groups");
            Map<String, String> properties = new LinkedHashMap<>();
            groups.forEach(group -> addGroup(file, group, properties));
            return properties;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new BadInputException(file + " is not a JSON list of property groups" + where, SHAPE, e);
        } catch (IOException e) {
            throw new BadInputException(
                    file + " cannot be read", "Name a configuration file that exists and is readable.", e);
        }
    }

    private static void addGroup(Path file, JsonNode group, Map<String, String> properties) {
        JsonNode id = group.path("PropertyGroupId");
        JsonNode map = group.path("PropertyMap");
        require(
                group.size() == 2 && id.isTextual() && map.isObject(),
                file + " has an entry that is not just a PropertyGroupId and a PropertyMap");
        if (!id.textValue().startsWith(SERVICE_GROUPS)) {
            map.properties().forEach(property -> {
                String key = id.textValue() + "." + property.getKey();
                JsonNode value = property.getValue();
                require(value.isValueNode() && !value.isNull(), key + " in " + file + " is not a text or a number");
                require(properties.put(key, value.asText()) == null, key + " occurs twice in " + file);
            });
        }
    }

    private static void require(boolean condition, String cause) {
        if (!condition) {
            throw new BadInputException(cause, SHAPE);
        }
    }
}
