package io.cardwatch.online;

import io.cardwatch.domain.Backoff;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;

/**
 * Works at the store on a thread of its own, one piece of work at a time, so that its caller never waits. After a failure
 * it pauses, at first shortly. For a task's thread.
 */
final class StoreWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final long CLOSE_SECONDS = 5;
    private static final long WARNING_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** When any writer of this process last warned, {@link System#nanoTime}. */
    private static final AtomicLong WARNED = new AtomicLong(System.nanoTime() - WARNING_PAUSE_NANOS);

    private final StoreConnection connection;
    private final Counter failures;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread started = new Thread(work, "cardwatch online store");
        started.setDaemon(true);
        return started;
    });

    /** Used by the thread alone. */
    private UnifiedJedis jedis;
    /** The piece of work under way; null where its outcome is known. */
    private Future<Boolean> working;
    /** Null while there is no failure. */
    private Backoff backoff;

    private long pausedUntilNanos = System.nanoTime();
    private boolean failed;

    StoreWriter(StoreConnection connection, Metrics metrics) {
        this.connection = connection;
        this.failures = metrics.counter(Metric.ONLINE_FAILURES);
    }

    /** Whether it can take work: the work before is done, and no pause is under way. */
    boolean isIdle() throws Exception {
        if (working != null) {
            if (!working.isDone()) {
                return false;
            }
            settle(working.get());
            working = null;
        }
        return System.nanoTime() - pausedUntilNanos >= 0;
    }

    private void settle(boolean done) {
        failed = !done;
        if (done) {
            backoff = null;
        } else {
            failures.inc();
            backoff = backoff == null ? new Backoff(FIRST_PAUSE, LONGEST_PAUSE, FOR_EVER) : backoff;
            pausedUntilNanos = System.nanoTime() + backoff.pause().toNanos();
        }
    }

    /** Whether the last piece of work failed, wholly or in part. */
    boolean hasFailed() {
        return failed;
    }

    /** Begins a piece of work. It must be idle. */
    void begin(Consumer<UnifiedJedis> work) {
        working = thread.submit(() -> done(work));
    }

    private boolean done(Consumer<UnifiedJedis> work) {
        try {
            if (jedis == null) {
                jedis = connection.open(1);
            }
            work.accept(jedis);
            return true;
        } catch (RuntimeException e) {
            // Not of one type: where a node of a cluster is away, its pipeline throws an IllegalStateException.
            warn(e);
            disconnect();
            return false;
        }
    }

    private void warn(Exception cause) {
        long last = WARNED.get();
        long now = System.nanoTime();
        if (now - last >= WARNING_PAUSE_NANOS && WARNED.compareAndSet(last, now)) {
            LOG.warn(
                    "The online store {} does not take what is published: {}. Nothing is lost: it is filled again once it"
                            + " does.",
                    connection,
                    cause.getMessage());
        }
    }

    private void disconnect() {
        UnifiedJedis broken = jedis;
        jedis = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (RuntimeException e) {
                LOG.debug("The connection was already broken", e);
            }
        }
    }

    /** Lets the work under way end, for a few seconds. */
    @Override
    public void close() {
        thread.execute(this::disconnect);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
