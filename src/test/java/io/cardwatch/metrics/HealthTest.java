package io.cardwatch.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.DeadLetterReason;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final String job = UUID.randomUUID().toString();
    private final Metrics stage = Metrics.of(group(job));
    private final Health health = Health.join(job, stage);

    @AfterEach
    void endStage() {
        stage.close();
    }

    @Test
    void theLineAddsUpWhatAllSubtasksCountedSinceTheLineBefore() {
        Metrics other = Metrics.of(group(job));
        stage.counter(Metric.RECORDS).inc(100);
        other.counter(Metric.RECORDS).inc(500);
        other.counter(Metric.DEAD_LETTERS, DeadLetterReason.BAD_JSON).inc(3);
        other.counter(Metric.DEAD_LETTERS, DeadLetterReason.EMPTY);
        stage.counter(Metric.REDELIVERED).inc(7);
        stage.reportHealth(() -> "m-1");

        assertThat(health.line(60))
                .startsWith("Last 60 s: 600 records in (10/s); 0 scored (0/s), 0 alerts; dead letters: 3 BAD_JSON; "
                        + "7 redelivered; ")
                .endsWith("; model m-1");
        other.counter(Metric.SCORED).inc(1_200);
        assertThat(health.line(60))
                .startsWith("Last 60 s: 0 records in (0/s); 1,200 scored (20/s), 0 alerts; no dead letters; ");
        other.close();
    }

    @Test
    void whatASubtaskCountedThatEndedIsNeitherLostNorToldTwice() {
        Metrics other = Metrics.of(group(job));
        other.counter(Metric.RECORDS).inc(500);
        other.close();
        other.close();

        assertThat(health.line(10)).startsWith("Last 10 s: 500 records in (50/s); ");
        assertThat(health.line(10)).startsWith("Last 10 s: 0 records in (0/s); ");
    }

    @Test
    void lagLatencyAndCacheAreToldOnlyWhereThereAreSome() {
        assertThat(health.line(60)).doesNotContain("watermark", "arrival", "cache");

        stage.gauge(Metric.WATERMARK_LAG_MILLIS, () -> 1_500L);
        stage.gauge(Metric.COMMIT_LATENCY_MILLIS_OLDEST, () -> 320L);
        stage.counter(Metric.COMMIT_LATENCY_ROWS).inc(10);
        stage.counter(Metric.COMMIT_LATENCY_MILLIS_TOTAL).inc(1_610);
        stage.counter(Metric.FLUSHES).inc(4);
        stage.counter(Metric.FLUSH_MILLIS_TOTAL).inc(50);
        stage.counter(Metric.RETRIES).inc(2);
        stage.counter(Metric.ROWS_WRITTEN).inc(9);
        stage.counter(Metric.WINDOW_CACHE_HITS).inc(3);
        stage.counter(Metric.WINDOW_CACHE_MISSES).inc(1);
        Metrics furtherBehind = Metrics.of(group(job));
        furtherBehind.gauge(Metric.WATERMARK_LAG_MILLIS, () -> 4_200L);

        assertThat(health.line(60))
                .contains(
                        "; watermark 4.2 s behind; arrival to commit 161 ms on average, oldest row of the last batch 320 ms; ",
                        "; 9 rows new in the warehouse, 4 flushes of 12 ms, 2 retries; window cache 75.0 % hits; ");
        furtherBehind.close();
    }

    @Test
    void jobsDoNotCountForEachOther() {
        Metrics stranger = Metrics.of(group(UUID.randomUUID().toString()));
        stranger.counter(Metric.RECORDS).inc(100);

        assertThat(health.line(60)).startsWith("Last 60 s: 0 records in ");
        stranger.close();
    }

    private static MetricGroup group(String job) {
        return new UnregisteredMetricsGroup() {
            @Override
            public Map<String, String> getAllVariables() {
                return Map.of("<job_id>", job);
            }
        };
    }
}
