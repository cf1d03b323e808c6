package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a Kinesis server and fails as AWS does: of the PutRecords requests, a third lose a third of their
 * records to throttling, some are throttled whole, some answered with 500, always before anything of what fails was
 * stored. Which ones, the seed decides.
 */
public final class FaultyKinesis implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String THROTTLED = "ProvisionedThroughputExceededException";

    private final HttpServer proxy;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI server;
    private final Random random;
    private final AtomicInteger refusedRecords = new AtomicInteger();
    private final AtomicInteger refusedRequests = new AtomicInteger();

    public FaultyKinesis(URI server, long seed) {
        this.server = server;
        random = new Random(seed);
        try {
            proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        proxy.createContext("/", this::handle);
        proxy.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getAddress().getPort());
    }

    /** Records that were refused one by one, out of requests that else went through. */
    public int refusedRecords() {
        return refusedRecords.get();
    }

    /** Requests that were refused whole. */
    public int refusedRequests() {
        return refusedRequests.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean put = exchange.getRequestHeaders().getFirst("X-Amz-Target").endsWith(".PutRecords");
            int fate = put ? random.nextInt(12) : 11;
            if (fate == 0) {
                refusedRequests.incrementAndGet();
                answer(exchange, 500, "{\"__type\":\"InternalFailure\"}".getBytes(UTF_8));
            } else if (fate == 1) {
                refusedRequests.incrementAndGet();
                answer(exchange, 400, ("{\"__type\":\"" + THROTTLED + "\",\"message\":\"slow down\"}").getBytes(UTF_8));
            } else if (fate < 6) {
                putSome(exchange, (ObjectNode) JSON.readTree(body));
            } else {
                HttpResponse<byte[]> response = forward(exchange, body);
                answer(exchange, response.statusCode(), response.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void putSome(HttpExchange exchange, ObjectNode request) throws IOException, InterruptedException {
        ArrayNode all = (ArrayNode) request.get("Records");
        ArrayNode stored = JSON.createArrayNode();
        boolean[] refused = new boolean[all.size()];
        for (int i = 0; i < refused.length; i++) {
            refused[i] = random.nextInt(3) == 0;
            if (!refused[i]) {
                stored.add(all.get(i));
            }
        }
        ArrayNode results = JSON.createArrayNode();
        if (!stored.isEmpty()) {
            byte[] body = JSON.writeValueAsBytes(request.set("Records", stored));
            results = (ArrayNode) JSON.readTree(forward(exchange, body).body()).get("Records");
        }
        ArrayNode merged = JSON.createArrayNode();
        int next = 0;
        for (boolean one : refused) {
            JsonNode failure =
                    JSON.createObjectNode().put("ErrorCode", THROTTLED).put("ErrorMessage", "slow down");
            merged.add(one ? failure : results.get(next++));
        }
        refusedRecords.addAndGet(refused.length - next);
        ObjectNode answer = JSON.createObjectNode().put("FailedRecordCount", refused.length - next);
        answer(exchange, 200, JSON.writeValueAsBytes(answer.set("Records", merged)));
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        for (String header : new String[] {"X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date"}) {
            request.header(header, exchange.getRequestHeaders().getFirst(header));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        proxy.stop(0);
    }
}
