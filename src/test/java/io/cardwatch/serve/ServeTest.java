package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.online.PublishedStages;
import io.cardwatch.oracle.Events;
import io.cardwatch.serve.RunningServer.Answer;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.OwnRedis;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** What clients get of a server over HTTP, by windows that the job's own operators have published. */
class ServeTest {
    private static final long START = Events.at("2024-02-20 12:00:00");
    private static final long CUSTOMER = 7;
    private static final long TERMINAL = 3;
    private static final int MOST_PAYMENTS = 500;

    @TempDir
    private static Path folder;

    private static final List<ScoredTransaction> TAKEN = new ArrayList<>();
    private static CapturedLog log;
    private static OwnRedis redis;
    private static RunningServer server;

    @TempDir
    private Path ownFolder;

    @BeforeAll
    static void start() throws Exception {
        log = new CapturedLog();
        redis = new OwnRedis(folder);
        fill(redis, System.currentTimeMillis());
        server = RunningServer.start(folder, redis, (key, label) -> {});
    }

    @AfterAll
    static void stop() throws Exception {
        assertThat(server.admin("/metrics").body()).doesNotContain(RunningServer.SECRET);
        server.close();
        redis.close();
        log.close();
        assertThat(log.text()).doesNotContain(RunningServer.SECRET);
    }

    /** Five payments, a minute apart. */
    private static void fill(OwnRedis redis, long wallClock, String... setting) throws Exception {
        TAKEN.clear();
        try (PublishedStages stages = new PublishedStages(RunningServer.settings(folder, redis, setting), wallClock)) {
            for (int i = 0; i < 5; i++) {
                TAKEN.add(stages.take(Events.transaction(i, i, START + 60L * i, CUSTOMER, TERMINAL, 1_000 + 100L * i)));
            }
            stages.advance(START);
            stages.publish();
        }
    }

    private static Transaction next() {
        return Events.transaction(9, 9, START + 600, CUSTOMER, TERMINAL, 2_000);
    }

    private static Answer predict(Transaction payment) throws Exception {
        return server.post("/v1/predictions", RunningServer.json(payment));
    }

    @Test
    void aPaymentThatHasNotArrived_isAnsweredByWhatHas() throws Exception {
        JsonNode answer = predict(next()).json();

        assertThat(answer.at("/features/customer_id_nb_tx_1day_window").asInt()).isEqualTo(6);
        assertThat(answer.at("/features/customer_id_avg_amount_1day_window").asDouble())
                .isEqualTo((10 + 11 + 12 + 13 + 14 + 20) / 6.0);
        assertThat(answer.path("known").booleanValue()).isFalse();
        assertThat(answer.path("stale").booleanValue()).isFalse();
        assertThat(answer.path("customer_as_of").asText()).isEqualTo("2024-02-20 12:04:00");
        assertThat(predict(next()).json()).isEqualTo(answer);
    }

    @Test
    void aPaymentThatHasArrived_isDescribedAsItWasScored_andConflictsWithAnotherOfItsName() throws Exception {
        ScoredTransaction scored = TAKEN.get(4);
        JsonNode answer = predict(scored.transaction).json();
        assertThat(answer.path("known").booleanValue()).isTrue();
        assertThat(answer.path("fraud_probability").doubleValue()).isEqualTo(scored.decision.probability);
        for (Feature feature : FeatureSet.REFERENCE.features()) {
            assertThat(answer.path("features").path(feature.column()).doubleValue())
                    .isEqualTo(scored.features[feature.index()]);
        }

        Answer conflict = predict(Events.transaction(0, 4, START + 240, CUSTOMER, TERMINAL, 1));
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.code()).isEqualTo("conflict");
    }

    @Test
    void aPaymentBehindTheLateness_isTooOld() throws Exception {
        Answer answer = predict(Events.transaction(0, 1, START - 4 * Events.DAY, CUSTOMER, TERMINAL, 1));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("too-old");
    }

    @Test
    void somebodyUnknown_isANewCustomer_onceTheStoreIsFilled() throws Exception {
        JsonNode answer = predict(Events.transaction(0, 1, START, 999_999, 888_888, 1_000))
                .json();
        assertThat(answer.path("customer_version").isNull()).isTrue();
        assertThat(answer.path("terminal_version").isNull()).isTrue();
        assertThat(answer.path("stale").booleanValue()).isFalse();
        assertThat(answer.at("/features/customer_id_nb_tx_1day_window").asInt()).isEqualTo(1);

        JsonNode features = server.get("/v1/customers/999999/features").json();
        assertThat(features.at("/features/customer_id_nb_tx_1day_window").asText())
                .isEqualTo("0");
        assertThat(features.at("/features/customer_id_avg_amount_1day_window").isNull())
                .isTrue();
        assertThat(features.path("version").isNull()).isTrue();
        assertThat(server.get("/v1/terminals/888888/transactions").json().path("transactions"))
                .isEmpty();
    }

    @Test
    void aStoreThatNobodyHasPublishedTo_answersStale() throws Exception {
        try (OwnRedis empty = new OwnRedis(ownFolder);
                RunningServer own = RunningServer.start(ownFolder, empty, (key, label) -> {})) {
            JsonNode answer =
                    own.post("/v1/predictions", RunningServer.json(next())).json();
            assertThat(answer.path("stale").booleanValue()).isTrue();
            assertThat(answer.path("customer_version").isNull()).isTrue();
            assertThat(own.get("/v1/terminals/3/features").json().path("stale").booleanValue())
                    .isTrue();
        }
    }

    @Test
    void aStoreWhoseJobIsSilent_answersStale() throws Exception {
        try (OwnRedis silent = new OwnRedis(ownFolder)) {
            fill(silent, System.currentTimeMillis() - 3_600_000);
            try (RunningServer own =
                    RunningServer.start(ownFolder, silent, (key, label) -> {}, "serve.max-staleness", "30 s")) {
                JsonNode answer =
                        own.post("/v1/predictions", RunningServer.json(next())).json();
                assertThat(answer.path("stale").booleanValue()).isTrue();
                assertThat(answer.at("/features/customer_id_nb_tx_1day_window").asInt())
                        .isEqualTo(6);
            }
        }
    }

    @Test
    void theLatestTransactions_areThoseThatTheStagesTook_newestFirst() throws Exception {
        for (String path : List.of("/v1/customers/7/transactions?limit=3", "/v1/terminals/3/transactions?limit=3")) {
            JsonNode transactions = server.get(path).json().path("transactions");
            assertThat(IntStream.range(0, 3)
                            .mapToObj(i ->
                                    transactions.path(i).path("transaction_id").asInt()))
                    .containsExactly(4, 3, 2);
            assertThat(transactions).hasSize(3);
            assertThat(transactions.path(0).path("fraud_probability").doubleValue())
                    .isEqualTo(TAKEN.get(4).decision.probability);
        }
        assertThat(server.get("/v1/customers/7/transactions").json().path("transactions"))
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/customers/x/features, bad-number",
        "/v1/customers/-1/features, bad-number",
        "/v1/customers/9223372036854775808/features, bad-number",
        "/v1/customers/7/transactions?limit=0, bad-number",
        "/v1/terminals/3/transactions?limit=501, bad-number",
        "/v1/terminals/3/transactions?limit=, bad-number",
    })
    void whatIsNoNumber_isRefused(String path, String code) throws Exception {
        Answer answer = server.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void theIdOfThePathCounts_whateverTheQuerySays() throws Exception {
        assertThat(server.get("/v1/customers/7/features?id=8")
                        .json()
                        .path("customer_id")
                        .asLong())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "nonsense",
                "{}",
                "{\"transactions\":[]}",
                "{\"transactions\":{}}",
                "{\"transactions\":[{}],\"more\":1}",
                "{\"transactions\":[{}]}x",
                "{\"transactions\":[{}",
                "{\"TRANSACTION_ID\":\"a\",\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,\"TERMINAL_ID\":3,\"TX_AMOUNT\":1}",
                "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"yesterday\",\"CUSTOMER_ID\":7,\"TERMINAL_ID\":3,\"TX_AMOUNT\":1}",
                "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":[7],\"TERMINAL_ID\":3,\"TX_AMOUNT\":1}",
                "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,\"TERMINAL_ID\":3,\"TX_AMOUNT\":-1}",
                "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,\"TERMINAL_ID\":3}",
            })
    void whatIsNoTransaction_isRefused(String body) throws Exception {
        Answer answer = server.post("/v1/predictions", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isNotEmpty();
    }

    @Test
    void aBodyInAnotherEncoding_isRefused_withoutAFault() throws Exception {
        for (String text : List.of(batch(List.of(RunningServer.json(next()))), RunningServer.json(next()))) {
            ClientRequest request = RunningServer.signer()
                    .header("Content-Type", "application/json")
                    .post(server.uri + "/v1/predictions", new String(text.getBytes(UTF_16LE), UTF_8));
            Answer answer = server.send(request);
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        }
    }

    @Test
    void aBatch_isAnsweredItemByItem_inItsOrder() throws Exception {
        List<String> items = List.of(
                RunningServer.json(next()),
                "{\"TRANSACTION_ID\":1}",
                RunningServer.json(Events.transaction(0, 4, START + 240, CUSTOMER, TERMINAL, 1)),
                "7",
                RunningServer.json(Events.transaction(0, 1, START - 4 * Events.DAY, CUSTOMER, TERMINAL, 1)),
                RunningServer.json(TAKEN.get(0).transaction));
        JsonNode answers = server.post("/v1/predictions", batch(items)).json().path("predictions");

        assertThat(answers).hasSize(items.size());
        assertThat(answers.path(0)).isEqualTo(predict(next()).json());
        assertThat(answers.path(1).path("status").asInt()).isEqualTo(400);
        assertThat(answers.path(2).path("code").asText()).isEqualTo("conflict");
        assertThat(answers.path(3).path("status").asInt()).isEqualTo(400);
        assertThat(answers.path(4).path("code").asText()).isEqualTo("too-old");
        assertThat(answers.path(5).path("known").booleanValue()).isTrue();
    }

    @Test
    void aBatchMayHaveFiveHundred_andNoMore() throws Exception {
        String payment = RunningServer.json(next());
        assertThat(server.post("/v1/predictions", batch(Collections.nCopies(MOST_PAYMENTS, payment)))
                        .json()
                        .path("predictions"))
                .hasSize(MOST_PAYMENTS);
        Answer tooMany = server.post("/v1/predictions", batch(Collections.nCopies(MOST_PAYMENTS + 1, payment)));
        assertThat(tooMany.status()).isEqualTo(400);
        assertThat(tooMany.code()).isEqualTo("malformed");
    }

    private static String batch(List<String> items) {
        return items.stream().collect(Collectors.joining(",", "{\"transactions\":[", "]}"));
    }

    @Test
    void aBodyOverAMegabyte_isTooLarge_howeverItIsSent() throws Exception {
        int before = server.refused("too-large");
        // Of a server that does not read on, the client often sees a reset instead of the answer.
        for (int i = 0; i < 20; i++) {
            Answer answer = server.post("/v1/predictions", " ".repeat(1_000_001));
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.code()).isEqualTo("too-large");
        }

        String head = "POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        // Two gigabytes that are only announced: nothing is set aside for them.
        assertThat(server.raw((head + "Content-Length: 2147483647\r\n\r\n").getBytes(UTF_8)))
                .startsWith("HTTP/1.1 413 ");
        String chunks = ("4000\r\n" + " ".repeat(0x4000) + "\r\n").repeat(62) + "0\r\n\r\n";
        assertThat(server.raw((head + "Connection: close\r\nAuthorization: any\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + chunks)
                        .getBytes(UTF_8)))
                .startsWith("HTTP/1.1 413 ");
        assertThat(server.refused("too-large")).isEqualTo(before + 22);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""})
    void whatIsNotSentAsJson_isRefused(String type) throws Exception {
        ClientRequest request = (type.isEmpty()
                        ? RunningServer.signer()
                        : RunningServer.signer().header("Content-Type", type))
                .post(server.uri + "/v1/predictions", RunningServer.json(next()));
        Answer answer = server.send(request);
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("not-json");
    }

    @Test
    void anotherPath_andAnotherMethod_areProblemsToo() throws Exception {
        for (String path : List.of("/", "/v1", "/v1/customers", "/v2/predictions", "/health", "/v1/customers/7")) {
            Answer answer = server.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("unknown-path");
        }
        Answer answer = server.get("/v1/predictions");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.code()).isEqualTo("wrong-method");
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
        assertThat(server.post("/v1/customers/7/features", "{}").headers().firstValue("Allow"))
                .contains("GET");
    }

    @Test
    void whatNobodySigned_isForbidden() throws Exception {
        ClientRequest stranger = new ClientRequest.Client(RunningServer.KEY_ID, "another secret")
                .at(Instant.now())
                .get(server.uri + "/v1/customers/7/features");
        assertThat(server.send(stranger).code()).isEqualTo("signature-mismatch");
        stranger.headers.clear();
        Answer answer = server.send(stranger);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("missing-signature");
        // Before its body is there.
        try (Socket socket = server.connect()) {
            RunningServer.write(
                    socket,
                    ("POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 1000\r\n\r\n")
                            .getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                    .isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void windowsOfOtherSettings_areRefused_withTheDifference() throws Exception {
        try (RunningServer other =
                        RunningServer.start(ownFolder, redis, (key, label) -> {}, "features.allowed-lateness", "5 d");
                RunningServer extended =
                        RunningServer.start(ownFolder, redis, (key, label) -> {}, "features.set", "extended")) {
            for (RunningServer own : List.of(other, extended)) {
                for (Answer answer : List.of(
                        own.post("/v1/predictions", RunningServer.json(next())),
                        own.get("/v1/customers/7/features"),
                        own.get("/v1/terminals/3/features"))) {
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.code()).isEqualTo("other-settings");
                }
            }
            assertThat(extended.get("/v1/customers/7/features")
                            .json()
                            .path("detail")
                            .asText())
                    .contains("features=reference")
                    .contains("features=extended");
            assertThat(other.admin("/health").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void whatIsNoHeartbeat_isNone() throws Exception {
        try (OwnRedis own = new OwnRedis(ownFolder);
                RunningServer serving = RunningServer.start(ownFolder, own, (key, label) -> {});
                Jedis jedis = own.connect()) {
            jedis.hset("cardwatch:published", "customer:0", "nonsense");
            jedis.hset("cardwatch:published", "nonsense", "{}");
            jedis.hset(
                    "cardwatch:published",
                    "terminal:0",
                    "{\"published_through\":\"+1000000000-12-31T23:59:59Z\",\"watermark\":0,\"subtasks\":1,\"epoch\":1,"
                            + "\"filled\":true,\"clean\":true,\"settings\":\"\"}");
            JsonNode answer =
                    serving.post("/v1/predictions", RunningServer.json(next())).json();
            assertThat(answer.path("stale").booleanValue()).isTrue();
        }
    }

    @Test
    void aStoreThatStops_isTold_andUsedAgainWhenItIsBack() throws Exception {
        try (OwnRedis own = new OwnRedis(ownFolder);
                RunningServer serving = RunningServer.start(ownFolder, own, (key, label) -> {})) {
            own.kill();
            for (Answer answer : List.of(
                    serving.post("/v1/predictions", RunningServer.json(next())),
                    serving.get("/v1/customers/7/features"),
                    serving.get("/v1/terminals/3/transactions"),
                    serving.post("/v1/labels", label(5)))) {
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("store-unavailable");
            }
            own.start();
            assertThat(serving.post("/v1/predictions", RunningServer.json(next()))
                            .status())
                    .isEqualTo(200);
        }
    }

    private static String label(long id) {
        return "{\"TRANSACTION_ID\":" + id + ",\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,"
                + "\"TERMINAL_ID\":3,\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"2024-02-21 12:00:00\"}";
    }

    /** Bytes that are no window, or read as one that cannot be, are refused; they are no fault of the server. */
    @Test
    void damagedWindows_areRefused() throws Exception {
        Random random = new Random(20_240_220);
        byte[] field = "window".getBytes(UTF_8);
        try (OwnRedis own = new OwnRedis(ownFolder)) {
            fill(own, System.currentTimeMillis());
            try (RunningServer serving = RunningServer.start(ownFolder, own, (key, label) -> {});
                    Jedis jedis = own.connect()) {
                for (String kind : List.of("c:7", "t:3")) {
                    byte[] key = ("cardwatch:{" + kind + "}").getBytes(UTF_8);
                    byte[] good = jedis.hget(key, field);
                    String features = kind.equals("c:7") ? "/v1/customers/7/features" : "/v1/terminals/3/features";
                    for (int i = 0; i < 100; i++) {
                        byte[] bad = i == 0 ? new byte[0] : Arrays.copyOf(good, good.length - i % 3);
                        if (bad.length > 0) {
                            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                        }
                        jedis.hset(key, field, bad);
                        for (Answer answer : List.of(
                                serving.post("/v1/predictions", RunningServer.json(next())), serving.get(features))) {
                            assertThat(answer.status()).as(answer.body()).isIn(200, 409, 422, 503);
                            if (answer.status() == 503) {
                                assertThat(answer.code()).isEqualTo("window-unreadable");
                            }
                            if (i == 0) {
                                assertThat(answer.status()).isEqualTo(503);
                            }
                        }
                    }
                    jedis.hset(key, field, good);
                }
                assertThat(serving.post("/v1/predictions", RunningServer.json(next()))
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void aSlowClient_isCutOff_holdsNoThread_andDoesNotDelayTheStop() throws Exception {
        try (RunningServer own = RunningServer.start(
                folder, redis, (key, label) -> {}, "serve.threads", "1", "serve.request-timeout", "1 s")) {
            String post = "POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nAuthorization: any\r\n";
            List<Socket> slow = new ArrayList<>();
            for (String begun : List.of(
                    "POST /v1/pred",
                    post + "Content-Ty",
                    post + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n",
                    post + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"TRANS",
                    post + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"TRA",
                    post + "Content-Type: text/plain\r\nContent-Length: 100\r\n\r\n",
                    "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")) {
                Socket socket = own.connect();
                RunningServer.write(socket, begun.getBytes(UTF_8));
                slow.add(socket);
            }
            assertThat(own.get("/v1/customers/7/features").status()).isEqualTo(200);
            for (Socket socket : slow) {
                socket.getInputStream().readAllBytes();
                socket.close();
            }
            Socket gone = own.connect();
            RunningServer.write(
                    gone, (post + "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{").getBytes(UTF_8));
            gone.close();
            own.server.drain();
            assertThat(own.refused("slow-request")).isEqualTo(3);
            assertThat(log.text()).doesNotContain("not answered within");
        }
    }

    @Test
    void headersOverTheCap_areNotRead() throws Exception {
        String head = "GET /v1/customers/7/features HTTP/1.1\r\nHost: localhost\r\n";
        assertThat(server.raw((head + "X-Long: " + "a".repeat(20_000) + "\r\n\r\n").getBytes(UTF_8)))
                .startsWith("HTTP/1.1 400 ");
        assertThat(server.raw((head + "X-Many: a\r\n".repeat(200) + "\r\n").getBytes(UTF_8)))
                .startsWith("HTTP/1.1 400 ");
    }
}
