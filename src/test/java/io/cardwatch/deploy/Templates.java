package io.cardwatch.deploy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Templates as maps, lists and texts, read by the tools that npm has for them; and the names that AWS would give to what
 * they describe.
 */
final class Templates {
    static final Path DIRECTORY = Path.of("deploy/managed-flink");
    static final String REGION = "us-east-1";
    static final String ACCOUNT = "123456789012";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path TOOLS = Path.of("src/test/kinesalite").toAbsolutePath();

    private Templates() {}

    /** What {@code templates.js} prints. */
    static Object read(String what, Path file) {
        if (!Files.isDirectory(TOOLS.resolve("node_modules/cfn-lint"))) {
            throw new IllegalStateException(
                    "cfn-lint is not installed: run mvn generate-test-resources, which calls npm" + " ci in " + TOOLS
                            + " (Node 18 or newer).");
        }
        try {
            Process node = new ProcessBuilder(
                            "node", "templates.js", what, file.toAbsolutePath().toString())
                    .directory(TOOLS.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return JSON.readValue(node.getInputStream(), Object.class);
        } catch (IOException e) {
            throw new UncheckedIOException("templates.js did not read " + file, e);
        }
    }

    static Object json(String text) {
        try {
            return JSON.readValue(text, Object.class);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // a map of JSON has texts as keys
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // any list
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    /** The value below these keys. */
    static Object at(Object value, String... keys) {
        Object below = value;
        for (String key : keys) {
            below = map(below).get(key);
        }
        return below;
    }

    /** One value as a list of one. */
    static List<Object> many(Object oneOrMore) {
        return oneOrMore instanceof List ? list(oneOrMore) : List.of(oneOrMore);
    }

    /** {@code BucketARN} as {@code bucket_arn}. */
    static String snake(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
                .toLowerCase(Locale.ROOT);
    }

    /** The same with the keys of all maps renamed. */
    static Object renamed(Object value, UnaryOperator<String> name) {
        if (value instanceof Map) {
            Map<String, Object> renamed = new TreeMap<>();
            map(value).forEach((key, below) -> renamed.put(name.apply(key), renamed(below, name)));
            return renamed;
        }
        if (value instanceof List) {
            List<Object> renamed = new ArrayList<>();
            list(value).forEach(below -> renamed.add(renamed(below, name)));
            return renamed;
        }
        return value;
    }

    /** Those of {@code list} by the text that each has under {@code key}. */
    static Map<String, Object> by(String key, List<Object> list) {
        Map<String, Object> by = new LinkedHashMap<>();
        list.forEach(value -> by.put((String) map(value).get(key), value));
        return by;
    }

    static String stream(String name) {
        return "arn:aws:kinesis:" + REGION + ":" + ACCOUNT + ":stream/" + name;
    }

    static String bucket(String name) {
        return "arn:aws:s3:::" + name;
    }

    static String role(String name) {
        return "arn:aws:iam::" + ACCOUNT + ":role/" + name;
    }

    static String topic(String name) {
        return "arn:aws:sns:" + REGION + ":" + ACCOUNT + ":" + name;
    }

    static String logStream(String group, String name) {
        return "arn:aws:logs:" + REGION + ":" + ACCOUNT + ":log-group:" + group + ":log-stream:" + name;
    }
}
