package io.cardwatch.serve;

import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Health, metrics and documentation. */
final class AdminPages {
    private static final int OK = 200;
    private static final String JSON = "application/json";

    private final Health health;
    private final ServeMetrics metrics;

    AdminPages(Health health, ServeMetrics metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    HttpHandler routes() {
        byte[] openApi = resource("openapi.json");
        byte[] docs = resource("docs.html");
        return Handlers.routing()
                .get("/health", this::ready)
                .get("/health/ready", this::ready)
                .get("/health/live", exchange -> Endpoint.send(exchange, OK, JSON, health.json()))
                .get("/metrics", exchange -> Endpoint.send(exchange, OK, "text/plain; version=0.0.4", metrics.text()))
                .get("/openapi.json", exchange -> Endpoint.send(exchange, OK, JSON, openApi))
                .get("/docs", exchange -> Endpoint.send(exchange, OK, "text/html; charset=utf-8", docs))
                .setFallbackHandler(exchange -> Endpoint.send(
                        exchange,
                        Problem.NOT_FOUND,
                        Problem.MEDIA_TYPE,
                        new Problem(Problem.NOT_FOUND, "unknown-path", "There is nothing at this path.").json()))
                .setInvalidMethodHandler(exchange -> {
                    exchange.getResponseHeaders().put(Headers.ALLOW, "GET");
                    Endpoint.send(
                            exchange,
                            Problem.METHOD_NOT_ALLOWED,
                            Problem.MEDIA_TYPE,
                            new Problem(Problem.METHOD_NOT_ALLOWED, "wrong-method", "This path takes GET only.")
                                    .json());
                });
    }

    private void ready(HttpServerExchange exchange) {
        Endpoint.send(exchange, health.isReady() ? OK : Problem.UNAVAILABLE, JSON, health.json());
    }

    private static byte[] resource(String name) {
        try (InputStream resource = AdminPages.class.getResourceAsStream("/serve/" + name)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
