package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.deploy.Monitoring;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.Restarts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Prometheus that scrapes {@code serve} and the job as it ships, by Flink's own reporter, while payments, labels and what
 * cannot be used go through both. It is asked for whatever {@code deploy/monitoring} asks.
 */
@Timeout(600)
class ScrapedIT {
    private static final int REPORTER = freePort();
    private static final int CLOSED_TERMINAL = 66;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PERIOD_MILLIS = 500;
    private static final Pattern SELECTOR = Pattern.compile("\\w+\\{operator_name=[^}]*}");
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .setConfiguration(Configuration.fromMap(Map.of(
                    "metrics.reporter.prom.factory.class",
                    "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
                    "metrics.reporter.prom.port",
                    Integer.toString(REPORTER))))
            .build());

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final long start = Instant.now().getEpochSecond();
    private JobOnKinesis kinesis;
    private RunningServer serve;
    private URI prometheus;
    private int rounds;

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void eachMetricIsFoundByItsName_andNoPanelIsEmpty() throws Exception {
        Monitoring.assumeInstalled("prometheus", "prometheus");
        try (OwnRedis redis = new OwnRedis(folder);
                JobOnKinesis streams = new JobOnKinesis(1, 1);
                Statement statement = streams.warehouse().createStatement();
                RunningServer server = RunningServer.start(folder, redis, (key, label) -> {})) {
            kinesis = streams;
            serve = server;
            statement.execute(
                    "ALTER TABLE cust_payment_tx_fraud_predictions ADD CHECK (terminal_id <> " + CLOSED_TERMINAL + ")");
            JobClient job = kinesis.start(
                    Restarts.none(folder, Duration.ofSeconds(1)).set(StateBackendOptions.STATE_BACKEND, "rocksdb"),
                    "--online.url=" + redis.url());
            Process scraping = startPrometheus();
            try {
                assertNamesAndPanels(job);
            } finally {
                scraping.destroyForcibly().waitFor();
            }
            job.cancel().get();
        }
    }

    private Process startPrometheus() throws Exception {
        int port = freePort();
        prometheus = URI.create("http://localhost:" + port);
        Path configuration = Files.writeString(
                folder.resolve("prometheus.yml"),
                "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['"
                        + Monitoring.PROMETHEUS.resolve("rules.yml").toAbsolutePath()
                        + "']\nscrape_configs:\n" + job("flink", REPORTER) + job("serve", serve.adminUri.getPort()));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
    }

    private static String job(String name, int port) {
        return "- {job_name: " + name + ", static_configs: [{targets: ['localhost:" + port + "']}]}\n";
    }

    private void assertNamesAndPanels(JobClient job) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        Map<String, String> empty;
        Set<String> unknown;
        do {
            JobOnKinesis.requireAlive(job);
            feed();
            Thread.sleep(PERIOD_MILLIS);
            unknown = unknown();
            empty = emptyPanels();
        } while (!(unknown.isEmpty() && empty.isEmpty()) && Instant.now().isBefore(end));

        assertThat(unknown)
                .as("metrics of the docs that Prometheus does not have")
                .isEmpty();
        assertThat(empty).as("panels without a number").isEmpty();
        assertTypes();
        assertSelected();
        assertRules();
    }

    /** Every kind of record, and every kind of question. */
    private void feed() throws Exception {
        rounds++;
        Transaction payment = payment(3 * rounds, 3);
        kinesis.payments().add(1, RecordJson.encode(payment), "");
        kinesis.payments().add(1, RecordJson.encode(payment(3 * rounds + 1, CLOSED_TERMINAL)), "");
        kinesis.payments().addRefused(1, "{".getBytes(UTF_8), DeadLetterReason.BAD_JSON);
        kinesis.payments().send();
        kinesis.verdicts().add(1, label(payment), "");
        kinesis.verdicts().send();
        serve.post("/v1/predictions", RunningServer.json(payment(3 * rounds + 2, 3)));
        serve.get("/v1/customers/x/features");
    }

    private Transaction payment(int id, int terminal) {
        return Events.transaction(0, id, start + rounds, id % 2, terminal, 1_000);
    }

    private static byte[] label(Transaction payment) {
        String time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochSecond(payment.epochSecond));
        return ("{\"TRANSACTION_ID\":" + payment.transactionId + ",\"TX_DATETIME\":\"" + time + "\",\"CUSTOMER_ID\":"
                        + payment.customerId + ",\"TERMINAL_ID\":" + payment.terminalId
                        + ",\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"" + time + "\"}")
                .getBytes(UTF_8);
    }

    /** The names in the docs that Prometheus does not have yet. */
    private Set<String> unknown() throws Exception {
        Set<String> names = new TreeSet<>(Monitoring.documented());
        api("/label/__name__/values").forEach(name -> names.remove(name.asText()));
        return names;
    }

    /** The dashboard's PromQL, as Grafana sends it, for which there is no number yet. */
    private Map<String, String> emptyPanels() throws Exception {
        Map<String, String> empty = new TreeMap<>();
        for (Map.Entry<String, String> panel : Monitoring.promQl().entrySet()) {
            String query = panel.getValue().replace("$__rate_interval", "1m");
            boolean hasNumber = false;
            for (JsonNode series :
                    api("/query?query=" + URLEncoder.encode(query, UTF_8)).path("result")) {
                hasNumber |= !series.path("value").path(1).asText().equals("NaN");
            }
            if (!hasNumber) {
                empty.put(panel.getKey(), query);
            }
        }
        return empty;
    }

    /** Flink's reporter calls all numbers gauges; those of {@code serve} are what they are. */
    private void assertTypes() throws Exception {
        JsonNode metadata = api("/metadata");
        for (String name : Monitoring.documented()) {
            String expected = name.startsWith("cardwatch_") && name.endsWith("_total") ? "counter" : "gauge";
            if (name.startsWith("cardwatch_serve_request_seconds")) {
                assertThat(metadata.at("/cardwatch_serve_request_seconds/0/type")
                                .asText())
                        .isEqualTo("histogram");
            } else if (!name.equals("up")) {
                assertThat(metadata.path(name).path(0).path("type").asText())
                        .as(name)
                        .isEqualTo(expected);
            }
        }
    }

    /** Each operator that is chosen by its name is there; else an alert would never fire, and nobody would see it. */
    private void assertSelected() throws Exception {
        Set<String> selectors = new TreeSet<>();
        Monitoring.allPromQl()
                .forEach(promQl -> SELECTOR.matcher(promQl).results().forEach(found -> selectors.add(found.group())));
        assertThat(selectors).isNotEmpty();
        for (String selector : selectors) {
            assertThat(api("/query?query=" + URLEncoder.encode(selector, UTF_8)).path("result"))
                    .as(selector)
                    .isNotEmpty();
        }
    }

    /** All can be evaluated; that of refused rows fires, because there are some. */
    private void assertRules() throws Exception {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode group : api("/rules").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok");
                states.put(rule.path("name").asText(), rule.path("state").asText());
            }
        }
        assertThat(states)
                .containsEntry("CardwatchRowsRefused", "firing")
                .containsEntry("CardwatchTargetDown", "inactive")
                .containsEntry("CardwatchJobNotRunning", "inactive")
                .containsEntry("CardwatchNoRecords", "inactive")
                .containsEntry("CardwatchNoCheckpoint", "inactive")
                .containsEntry("CardwatchRestarts", "inactive")
                .containsEntry("CardwatchServeNothingPublished", "inactive");
    }

    /** What Prometheus answers; nothing while it starts. */
    private JsonNode api(String path) throws Exception {
        HttpResponse<String> answer;
        try {
            answer = http.send(
                    HttpRequest.newBuilder(URI.create(prometheus + "/api/v1" + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException notYet) {
            return JSON.createObjectNode();
        }
        if (answer.statusCode() == 503) {
            return JSON.createObjectNode();
        }
        assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("data");
    }
}
