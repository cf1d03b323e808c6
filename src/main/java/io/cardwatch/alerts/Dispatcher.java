package io.cardwatch.alerts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.delivery.Entry;
import io.cardwatch.delivery.PutTarget;
import io.cardwatch.domain.Backoff;
import io.cardwatch.warehouse.WarehouseConnection;
import java.io.Serializable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the alerts of the outbox in a thread of its own, each at least once. While the target takes none it is asked again after
 * growing pauses; alerts that it refuses by themselves do not hold up the others.
 */
final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int MOST_AT_ONCE = 100;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final long AGE_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int END_SECONDS = 15;
    private static final int LONGEST_CAUSE = 500;

    private final PutTarget target;
    private final String name;
    private final PutTarget.Client client;
    private final Outbox outbox;
    private final AlertMetrics metrics;
    private long ageAskedNanos = System.nanoTime() - AGE_PAUSE_NANOS;
    /** Null while the target and the outbox answer. */
    private Backoff backoff;

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Starts dispatchers where the sink's writer runs. */
    static final class Factory implements Serializable {
        private static final long serialVersionUID = 1;

        private final WarehouseConnection database;
        private final String name;
        private final PutTarget target;

        /** @param name how the settings name the target */
        Factory(WarehouseConnection database, String name, PutTarget target) {
            this.database = database;
            this.name = name;
            this.target = target;
        }

        String target() {
            return name;
        }

        Dispatcher start(AlertMetrics metrics) {
            return new Dispatcher(new Outbox(database), name, target, metrics);
        }
    }

    private Dispatcher(Outbox outbox, String name, PutTarget target, AlertMetrics metrics) {
        this.outbox = outbox;
        this.name = name;
        this.target = target;
        this.client = target.open();
        this.metrics = metrics;
        this.thread = new Thread(this::run, "alerts to " + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        Duration pause = Duration.ZERO;
        while (!isClosingAfter(pause)) {
            try {
                pause = sendDue();
                askForAge();
            } catch (SQLException e) {
                outbox.release();
                pause = failure("The outbox of alerts does not answer: " + e.getMessage());
            } catch (RuntimeException e) {
                // A thread that ends would be the end of all alerts.
                outbox.release();
                pause = failure("Alerts cannot be sent: " + e);
            }
        }
    }

    private boolean isClosingAfter(Duration pause) {
        try {
            return closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Sends what is due, at most {@link #MOST_AT_ONCE}, and returns the pause until it is looked again. */
    private Duration sendDue() throws SQLException {
        List<Outbox.Waiting> taken = outbox.take(MOST_AT_ONCE);
        if (taken.isEmpty()) {
            return POLL;
        }
        Map<Entry, String> ids = new LinkedHashMap<>();
        for (Outbox.Waiting alert : taken) {
            ids.put(new Entry(Long.toString(alert.customerId), target.record(alert.json.getBytes(UTF_8))), alert.id);
        }
        Map<Entry, String> refused;
        try {
            refused = client.put(List.copyOf(ids.keySet()));
        } catch (RuntimeException e) {
            metrics.failed.inc(taken.size());
            outbox.postpone(taken, shortened(e.getMessage()));
            return failure(name + " takes no alerts: " + e.getMessage());
        }
        Map<String, String> refusedIds = new HashMap<>();
        refused.forEach((entry, cause) -> refusedIds.put(ids.remove(entry), shortened(cause)));
        outbox.settle(name, ids.values(), refusedIds);
        metrics.sent.inc(ids.size());
        metrics.failed.inc(refusedIds.size());
        if (backoff != null) {
            LOG.info("Alerts are sent to {} again.", name);
            backoff = null;
        }
        return taken.size() == MOST_AT_ONCE ? Duration.ZERO : POLL;
    }

    private static String shortened(String cause) {
        String known = String.valueOf(cause);
        return known.substring(0, Math.min(known.length(), LONGEST_CAUSE));
    }

    private void askForAge() throws SQLException {
        long now = System.nanoTime();
        if (now - ageAskedNanos >= AGE_PAUSE_NANOS) {
            ageAskedNanos = now;
            metrics.oldestMillis = outbox.oldestMillis();
        }
    }

    private Duration failure(String what) {
        if (backoff == null) {
            LOG.warn("{}. No alert is lost, and it is tried again.", what);
            backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, FOR_EVER);
        }
        return backoff.pause();
    }

    /** Waits a little for a request that is under way; its alerts are sent again if it does not end. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        if (!thread.isAlive()) {
            outbox.close();
        }
    }
}
