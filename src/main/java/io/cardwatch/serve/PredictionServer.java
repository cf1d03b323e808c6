package io.cardwatch.serve;

import io.cardwatch.config.Authentication;
import io.cardwatch.config.Options;
import io.cardwatch.config.ServeCredentials;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlReader;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.online.OnlineStore;
import io.cardwatch.online.StoreUnavailableException;
import io.cardwatch.score.FraudModel;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.util.Headers;
import io.undertow.util.PathTemplateMatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server. One port takes signed requests; another, for the people who run it, tells of health and metrics and
 * shows the documentation.
 */
public final class PredictionServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PredictionServer.class);
    private static final int MOST_HEADER_BYTES = 16_384;
    private static final int MOST_HEADERS = 100;
    private static final int MOST_PARAMETERS = 32;
    private static final int IDLE_MILLIS = 60_000;
    private static final int SHUTDOWN_MILLIS = 1_000;
    private static final long DRAIN_SECONDS = 10;
    private static final int MOST_TRANSACTIONS = 500;
    private static final String USUAL_TRANSACTIONS = "20";
    private static final String PREDICTIONS = "/v1/predictions";
    private static final String LABELS = "/v1/labels";

    private final OnlineStore store;
    private final InForce inForce;
    private final Health health;
    private final GracefulShutdownHandler requests;
    private final Undertow undertow;

    private PredictionServer(
            OnlineStore store, InForce inForce, Health health, GracefulShutdownHandler requests, Undertow undertow) {
        this.store = store;
        this.inForce = inForce;
        this.health = health;
        this.requests = requests;
        this.undertow = undertow;
    }

    /**
     * Starts a server.
     *
     * @param labels where posted labels go
     * @throws BadInputException when the settings contradict each other, or something that they name cannot be used
     */
    public static PredictionServer start(Settings settings, FraudModel model, LabelStream labels) {
        requireProtection(settings);
        Clock clock = Clock.systemUTC();
        ServeMetrics metrics = new ServeMetrics();
        SignatureVerifier verifier = settings.get(Options.SERVE_AUTH) == Authentication.NONE
                ? null
                : new SignatureVerifier(settings, ServeCredentials.of(settings, System::nanoTime), clock);
        int threads = settings.get(Options.SERVE_THREADS);
        Optional<SSLContext> tls = settings.get(Options.SERVE_TLS_CERTIFICATE)
                .map(certificate -> TlsFiles.context(certificate, settings.required(Options.SERVE_TLS_KEY)));
        InForce inForce =
                InForce.of("serve", new Control(DecisionSettings.of(settings), model), ControlReader.of(settings));
        OnlineStore store = open(settings, threads);
        Health health = new Health(settings, store, metrics);
        Endpoint.Gate gate = new Endpoint.Gate(threads + settings.get(Options.SERVE_QUEUE), verifier, metrics);
        int timeoutMillis = (int) settings.get(Options.SERVE_REQUEST_TIMEOUT).toMillis();
        Predictions predictions = new Predictions(settings, inForce, store, metrics, clock);
        GracefulShutdownHandler requests =
                Handlers.gracefulShutdown(routes(predictions, new Labels(settings, store, labels, clock), gate));
        Undertow undertow = listeners(
                        settings,
                        tls,
                        guarded(requests, metrics, timeoutMillis),
                        new AdminPages(health, metrics).routes())
                .setWorkerThreads(threads)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, Endpoint.MOST_DRAINED_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADER_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADERS, MOST_HEADERS)
                .setServerOption(UndertowOptions.MAX_PARAMETERS, MOST_PARAMETERS)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, timeoutMillis)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
                // Else a stop waits as long as a thread that waits for something.
                .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, SHUTDOWN_MILLIS)
                .build();
        PredictionServer server = new PredictionServer(store, inForce, health, requests, undertow);
        try {
            undertow.start();
        } catch (RuntimeException e) {
            // The framework has ended its threads, and its stop would wait for them for ever.
            server.release();
            throw new BadInputException(
                    "serve cannot listen: " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    "Give another serve.port, serve.admin-port or address, or stop what uses them.",
                    e);
        }
        return server;
    }

    /** Nothing that others can reach may be without a signature or without encryption. */
    private static void requireProtection(Settings settings) {
        boolean proxied = settings.get(Options.SERVE_BEHIND_PROXY);
        boolean local = isLoopback(settings.get(Options.SERVE_ADDRESS));
        boolean encrypted = settings.get(Options.SERVE_TLS_CERTIFICATE).isPresent();
        if (settings.get(Options.SERVE_AUTH) == Authentication.NONE && (proxied || !local)) {
            throw new BadInputException(
                    "serve.auth=none would let everybody ask who can reach " + settings.get(Options.SERVE_ADDRESS),
                    "Use it with a loopback serve.address and without serve.behind-proxy, or let requests be signed.");
        }
        if (!encrypted && !proxied && !local) {
            throw new BadInputException(
                    "serve would answer without encryption on " + settings.get(Options.SERVE_ADDRESS),
                    "Give serve.tls-certificate and serve.tls-key, or set serve.behind-proxy=true if a proxy encrypts.");
        }
        if (encrypted != settings.get(Options.SERVE_TLS_KEY).isPresent()) {
            throw new BadInputException(
                    "serve.tls-certificate and serve.tls-key belong together, and one of them is missing",
                    "Give both, or neither.");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new BadInputException(address + " is no address", "Give one of this machine, such as 127.0.0.1.", e);
        }
    }

    private static OnlineStore open(Settings settings, int connections) {
        try {
            return OnlineStore.of(settings, connections);
        } catch (StoreUnavailableException e) {
            throw new BadInputException(
                    e.getMessage(), "Start it, or correct online.url, online.user or the password.", e);
        }
    }

    private static HttpHandler routes(Predictions predictions, Labels labels, Endpoint.Gate gate) {
        // Parameters of the path are not mixed with those of the query, which would come first.
        return Handlers.routing(false)
                .post(
                        PREDICTIONS,
                        new Endpoint(PREDICTIONS, (exchange, body, signature) -> predictions.answer(body), gate))
                .post(
                        LABELS,
                        new Endpoint(
                                LABELS,
                                (exchange, body, signature) -> {
                                    byte[] answer = labels.put(body, signature);
                                    exchange.setStatusCode(202);
                                    return answer;
                                },
                                gate))
                .get("/v1/customers/{id}/features", features(WindowKind.CUSTOMER, predictions, gate))
                .get("/v1/terminals/{id}/features", features(WindowKind.TERMINAL, predictions, gate))
                .get("/v1/customers/{id}/transactions", transactions(WindowKind.CUSTOMER, predictions, gate))
                .get("/v1/terminals/{id}/transactions", transactions(WindowKind.TERMINAL, predictions, gate))
                .setFallbackHandler(exchange -> Endpoint.refuse(
                        exchange,
                        gate.metrics,
                        new Problem(Problem.NOT_FOUND, "unknown-path", "There is nothing at this path.")))
                .setInvalidMethodHandler(exchange -> {
                    String path = exchange.getRelativePath();
                    boolean posted = path.startsWith(PREDICTIONS) || path.startsWith(LABELS);
                    exchange.getResponseHeaders().put(Headers.ALLOW, posted ? "POST" : "GET");
                    Endpoint.refuse(
                            exchange,
                            gate.metrics,
                            new Problem(
                                    Problem.METHOD_NOT_ALLOWED,
                                    "wrong-method",
                                    "This path does not take this method."));
                });
    }

    /** Limits the time of every request, and gives the framework's own refusal a problem document, as all others have. */
    private static HttpHandler guarded(HttpHandler requests, ServeMetrics metrics, long timeoutMillis) {
        return exchange -> {
            Endpoint.limitArrival(exchange, metrics, timeoutMillis);
            exchange.addDefaultResponseListener(refused -> {
                if (refused.getStatusCode() != Problem.UNAVAILABLE) {
                    return false;
                }
                refused.setPersistent(false);
                Endpoint.refuse(
                        refused,
                        metrics,
                        new Problem(Problem.UNAVAILABLE, "stopping", "The server is about to end; ask another."));
                return true;
            });
            requests.handleRequest(exchange);
        };
    }

    private static Endpoint features(WindowKind kind, Predictions predictions, Endpoint.Gate gate) {
        return new Endpoint(
                "/v1/" + kind.lowerCaseName() + "s/{id}/features",
                (exchange, body, signature) -> predictions.features(kind, id(exchange)),
                gate);
    }

    private static Endpoint transactions(WindowKind kind, Predictions predictions, Endpoint.Gate gate) {
        return new Endpoint(
                "/v1/" + kind.lowerCaseName() + "s/{id}/transactions",
                (exchange, body, signature) -> predictions.transactions(kind, id(exchange), (int)
                        number(parameter(exchange, "limit").orElse(USUAL_TRANSACTIONS), 1, MOST_TRANSACTIONS)),
                gate);
    }

    private static long id(HttpServerExchange exchange) throws Problem {
        PathTemplateMatch path = exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY);
        return number(path.getParameters().get("id"), 0, Long.MAX_VALUE);
    }

    private static Optional<String> parameter(HttpServerExchange exchange, String name) {
        return Optional.ofNullable(exchange.getQueryParameters().get(name)).map(Deque::getFirst);
    }

    private static long number(String text, long least, long most) throws Problem {
        try {
            long number = Long.parseLong(text);
            if (least <= number && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Problem(
                Problem.BAD_REQUEST, "bad-number", "A number from " + least + " to " + most + " is wanted in the URL.");
    }

    private static Undertow.Builder listeners(
            Settings settings, Optional<SSLContext> tls, HttpHandler requests, HttpHandler admin) {
        Undertow.Builder builder = Undertow.builder()
                .addHttpListener(
                        settings.get(Options.SERVE_ADMIN_PORT), settings.get(Options.SERVE_ADMIN_ADDRESS), admin);
        int port = settings.get(Options.SERVE_PORT);
        String address = settings.get(Options.SERVE_ADDRESS);
        return tls.map(context -> builder.addHttpsListener(port, address, context, requests))
                .orElseGet(() -> builder.addHttpListener(port, address, requests));
    }

    /** The address that requests go to. */
    public InetSocketAddress address() {
        return address(1);
    }

    /** The address of health, metrics and documentation. */
    public InetSocketAddress adminAddress() {
        return address(0);
    }

    private InetSocketAddress address(int listener) {
        return (InetSocketAddress) undertow.getListenerInfo().get(listener).getAddress();
    }

    /** Through when the job has published all changes, as of a second ago; the epoch where it has told nothing. */
    public Instant publishedThrough() {
        return health.publishedThrough();
    }

    /** From now on it says that it is not ready, refuses new requests, and answers those that it has, for ten seconds. */
    public void drain() {
        health.drain();
        requests.shutdown();
        try {
            if (!requests.awaitShutdown(TimeUnit.SECONDS.toMillis(DRAIN_SECONDS))) {
                LOG.warn("Some requests were not answered within {} s of the stop", DRAIN_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        undertow.stop();
        release();
    }

    private void release() {
        health.close();
        inForce.close();
        store.close();
    }
}
