package io.cardwatch.serve;

import io.cardwatch.serve.SignatureRefused.Reason;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * One route: takes the whole body without holding a thread, waits for a free thread, verifies the signature and answers.
 * Whatever goes wrong is a problem document.
 */
final class Endpoint implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
    private static final String JSON = "application/json";
    private static final String RETRY_AFTER_SECONDS = "1";

    /** Longest body; that of 500 transactions is a tenth of it. */
    static final long MOST_BODY_BYTES = 1_000_000;
    /** A body of up to so many bytes is read to its end when it is refused: a client that still sends would miss the answer. */
    static final long MOST_DRAINED_BYTES = 4 * MOST_BODY_BYTES;

    private final String route;
    private final Work work;
    private final Gate gate;

    Endpoint(String route, Work work, Gate gate) {
        this.route = route;
        this.work = work;
        this.gate = gate;
        gate.metrics.route(route);
    }

    /** Makes an answer, in a thread that may wait. */
    interface Work {
        /**
         * The answer's JSON.
         *
         * @param signature null where nobody must sign
         */
        byte[] answer(HttpServerExchange exchange, byte[] body, Signature signature) throws Problem;
    }

    /** What all routes share. */
    static final class Gate {
        /** One for each request that has a thread or waits for one. */
        final Semaphore places;
        /** The memory for bodies, which anybody may fill before a signature can be verified. */
        final BodyMemory bodies = new BodyMemory();
        /** Null where nobody must sign. */
        final SignatureVerifier verifier;

        final ServeMetrics metrics;

        Gate(int places, SignatureVerifier verifier, ServeMetrics metrics) {
            this.places = new Semaphore(places);
            this.verifier = verifier;
            this.metrics = metrics;
        }
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        long start = System.nanoTime();
        exchange.addExchangeCompleteListener((done, next) -> {
            gate.metrics.answered(route, System.nanoTime() - start);
            next.proceed();
        });
        if (exchange.getRequestMethod().equals(Methods.POST) && !isJson(exchange)) {
            refuse(
                    exchange,
                    new Problem(
                            Problem.UNSUPPORTED_MEDIA_TYPE, "not-json", "The Content-Type must be application/json."));
            return;
        }
        if (exchange.getRequestContentLength() > MOST_DRAINED_BYTES) {
            refuse(exchange, tooLarge());
        } else if (gate.verifier != null && !claimsSignature(exchange)) {
            refuse(
                    exchange,
                    new Problem(
                            Problem.FORBIDDEN,
                            Reason.MISSING_SIGNATURE.code(),
                            "The request must be signed with AWS Signature Version 4."));
        } else if (!gate.bodies.take(exchange)) {
            refuse(exchange, busy());
        } else {
            receive(exchange);
        }
    }

    /** Reads the body to its end also where it is too large, and keeps no more than is allowed. */
    private void receive(HttpServerExchange exchange) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        AtomicLong length = new AtomicLong();
        exchange.getRequestReceiver()
                .receivePartialBytes(
                        (receiving, piece, last) -> {
                            if (length.addAndGet(piece.length) <= MOST_BODY_BYTES) {
                                body.write(piece, 0, piece.length);
                            }
                            if (last && length.get() > MOST_BODY_BYTES) {
                                refuse(receiving, tooLarge());
                            } else if (last) {
                                await(receiving, body.toByteArray());
                            }
                        },
                        this::unreceived);
    }

    private static boolean claimsSignature(HttpServerExchange exchange) {
        return exchange.getRequestHeaders().contains(Headers.AUTHORIZATION)
                || exchange.getQueryString().contains(SignatureClaim.QUERY_SIGNATURE);
    }

    /** Closes the connection of a request that has not arrived in time, be it answered or not. */
    static void limitArrival(HttpServerExchange exchange, ServeMetrics metrics, long timeoutMillis) {
        XnioExecutor.Key timeout = exchange.getIoThread()
                .executeAfter(
                        () -> {
                            if (!exchange.isRequestComplete()) {
                                // Its client is too slow to be told.
                                metrics.refused(new Problem(
                                        Problem.REQUEST_TIMEOUT, "slow-request", "The body did not arrive."));
                                closeQuietly(exchange);
                            }
                        },
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
        exchange.addExchangeCompleteListener((done, next) -> {
            timeout.remove();
            next.proceed();
        });
    }

    private void await(HttpServerExchange exchange, byte[] body) {
        if (gate.places.tryAcquire()) {
            exchange.dispatch(threaded -> answer(threaded, body));
        } else {
            refuse(exchange, busy());
        }
    }

    private void unreceived(HttpServerExchange exchange, IOException failure) {
        // The receiver wraps what fails after the first piece.
        if (failure instanceof RequestTooBigException || failure.getCause() instanceof RequestTooBigException) {
            refuse(exchange, tooLarge());
        } else {
            closeQuietly(exchange);
        }
    }

    private void answer(HttpServerExchange exchange, byte[] body) {
        try {
            byte[] answer = work(exchange, body);
            send(exchange, exchange.getStatusCode(), JSON, answer);
        } catch (Problem problem) {
            refuse(exchange, problem);
        } catch (RuntimeException e) {
            fail(exchange, e);
        }
    }

    /** Gives the place back before the client hears, whose next request may then take it. */
    private byte[] work(HttpServerExchange exchange, byte[] body) throws Problem {
        try {
            return work.answer(exchange, body, verified(exchange, body));
        } finally {
            gate.places.release();
        }
    }

    private Signature verified(HttpServerExchange exchange, byte[] body) throws Problem {
        if (gate.verifier == null) {
            return null;
        }
        Map<String, List<String>> headers = new HashMap<>();
        HeaderMap given = exchange.getRequestHeaders();
        for (HeaderValues values : given) {
            headers.put(values.getHeaderName().toString(), new ArrayList<>(values));
        }
        try {
            return gate.verifier.verify(new SignedRequest(
                    exchange.getRequestMethod().toString(),
                    exchange.getRequestURI(),
                    exchange.getQueryString(),
                    headers,
                    body));
        } catch (SignatureRefused e) {
            int status = e.reason == Reason.MALFORMED_SIGNATURE ? Problem.BAD_REQUEST : Problem.FORBIDDEN;
            throw new Problem(status, e.reason.code(), e.getMessage());
        }
    }

    private static Problem busy() {
        return new Problem(Problem.UNAVAILABLE, "busy", "The server has too much to do.");
    }

    private static Problem tooLarge() {
        return new Problem(Problem.TOO_LARGE, "too-large", "The body is over 1 MB.");
    }

    private static boolean isJson(HttpServerExchange exchange) {
        String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        return type != null
                && type.toLowerCase(Locale.ROOT).matches("application/json\\s*(;\\s*charset=\"?utf-8\"?\\s*)?");
    }

    /** A fault of ours: told in the log, not to the client. */
    private void fail(HttpServerExchange exchange, Exception fault) {
        LOG.error("{} failed", route, fault);
        refuse(exchange, new Problem(Problem.INTERNAL, "internal", "The server failed; its log says why."));
    }

    private void refuse(HttpServerExchange exchange, Problem problem) {
        refuse(exchange, gate.metrics, problem);
    }

    /** Answers with a problem document. */
    static void refuse(HttpServerExchange exchange, ServeMetrics metrics, Problem problem) {
        metrics.refused(problem);
        if (problem.isPassing()) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (!exchange.isRequestComplete()) {
            exchange.setPersistent(false);
        }
        send(exchange, problem.status, Problem.MEDIA_TYPE, problem.json());
    }

    static void send(HttpServerExchange exchange, int status, String mediaType, byte[] body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, mediaType);
        exchange.getResponseSender().send(ByteBuffer.wrap(body));
    }

    private static void closeQuietly(HttpServerExchange exchange) {
        IoUtils.safeClose(exchange.getConnection());
    }
}
