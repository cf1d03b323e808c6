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
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a Kinesis server and fails as AWS does. Of the PutRecords requests, a third lose a third of their records
 * to throttling, some are throttled whole, some answered with 500, always before anything of what fails was stored. Of
 * the GetRecords requests, where asked to, half are throttled, a tenth answered with 500, and some answered only after
 * two seconds. Which ones, the seed decides.
 */
public final class FaultyKinesis implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String THROTTLED = "ProvisionedThroughputExceededException";

    private static final int THROTTLED_READS_PERCENT = 50;
    private static final int FAILED_READS_PERCENT = 10;
    private static final int STALLED_READS_PERCENT = 5;
    private static final int STALL_MILLIS = 2_000;

    private HttpServer proxy;
    /** A stalled request holds up no other. */
    private final ExecutorService requests = Executors.newCachedThreadPool();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI server;
    private final Random random;
    private final AtomicInteger refusedRecords = new AtomicInteger();
    private final AtomicInteger refusedRequests = new AtomicInteger();
    private final AtomicInteger throttledReads = new AtomicInteger();
    private final AtomicInteger failedReads = new AtomicInteger();
    private final AtomicInteger stalledReads = new AtomicInteger();
    private volatile boolean failReads;
    private final AtomicBoolean denyNextRead = new AtomicBoolean();

    public FaultyKinesis(URI server, long seed) {
        this.server = server;
        random = new Random(seed);
        listen(0);
    }

    private void listen(int port) {
        try {
            proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        proxy.setExecutor(requests);
        proxy.createContext("/", this::handle);
        proxy.start();
    }

    /** Is away for so long: connections are closed, and refused. */
    public void goAway(Duration duration) throws InterruptedException {
        int port = proxy.getAddress().getPort();
        proxy.stop(0);
        Thread.sleep(duration.toMillis());
        listen(port);
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

    /** From now on reads fail, or do so no more. */
    public void failReads(boolean fail) {
        failReads = fail;
    }

    /** The next read is denied, which no reader tries again. */
    public void denyNextRead() {
        denyNextRead.set(true);
    }

    public int throttledReads() {
        return throttledReads.get();
    }

    /** Reads answered with 500. */
    public int failedReads() {
        return failedReads.get();
    }

    public int stalledReads() {
        return stalledReads.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            if (target.endsWith(".PutRecords")) {
                put(exchange, body);
            } else if (target.endsWith(".GetRecords")) {
                get(exchange, body);
            } else {
                pass(exchange, body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        int fate = random.nextInt(12);
        if (fate == 0) {
            refusedRequests.incrementAndGet();
            refuse(exchange, 500, "InternalFailure");
        } else if (fate == 1) {
            refusedRequests.incrementAndGet();
            refuse(exchange, 400, THROTTLED);
        } else if (fate < 6) {
            putSome(exchange, (ObjectNode) JSON.readTree(body));
        } else {
            pass(exchange, body);
        }
    }

    private void get(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        int fate = failReads ? random.nextInt(100) : 100;
        if (denyNextRead.getAndSet(false)) {
            refuse(exchange, 400, "AccessDeniedException");
        } else if (fate < THROTTLED_READS_PERCENT) {
            throttledReads.incrementAndGet();
            refuse(exchange, 400, THROTTLED);
        } else if (fate < THROTTLED_READS_PERCENT + FAILED_READS_PERCENT) {
            failedReads.incrementAndGet();
            refuse(exchange, 500, "InternalFailure");
        } else {
            if (fate < THROTTLED_READS_PERCENT + FAILED_READS_PERCENT + STALLED_READS_PERCENT) {
                stalledReads.incrementAndGet();
                Thread.sleep(STALL_MILLIS);
            }
            pass(exchange, body);
        }
    }

    private void pass(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = forward(exchange, body);
        answer(exchange, response.statusCode(), response.body());
    }

    private static void refuse(HttpExchange exchange, int status, String error) throws IOException {
        answer(exchange, status, ("{\"__type\":\"" + error + "\",\"message\":\"refused\"}").getBytes(UTF_8));
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
        requests.shutdownNow();
    }
}
