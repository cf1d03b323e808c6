package io.cardwatch.serve;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.feature.WindowFormat;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.online.OnlineStore;
import io.cardwatch.online.Publication;
import io.cardwatch.online.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once a second whether requests can be answered. */
final class Health implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final long PERIOD_MILLIS = 1_000;

    private final OnlineStore store;
    private final ServeMetrics metrics;
    private final WindowFormat format;
    private final long maxStalenessMillis;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "serve-health");
        thread.setDaemon(true);
        return thread;
    });

    private final Future<?> looks;

    private volatile boolean draining;
    private volatile State state = new State("the first look is under way", 0, 0, true);

    Health(Settings settings, OnlineStore store, ServeMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        this.format = new WindowFormat(settings.get(Options.FEATURES_SET), WindowTimes.of(settings));
        this.maxStalenessMillis = settings.get(Options.SERVE_MAX_STALENESS).toMillis();
        this.looks = clock.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Publication publication = store.read(List.of()).publication;
            long through = publication.through();
            long watermark = Math.max(0, publication.oldestWatermark());
            metrics.published(through, watermark);
            state = new State(
                    publication
                            .settings()
                            .map(written -> written.equals(format.settings())
                                    ? ""
                                    : "the job's windows have " + written + ", this server reads " + format.settings())
                            .orElse("no job has published to the online store"),
                    through,
                    watermark,
                    through < System.currentTimeMillis() - maxStalenessMillis);
        } catch (StoreUnavailableException e) {
            state = new State("the online store does not answer", state.publishedThrough, state.watermark, true);
        } catch (RuntimeException e) {
            // The clock would look no more.
            LOG.error("A look at the online store failed", e);
            state = new State("the server failed; its log says why", state.publishedThrough, state.watermark, true);
        }
    }

    void drain() {
        draining = true;
    }

    /** Whether requests are answered; stale answers are answers. */
    boolean isReady() {
        return !draining && state.hindrance.isEmpty();
    }

    Instant publishedThrough() {
        return Instant.ofEpochMilli(state.publishedThrough);
    }

    /** Everything as JSON. */
    byte[] json() {
        State now = state;
        return RecordJson.object(json -> {
            json.writeBooleanField("live", true);
            json.writeBooleanField("ready", isReady());
            json.writeStringField("hindrance", draining ? "the server is stopping" : now.hindrance);
            json.writeStringField(
                    "published_through",
                    Instant.ofEpochMilli(now.publishedThrough).toString());
            json.writeStringField(
                    "watermark", Instant.ofEpochMilli(now.watermark).toString());
            json.writeBooleanField("stale", now.stale);
        });
    }

    @Override
    public void close() {
        looks.cancel(true);
        clock.shutdownNow();
    }

    /** What the last look found. */
    private static final class State {
        /** Why requests cannot be answered; empty where they can. */
        final String hindrance;

        final long publishedThrough;
        /** The oldest of the job, UTC epoch milliseconds; 0 where there is none yet. */
        final long watermark;

        final boolean stale;

        State(String hindrance, long publishedThrough, long watermark, boolean stale) {
            this.hindrance = hindrance;
            this.publishedThrough = publishedThrough;
            this.watermark = watermark;
            this.stale = stale;
        }
    }
}
