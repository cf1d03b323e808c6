package io.cardwatch.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.warehouse.Tables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records into a Kinesis stream of an emulator, and into a stand-in for Firehose that refuses some. */
class PutSinkTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int RECORDS = 3_000;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
    }

    @Test
    void aKinesisStreamGetsEachRowAsOneObject_byItsKey() throws Exception {
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream("predictions", 2);
            Settings settings = Settings.fromArguments(List.of("--source.endpoint-url=" + kinesis.endpoint()));
            put(RECORDS, new KinesisTarget("predictions", settings));

            List<String> numbers = new ArrayList<>();
            kinesis.records("predictions").forEach(record -> {
                JsonNode row = read(record.data().asByteArray());
                assertThat(record.partitionKey())
                        .isEqualTo("key " + row.get("sequence_number").textValue());
                assertThat(row.get("reason").textValue()).isEqualTo("EMPTY");
                numbers.add(row.get("sequence_number").textValue());
            });
            assertThat(numbers).containsExactlyInAnyOrderElementsOf(numbers());
        }
    }

    @Test
    void aStreamThatIsNotThere_endsTheJobWithItsName() throws Exception {
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            Settings settings = Settings.fromArguments(List.of("--source.endpoint-url=" + kinesis.endpoint()));
            // The source never ends, since the end of its splits may meet the failed task and be the job's cause.
            assertThatThrownBy(() -> put(Long.MAX_VALUE, new KinesisTarget("nowhere", settings)))
                    .hasStackTraceContaining("the stream nowhere takes no records");
        }
    }

    @Test
    void whatFirehoseDoesNotTake_isPutAgain_andEachRecordEndsItsLine() throws Exception {
        try (Firehose firehose = new Firehose()) {
            put(RECORDS, new FirehoseTarget("archive", "us-east-1", firehose.uri()));

            assertThat(firehose.largest).isLessThanOrEqualTo(500);
            assertThat(firehose.refused).hasPositiveValue();
            assertThat(firehose.taken)
                    .allMatch(line -> line.endsWith("}\n") && line.indexOf('\n') == line.length() - 1);
            assertThat(firehose.taken.stream().map(line -> read(line.getBytes(UTF_8))
                            .get("sequence_number")
                            .textValue()))
                    .containsExactlyInAnyOrderElementsOf(numbers());
        }
    }

    private static List<String> numbers() {
        return IntStream.range(0, RECORDS).mapToObj(Integer::toString).toList();
    }

    private static JsonNode read(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(new String(json, UTF_8), e);
        }
    }

    private static void put(long records, PutTarget target) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(
                new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "disable"));
        env.setParallelism(2);
        env.enableCheckpointing(100);
        env.fromSequence(0, records - 1)
                .map(number -> DeadLetter.of(
                        DeadLetterReason.EMPTY,
                        "Nothing.",
                        new RecordOrigin("s", "", "shard", Long.toString(number), 0),
                        new byte[0],
                        Contacts.KEPT))
                .sinkTo(new PutSink<>(Tables.DEAD_LETTERS, row -> "key " + row.origin.sequenceNumber(), target));
        env.execute();
    }

    /** Takes PutRecordBatch; refuses each fifth record when it first comes, and the first requests altogether. */
    private static final class Firehose implements AutoCloseable {
        private final HttpServer server;
        private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
        private final HashSet<String> seen = new HashSet<>();
        private final AtomicInteger refused = new AtomicInteger();
        private volatile int largest;
        private int unavailable = 6;

        Firehose() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.start();
        }

        URI uri() {
            return URI.create("http://localhost:" + server.getAddress().getPort());
        }

        private synchronized void answer(HttpExchange exchange) throws IOException {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            assertThat(exchange.getRequestHeaders().getFirst("X-Amz-Target"))
                    .isEqualTo("Firehose_20150804.PutRecordBatch");
            assertThat(request.get("DeliveryStreamName").textValue()).isEqualTo("archive");
            ObjectNode answer = JSON.createObjectNode();
            int status = 200;
            if (unavailable-- > 0) {
                status = 503;
                answer.put("__type", "ServiceUnavailableException");
            } else {
                ArrayNode results = answer.put("FailedPutCount", 0).putArray("RequestResponses");
                request.get("Records").forEach(record -> take(record, results.addObject()));
                largest = Math.max(largest, results.size());
            }
            byte[] body = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }

        private void take(JsonNode record, ObjectNode result) {
            String line =
                    new String(Base64.getDecoder().decode(record.get("Data").textValue()), UTF_8);
            if (seen.add(line) && seen.size() % 5 == 0) {
                refused.incrementAndGet();
                result.put("ErrorCode", "ServiceUnavailableException").put("ErrorMessage", "Slow down.");
            } else {
                taken.add(line);
                result.put("RecordId", Integer.toString(taken.size()));
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
