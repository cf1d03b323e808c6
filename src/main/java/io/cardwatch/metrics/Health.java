package io.cardwatch.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line a minute about the stages of one job that run in this process. The line says what the metrics of these
 * stages counted since the line before. The thread ends with the last stage: a job that does not run logs nothing, and
 * a job that restarts begins again.
 *
 * <p>Each TaskManager logs its own share. A custom metric reporter could do the same, but Amazon's managed service
 * loads no plug-ins.
 */
final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final int PERIOD_SECONDS = 60;

    /** By job id. On a cluster each job has classes of its own, so there is one entry. */
    private static final Map<String, Health> JOBS = new HashMap<>();

    private final String job;
    private final Set<Metrics> stages = new LinkedHashSet<>();
    /** Counts of the stages that have ended. */
    private final Map<String, Long> ended = new HashMap<>();

    private Map<String, Long> reported = Map.of();
    private Supplier<String> modelVersion = () -> "unknown";
    /** Null until the job asks for reports. */
    private Timer clock;

    private Health(String job) {
        this.job = job;
    }

    static Health join(String job, Metrics stage) {
        synchronized (JOBS) {
            Health health = JOBS.computeIfAbsent(job, Health::new);
            health.stages.add(stage);
            return health;
        }
    }

    void leave(Metrics stage) {
        synchronized (JOBS) {
            if (!stages.remove(stage)) {
                return;
            }
            stage.counts().forEach((name, count) -> ended.merge(name, count, Long::sum));
            if (stages.isEmpty()) {
                JOBS.remove(job);
                if (clock != null) {
                    clock.cancel();
                }
            }
        }
    }

    void report(Supplier<String> version) {
        synchronized (JOBS) {
            modelVersion = version;
            if (clock == null) {
                clock = new Timer("cardwatch health", true);
                clock.scheduleAtFixedRate(
                        new TimerTask() {
                            @Override
                            public void run() {
                                log();
                            }
                        },
                        PERIOD_SECONDS * 1_000L,
                        PERIOD_SECONDS * 1_000L);
            }
        }
    }

    private void log() {
        synchronized (JOBS) {
            // The last stage may have ended while this thread waited.
            if (!stages.isEmpty()) {
                LOG.info("{}", line(PERIOD_SECONDS));
            }
        }
    }

    /** The line about what happened since the line before, {@code seconds} ago. */
    String line(int seconds) {
        synchronized (JOBS) {
            Map<String, Long> totals = new TreeMap<>(ended);
            stages.forEach(stage -> stage.counts().forEach((name, count) -> totals.merge(name, count, Long::sum)));
            Map<String, Long> news = new TreeMap<>();
            totals.forEach((name, total) -> news.put(name, total - reported.getOrDefault(name, 0L)));
            reported = totals;
            return String.join("; ", parts(news, seconds));
        }
    }

    private List<String> parts(Map<String, Long> news, int seconds) {
        List<String> parts = new ArrayList<>();
        long records = count(news, Metric.RECORDS);
        long scored = count(news, Metric.SCORED);
        parts.add(text("Last %d s: %,d records in (%,d/s)", seconds, records, records / seconds));
        parts.add(text("%,d scored (%,d/s), %,d alerts", scored, scored / seconds, count(news, Metric.ALERTS)));
        parts.add(deadLetters(news));
        parts.add(text("%,d redelivered", count(news, Metric.REDELIVERED)));
        parts.add(text("%,d of unknown customers", count(news, Metric.UNKNOWN_CUSTOMERS)));
        double lag = greatest(Metric.WATERMARK_LAG_MILLIS);
        if (!Double.isNaN(lag)) {
            parts.add(text("watermark %,.1f s behind", lag / 1e3));
        }
        long timed = count(news, Metric.COMMIT_LATENCY_ROWS);
        if (timed > 0) {
            parts.add(text(
                    "arrival to commit %,d ms on average, oldest row of the last batch %,.0f ms",
                    count(news, Metric.COMMIT_LATENCY_MILLIS_TOTAL) / timed,
                    greatest(Metric.COMMIT_LATENCY_MILLIS_OLDEST)));
        }
        long flushes = count(news, Metric.FLUSHES);
        parts.add(text(
                "%,d rows new in the warehouse, %,d flushes of %,d ms, %,d retries",
                count(news, Metric.ROWS_WRITTEN),
                flushes,
                count(news, Metric.FLUSH_MILLIS_TOTAL) / Math.max(1, flushes),
                count(news, Metric.RETRIES)));
        long hits = count(news, Metric.WINDOW_CACHE_HITS);
        long looks = hits + count(news, Metric.WINDOW_CACHE_MISSES);
        if (looks > 0) {
            parts.add(text("window cache %.1f %% hits", 100.0 * hits / looks));
        }
        parts.add("model " + modelVersion.get());
        return parts;
    }

    private static String deadLetters(Map<String, Long> news) {
        String prefix = Metric.DEAD_LETTERS.key + ".";
        List<String> reasons = new ArrayList<>();
        news.forEach((name, count) -> {
            if (name.startsWith(prefix) && count > 0) {
                reasons.add(text("%,d %s", count, name.substring(prefix.length())));
            }
        });
        return reasons.isEmpty() ? "no dead letters" : "dead letters: " + String.join(", ", reasons);
    }

    /** NaN where no stage has it. */
    private double greatest(Metric gauge) {
        return stages.stream()
                .map(stage -> stage.value(gauge))
                .filter(Objects::nonNull)
                .mapToDouble(Number::doubleValue)
                .max()
                .orElse(Double.NaN);
    }

    private static long count(Map<String, Long> news, Metric metric) {
        return news.getOrDefault(metric.key, 0L);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
