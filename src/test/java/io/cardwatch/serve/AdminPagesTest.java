package io.cardwatch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.online.PublishedStages;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.OwnRedis;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the people who run a server see. */
class AdminPagesTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*})? (\\+Inf|NaN|-?[0-9.]+(E-?[0-9]+)?)");
    private static final Set<String> NAMES = Set.of(
            "cardwatch_serve_request_seconds",
            "cardwatch_serve_refused_total",
            "cardwatch_serve_predictions_total",
            "cardwatch_serve_stale_total",
            "cardwatch_serve_store_misses_total",
            "cardwatch_serve_published_seconds",
            "cardwatch_serve_watermark_seconds");

    @TempDir
    private static Path folder;

    private static OwnRedis redis;
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        redis = new OwnRedis(folder);
        server = RunningServer.start(folder, redis, (key, label) -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @Test
    void theFileIsOpenApi_andHasTheServersRoutes() throws Exception {
        OpenApiFile file = new OpenApiFile(server.admin("/openapi.json").body());
        file.assertValid();
        Set<String> counted = server.metrics().keySet().stream()
                .filter(name -> name.startsWith("cardwatch_serve_request_seconds_count"))
                .map(name -> name.replaceAll(".*route=\"(.*)\".*", "$1"))
                .collect(Collectors.toSet());
        assertThat(counted)
                .isEqualTo(file.routes().stream()
                        .map(route -> route.split(" ", -1)[1])
                        .collect(Collectors.toSet()));
        HttpClient client = HttpClient.newHttpClient();
        for (String route : file.routes()) {
            String path = route.split(" ", -1)[1].replace("{id}", "7");
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(server.uri.resolve(path))
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
                assertThat(answer.statusCode())
                        .as(method + " " + path)
                        .isEqualTo(route.startsWith(method + " ") ? 403 : 405);
            }
        }
    }

    @Test
    void thePageNeedsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = server.admin("/docs");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.body())
                .contains("fetch('openapi.json')")
                .doesNotContain("//cdn", "http://", "https://", "@import", "url(", "<link", "<iframe");
    }

    @Test
    void metricsAreInPrometheusFormat_eachWithItsMeaning() throws Exception {
        server.get("/v1/customers/7/features");
        server.get("/v1/customers/x/features");
        HttpResponse<String> page = server.admin("/metrics");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4");
        Set<String> helped = new TreeSet<>();
        Set<String> typed = new TreeSet<>();
        for (String line : page.body().split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                helped.add(line.split(" ", 4)[2]);
                assertThat(line.split(" ", 4)[3]).endsWith(".");
            } else if (line.startsWith("# TYPE ")) {
                typed.add(line.split(" ", -1)[2]);
            } else if (!line.isEmpty()) {
                assertThat(line).matches(SAMPLE);
            }
        }
        assertThat(helped).isEqualTo(typed).isEqualTo(new TreeSet<>(NAMES));
        Map<String, Double> metrics = server.metrics();
        assertThat(metrics.get("cardwatch_serve_store_misses_total{kind=\"customer\"}"))
                .isPositive();
        assertThat(metrics.get("cardwatch_serve_refused_total{reason=\"bad-number\"}"))
                .isPositive();
        assertThat(page.body()).doesNotContain(RunningServer.SECRET);
    }

    @Test
    void anotherPageAndAnotherMethod_areProblems() throws Exception {
        assertThat(JSON.readTree(server.admin("/nothing").body()).path("code").asText())
                .isEqualTo("unknown-path");
        HttpResponse<String> posted = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.adminUri.resolve("/health"))
                                .POST(BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET");
        assertThat(JSON.readTree(posted.body()).path("code").asText()).isEqualTo("wrong-method");
    }

    @Test
    void aServerIsReadyOnceAJobPublishes_untilItStopsOrItsStoreDoes() throws Exception {
        Path own = folder.resolve("own");
        Files.createDirectories(own);
        try (OwnRedis store = new OwnRedis(own);
                RunningServer serving = RunningServer.start(own, store, (key, label) -> {})) {
            awaitHindrance(serving, "no job has published to the online store");
            assertThat(serving.admin("/health/live").statusCode()).isEqualTo(200);
            assertThat(serving.admin("/health/ready").statusCode()).isEqualTo(503);
            try (PublishedStages stages =
                    new PublishedStages(RunningServer.settings(own, store), System.currentTimeMillis())) {
                stages.take(Events.transaction(0, 1, Events.at("2024-02-20 12:00:00"), 7, 3, 1_000));
                stages.advance(Events.at("2024-02-20 11:00:00"));
                stages.publish();
            }
            awaitHindrance(serving, "");
            assertThat(serving.admin("/health").statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(serving.admin("/health").body())
                            .path("watermark")
                            .asText())
                    .isEqualTo("2024-02-20T11:00:00Z");
            assertThat(serving.metrics().get("cardwatch_serve_watermark_seconds"))
                    .isEqualTo((double) Events.at("2024-02-20 11:00:00"));
            store.kill();
            awaitHindrance(serving, "the online store does not answer");
            store.start();
            awaitHindrance(serving, "no job has published to the online store");

            serving.server.drain();
            awaitHindrance(serving, "the server is stopping");
            assertThat(serving.admin("/health/live").statusCode()).isEqualTo(200);
            RunningServer.Answer late = serving.get("/v1/customers/7/features");
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.code()).isEqualTo("stopping");
            assertThat(late.headers().firstValue("Connection")).contains("close");
        }
    }

    private static void awaitHindrance(RunningServer serving, String expected) throws Exception {
        JsonNode health;
        do {
            health = JSON.readTree(serving.admin("/health").body());
        } while (!health.path("hindrance").asText().equals(expected));
        assertThat(health.path("ready").booleanValue()).isEqualTo(expected.isEmpty());
        assertThat(health.path("live").booleanValue()).isTrue();
    }
}
