package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service of AWS that answers every request with {@link #answer}; the SDK finds it through its own endpoint property. */
public final class AwsStub implements AutoCloseable {
    private static final String KEY_ID = "aws.accessKeyId";
    private static final String KEY = "aws.secretAccessKey";

    public final List<String> requests = new CopyOnWriteArrayList<>();
    public volatile int status = 200;
    public volatile String answer = "{}";
    private final HttpServer server;
    private final String endpoint;

    /** @param service as the SDK's property writes it, for instance SecretsManager */
    public AwsStub(String service) throws IOException {
        endpoint = "aws.endpointUrl" + service;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        System.setProperty(endpoint, "http://127.0.0.1:" + server.getAddress().getPort());
        System.setProperty(KEY_ID, "test");
        System.setProperty(KEY, "test");
    }

    @Override
    public void close() {
        server.stop(0);
        List.of(endpoint, KEY_ID, KEY).forEach(System::clearProperty);
    }
}
