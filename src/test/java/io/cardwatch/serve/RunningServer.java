package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.testing.OwnRedis;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A server in this process, on free ports, with a client that signs. Each answer that the client gets is as openapi.json
 * says.
 */
final class RunningServer implements AutoCloseable {
    static final String KEY_ID = "AKIDCARDWATCH";
    /** Must be nowhere but in the file of keys. */
    static final String SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

    private static final JsonMapper JSON = new JsonMapper();
    private static final int PATIENCE_MILLIS = 60_000;
    private static final String JSON_TYPE = "application/json";

    final PredictionServer server;
    final URI uri;
    final URI adminUri;
    private final HttpClient http = HttpClient.newHttpClient();
    private final OpenApiFile openApi;

    private RunningServer(PredictionServer server) throws Exception {
        this.server = server;
        uri = URI.create("http://localhost:" + server.address().getPort());
        adminUri = URI.create("http://localhost:" + server.adminAddress().getPort());
        openApi = new OpenApiFile(admin("/openapi.json").body());
    }

    /** Starts one that takes requests which {@link #KEY_ID} signs, unless the further settings say otherwise. */
    static RunningServer start(Path folder, OwnRedis redis, LabelStream labels, String... setting) throws Exception {
        Settings settings = settings(folder, redis, setting);
        return new RunningServer(PredictionServer.start(settings, CardwatchJob.model(settings), labels));
    }

    /** Settings of a server, and of the job that publishes to the same store. */
    static Settings settings(Path folder, OwnRedis redis, String... setting) throws IOException {
        TestKeys.in(folder).add(KEY_ID, SECRET, "/v1/*").write();
        Map<String, String> texts = new TreeMap<>(Map.of(
                "online.url",
                redis.url(),
                "serve.credentials-file",
                folder.resolve("keys.json").toString(),
                "serve.port",
                "0",
                "serve.admin-port",
                "0",
                "serve.max-staleness",
                "1 d",
                "enrichment.contact-columns",
                "false"));
        for (int i = 0; i < setting.length; i += 2) {
            texts.put(setting[i], setting[i + 1]);
        }
        return new SettingsLoader().layer("test", texts).load();
    }

    /** A body that asks about a payment. */
    static String json(Transaction payment) {
        return new String(RecordJson.encode(payment), UTF_8);
    }

    /** What a client saw. */
    record Answer(int status, String mediaType, String body, java.net.http.HttpHeaders headers) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(body, e);
            }
        }

        String code() {
            return json().path("code").asText();
        }
    }

    Answer get(String path) throws Exception {
        return send(signer().get(uri + path));
    }

    Answer post(String path, String body) throws Exception {
        return send(signer().header("Content-Type", JSON_TYPE).post(uri + path, body));
    }

    /** One that signs now. */
    static ClientRequest.Client signer() {
        return new ClientRequest.Client(KEY_ID, SECRET).at(Instant.now());
    }

    /** Sends a request as it is. */
    Answer send(ClientRequest request) throws Exception {
        return checked(request, send(http, uri, request));
    }

    private Answer checked(ClientRequest request, Answer answer) {
        openApi.assertTellsOf(request.method, request.path, answer.status, answer.mediaType, answer.body);
        if (answer.status >= 400) {
            assertThat(answer.mediaType).isEqualTo("application/problem+json");
            assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status);
        }
        assertThat(answer.headers.firstValue("Retry-After").isPresent()).isEqualTo(answer.status == 503);
        return answer;
    }

    static Answer send(HttpClient http, URI uri, ClientRequest request) throws Exception {
        HttpRequest.Builder sent = HttpRequest.newBuilder(
                        URI.create(uri + request.path + (request.query.isEmpty() ? "" : "?" + request.query)))
                .timeout(Duration.ofMillis(PATIENCE_MILLIS))
                .method(
                        request.method,
                        request.body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.body));
        request.headers.forEach((name, values) -> {
            // The JDK's client sets these itself.
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                values.forEach(value -> sent.header(name, value));
            }
        });
        HttpResponse<String> response = http.send(sent.build(), BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body(),
                response.headers());
    }

    /** A page of the administration's port. */
    HttpResponse<String> admin(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(adminUri.resolve(path)).build(), BodyHandlers.ofString());
    }

    /** What the server counts, by name and labels. */
    Map<String, Double> metrics() throws Exception {
        Map<String, Double> values = new TreeMap<>();
        for (String line : admin("/metrics").body().split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            if (space > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            }
        }
        return values;
    }

    /** How many requests were refused with this code. */
    int refused(String code) throws Exception {
        return metrics()
                .getOrDefault("cardwatch_serve_refused_total{reason=\"" + code + "\"}", 0.0)
                .intValue();
    }

    /** A connection that sends nothing by itself and waits a minute for an answer. */
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Everything that the server sends until it closes the connection, after these bytes. */
    String raw(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            write(socket, bytes);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    static void write(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    /** A request as it goes over the wire. */
    static byte[] wire(ClientRequest request) {
        StringBuilder text = new StringBuilder(request.method + " " + request.path
                + (request.query.isEmpty() ? "" : "?" + request.query) + " HTTP/1.1\r\n");
        request.headers.forEach((name, values) -> values.forEach(
                value -> text.append(name).append(": ").append(value).append("\r\n")));
        if (!request.headers.containsKey("Content-Length")) {
            text.append("Content-Length: ").append(request.body.length).append("\r\n");
        }
        byte[] head = text.append("\r\n").toString().getBytes(UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + request.body.length);
        System.arraycopy(request.body, 0, all, head.length, request.body.length);
        return all;
    }

    @Override
    public void close() {
        server.close();
    }
}
