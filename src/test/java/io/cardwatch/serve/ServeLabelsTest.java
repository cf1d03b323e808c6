package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.serve.RunningServer.Answer;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.OwnRedis;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Posted labels, and how often each is taken; and, since a label can be made to wait, what a full server does. */
class ServeLabelsTest {
    private static final String STREAM = "labels";
    private static final String PATH = "/v1/labels";
    private static final String LABEL =
            "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,\"TERMINAL_ID\":3,"
                    + "\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"2024-02-21 12:00:00\"}";

    @TempDir
    private Path folder;

    @Test
    void aLabelReachesTheStreamOnce_howeverOftenItsSignatureComes_andWhereverTo() throws Exception {
        try (CapturedLog log = new CapturedLog();
                OwnRedis redis = new OwnRedis(folder);
                KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream(STREAM, 2);
            LabelStream stream = (key, label) -> kinesis.client()
                    .putRecord(put -> put.streamName(STREAM).partitionKey(key).data(SdkBytes.fromByteArray(label)));
            try (RunningServer server = RunningServer.start(folder, redis, stream);
                    RunningServer other =
                            RunningServer.start(folder, redis, stream, "serve.host-names", "localhost,127.0.0.1")) {
                ClientRequest request = signed(server);
                Answer taken = server.send(request);
                assertThat(taken.status()).as(taken.body()).isEqualTo(202);
                for (Answer again : List.of(
                        server.send(request), RunningServer.send(HttpClient.newHttpClient(), server.uri, request))) {
                    assertThat(again.status()).isEqualTo(409);
                    assertThat(again.code()).isEqualTo("signature-used");
                }
                // The other one is reached under the same name, as behind a balancer.
                String wire = other.raw(RunningServer.wire(closing(request)));
                assertThat(wire).startsWith("HTTP/1.1 409 ").contains("signature-used");

                List<Record> records = kinesis.records(STREAM);
                assertThat(records).hasSize(1);
                assertThat(records.get(0).partitionKey()).isEqualTo("3");
                JsonNode label = new JsonMapper().readTree(records.get(0).data().asUtf8String());
                assertThat(label.path("TERMINAL_ID").asLong()).isEqualTo(3);
                assertThat(label.path("TX_FRAUD").asInt()).isEqualTo(1);

                // In the same second the same label would have the same signature.
                assertThat(server.post(PATH, LABEL.replace("\"TX_FRAUD\":1", "\"TX_FRAUD\":0"))
                                .status())
                        .isEqualTo(202);
                assertThat(kinesis.records(STREAM)).hasSize(2);
                Answer bad = server.post(PATH, "{\"TRANSACTION_ID\":1}");
                assertThat(bad.status()).isEqualTo(400);
                assertThat(kinesis.records(STREAM)).hasSize(2);
            }
            assertThat(log.text()).doesNotContain(RunningServer.SECRET);
        }
    }

    /** An unsigned header that has the server close the connection. */
    private static ClientRequest closing(ClientRequest request) {
        request.setHeader("Connection", "close");
        return request;
    }

    private static ClientRequest signed(RunningServer server) throws Exception {
        return RunningServer.signer().header("Content-Type", "application/json").post(server.uri + PATH, LABEL);
    }

    @Test
    void aStreamThatIsAway_doesNotUseTheSignatureUp() throws Exception {
        AtomicBoolean away = new AtomicBoolean(true);
        List<String> taken = new ArrayList<>();
        LabelStream stream = (key, label) -> {
            if (away.get()) {
                throw new IllegalStateException("nobody is there");
            }
            taken.add(new String(label, UTF_8));
        };
        try (OwnRedis redis = new OwnRedis(folder);
                RunningServer server = RunningServer.start(folder, redis, stream)) {
            ClientRequest request = signed(server);
            Answer refused = server.send(request);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("stream-unavailable");
            away.set(false);
            assertThat(server.send(request).status()).isEqualTo(202);
            assertThat(taken).hasSize(1);
            assertThat(server.send(request).status()).isEqualTo(409);
        }
    }

    @Test
    void moreThanThreadsAndQueueHold_isBusy_andEverythingElseIsAnswered() throws Exception {
        for (int queue : new int[] {0, 2}) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch open = new CountDownLatch(1);
            LabelStream stream = (key, label) -> {
                entered.countDown();
                open.await();
            };
            ExecutorService clients = Executors.newCachedThreadPool();
            try (OwnRedis redis = new OwnRedis(folder);
                    RunningServer server = RunningServer.start(
                            folder, redis, stream, "serve.threads", "1", "serve.queue", Integer.toString(queue))) {
                Future<Answer> first = clients.submit(() -> server.post(PATH, LABEL));
                entered.await();
                List<Future<Answer>> more = new ArrayList<>();
                int extra = 3;
                for (int i = 0; i < queue + extra; i++) {
                    more.add(clients.submit(() -> server.get("/v1/customers/7/features")));
                }
                while (server.refused("busy") < extra) {
                    Thread.onSpinWait();
                }
                assertThat(server.admin("/health/live").statusCode()).isEqualTo(200);
                open.countDown();
                assertThat(first.get().status()).isEqualTo(202);
                int busy = 0;
                for (Future<Answer> answer : more) {
                    busy += answer.get().status() == 503 && answer.get().code().equals("busy") ? 1 : 0;
                }
                assertThat(busy).isEqualTo(extra);
                assertThat(server.get("/v1/customers/7/features").status()).isEqualTo(200);
            } finally {
                open.countDown();
                clients.shutdown();
            }
        }
    }
}
