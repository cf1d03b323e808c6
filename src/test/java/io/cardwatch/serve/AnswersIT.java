package io.cardwatch.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Ten thousand payments, each asked about first, then sent through the job as it ships: a Kinesis server, PostgreSQL,
 * Redis. Each answer equals the row in every bit. In each round no customer and no terminal has two payments, and a round
 * begins when the one before is published.
 */
@Timeout(900)
class AnswersIT {
    private static final int ROUNDS = 20;
    private static final int PAYMENTS_PER_ROUND = 500;
    private static final int CUSTOMERS = 600;
    private static final int TERMINALS = 700;
    private static final long ROUND_SECONDS = 36 * 3_600;
    private static final long START = Events.at("2024-02-20 00:00:00");
    private static final JsonMapper JSON = new JsonMapper();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    private Path folder;

    private final Random random = new Random(Seed.of("AnswersIT"));
    private final HttpClient http = HttpClient.newHttpClient();
    private FeatureSet set;
    private JobOnKinesis kinesis;
    private URI server;
    private int labelsSent;

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void anAnswerEqualsTheRowThatTheStreamWrites(FeatureSet features) throws Exception {
        set = features;
        List<Transaction> payments = new ArrayList<>();
        Map<String, JsonNode> answers = new HashMap<>();
        try (OwnRedis redis = new OwnRedis(folder);
                JobOnKinesis streams = new JobOnKinesis(4, 2)) {
            kinesis = streams;
            String[] settings = {
                "--online.url=" + redis.url(),
                "--features.set=" + set.lowerCaseName(),
                "--serve.auth=none",
                "--serve.port=0",
                "--serve.admin-port=0",
                "--enrichment.contact-columns=false",
                "--anomaly.for=all"
            };
            JobClient job = kinesis.start(Restarts.none(folder, Duration.ofSeconds(1)), settings);
            Settings serve = Settings.fromArguments(List.of(settings));
            try (PredictionServer started =
                    PredictionServer.start(serve, CardwatchJob.model(serve), (key, label) -> {})) {
                server = URI.create("http://localhost:" + started.address().getPort() + "/v1/predictions");
                awaitFilled();
                for (int round = 0; round < ROUNDS; round++) {
                    List<Transaction> next = payments(round);
                    List<JsonNode> asked = ask(next);
                    for (int i = 0; i < next.size(); i++) {
                        assertThat(asked.get(i).path("known").asText()).isEqualTo("false");
                        assertThat(asked.get(i).path("stale").asText()).isEqualTo("false");
                        answers.put(name(next.get(i)), asked.get(i));
                    }
                    payments.addAll(next);
                    send(next, round);
                    kinesis.await(job, payments.size() + labelsSent);
                    awaitPublished(redis, payments.size());
                }
                assertEqualToRows(answers);
                for (int round = 0; round < ROUNDS; round++) {
                    List<Transaction> again =
                            payments.subList(round * PAYMENTS_PER_ROUND, (round + 1) * PAYMENTS_PER_ROUND);
                    List<JsonNode> known = ask(again);
                    for (int i = 0; i < again.size(); i++) {
                        JsonNode first = answers.get(name(again.get(i)));
                        assertThat(known.get(i).path("known").booleanValue()).isTrue();
                        assertThat(known.get(i).path("features")).isEqualTo(first.path("features"));
                        assertThat(known.get(i).path("fraud_probability")).isEqualTo(first.path("fraud_probability"));
                        assertThat(known.get(i).path("anomaly_score")).isEqualTo(first.path("anomaly_score"));
                    }
                }
            }
            job.cancel().get();
        }
    }

    /** Until the job has told that the store holds all windows of its state, of which there are none. */
    private void awaitFilled() throws Exception {
        List<Transaction> unknown = List.of(Events.transaction(0, 0, START, 0, 0, 100));
        while (ask(unknown).get(0).path("stale").booleanValue()) {
            Thread.sleep(20);
        }
    }

    private List<Transaction> payments(int round) {
        List<Long> customers = shuffled(CUSTOMERS);
        List<Long> terminals = shuffled(TERMINALS);
        List<Transaction> payments = new ArrayList<>();
        for (int i = 0; i < PAYMENTS_PER_ROUND; i++) {
            long second = START + round * ROUND_SECONDS + random.nextInt((int) ROUND_SECONDS / 2);
            long cents = random.nextInt(10) == 0 ? 50_000 + random.nextInt(100_000) : 1 + random.nextInt(9_000);
            payments.add(Events.transaction(
                    i, round * PAYMENTS_PER_ROUND + i, second, customers.get(i), terminals.get(i), cents));
        }
        payments.sort(Comparator.comparingLong(payment -> payment.epochSecond));
        return payments;
    }

    private List<Long> shuffled(int ids) {
        List<Long> all = LongStream.range(0, ids).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(all, random);
        return all;
    }

    /** The payments of a round, then verdicts about some of them, known before the next round. */
    private void send(List<Transaction> payments, int round) {
        for (Transaction payment : payments) {
            kinesis.payments().add(payment.customerId, RecordJson.encode(payment), name(payment));
        }
        kinesis.payments().send();
        long known = START + (round + 1) * ROUND_SECONDS - 1;
        for (Transaction payment : payments) {
            if (random.nextInt(4) == 0) {
                FraudLabel label = Events.label(0, payment, random.nextInt(3) > 0, known);
                kinesis.verdicts().add(payment.terminalId, RecordJson.encode(label), name(payment));
                labelsSent++;
            }
        }
        kinesis.verdicts().send();
    }

    /** A window's version counts its changes: payments, and labels of the terminal and, in the extended set, the customer. */
    private void awaitPublished(OwnRedis redis, int payments) throws InterruptedException {
        long expected = 2L * payments + (set == FeatureSet.EXTENDED ? 2L : 1L) * labelsSent;
        try (Jedis jedis = redis.connect()) {
            while (changes(jedis) < expected) {
                Thread.sleep(20);
            }
            assertThat(changes(jedis)).isEqualTo(expected);
        }
    }

    private static long changes(Jedis jedis) {
        List<Response<String>> versions = new ArrayList<>();
        try (Pipeline pipeline = jedis.pipelined()) {
            for (String kind : List.of("c", "t")) {
                for (long id = 0; id < Math.max(CUSTOMERS, TERMINALS); id++) {
                    versions.add(pipeline.hget("cardwatch:{" + kind + ":" + id + "}", "version"));
                }
            }
        }
        return versions.stream()
                .map(Response::get)
                .filter(version -> version != null)
                .mapToLong(version -> (Long.parseLong(version.split("-", -1)[1]) & 0xFFFF) + 1)
                .sum();
    }

    private List<JsonNode> ask(List<Transaction> payments) throws Exception {
        String body = payments.stream()
                .map(payment -> new String(RecordJson.encode(payment), StandardCharsets.UTF_8))
                .collect(Collectors.joining(",", "{\"transactions\":[", "]}"));
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(server)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<JsonNode> answers = new ArrayList<>();
        JSON.readTree(response.body()).path("predictions").forEach(answers::add);
        assertThat(answers).hasSameSizeAs(payments);
        return answers;
    }

    private void assertEqualToRows(Map<String, JsonNode> answers) throws Exception {
        String columns = set.features().stream()
                .map(feature -> feature.column() + "::double precision")
                .collect(Collectors.joining(", "));
        int rows = 0;
        try (Statement statement = kinesis.warehouse().createStatement();
                ResultSet row = statement.executeQuery("SELECT customer_id, transaction_id, fraud_probability,"
                        + " fraud_prediction, threshold, model_version, " + columns
                        + ", anomaly_score FROM cust_payment_tx_fraud_predictions")) {
            while (row.next()) {
                JsonNode answer = answers.get(row.getLong("customer_id") + ":" + row.getLong("transaction_id"));
                for (Feature feature : set.features()) {
                    assertThat(answer.path("features").path(feature.column()).doubleValue())
                            .as(feature.column())
                            .isEqualTo(row.getDouble(feature.column()));
                }
                assertThat(answer.path("fraud_probability").doubleValue())
                        .isEqualTo(row.getDouble("fraud_probability"));
                assertThat(answer.path("anomaly_score").doubleValue()).isEqualTo(row.getDouble("anomaly_score"));
                assertThat(answer.path("anomaly_score").isNumber()).isTrue();
                assertThat(answer.path("fraud_prediction").intValue()).isEqualTo(row.getInt("fraud_prediction"));
                assertThat(answer.path("threshold").doubleValue()).isEqualTo(row.getDouble("threshold"));
                assertThat(answer.path("model_version").textValue()).isEqualTo(row.getString("model_version"));
                rows++;
            }
        }
        assertThat(rows).isEqualTo(ROUNDS * PAYMENTS_PER_ROUND);
    }

    private static String name(Transaction payment) {
        return payment.customerId + ":" + payment.transactionId;
    }
}
