package io.cardwatch.serve;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The memory that all bodies together may take: an eighth of the heap. A request takes its share before its body is
 * received and gives it back when it is answered or its connection has closed.
 */
final class BodyMemory {
    private static final int SHARE_OF_HEAP = 8;
    private static final int LEAST_BYTES = 8_000_000;
    /** What a connection holds; it has one request at a time. */
    private static final AttachmentKey<AtomicInteger> HELD = AttachmentKey.create(AtomicInteger.class);

    private final Semaphore bytes = new Semaphore((int) Math.min(
            Integer.MAX_VALUE, Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP)));

    /** Takes what the request's body needs; false where there is not so much. */
    boolean take(HttpServerExchange exchange) {
        if (exchange.isRequestComplete()) {
            return true;
        }
        long length = exchange.getRequestContentLength();
        int needed = (int) (length < 0 ? Endpoint.MOST_BODY_BYTES : Math.min(length, Endpoint.MOST_BODY_BYTES));
        if (!bytes.tryAcquire(needed)) {
            return false;
        }
        AtomicInteger held = held(exchange.getConnection());
        held.set(needed);
        exchange.addExchangeCompleteListener((done, next) -> {
            giveBack(held);
            next.proceed();
        });
        return true;
    }

    private AtomicInteger held(ServerConnection connection) {
        AtomicInteger held = connection.getAttachment(HELD);
        if (held == null) {
            AtomicInteger first = new AtomicInteger();
            connection.putAttachment(HELD, first);
            // An exchange whose connection breaks does not complete.
            connection.addCloseListener(closed -> giveBack(first));
            return first;
        }
        return held;
    }

    private void giveBack(AtomicInteger held) {
        bytes.release(held.getAndSet(0));
    }
}
