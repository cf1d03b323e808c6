package io.cardwatch.serve;

import io.cardwatch.domain.Decision;
import io.cardwatch.feature.WindowKind;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;

/** What a server counts about itself, in Prometheus' text format. */
final class ServeMetrics {
    private static final PrometheusTextFormatWriter TEXT = new PrometheusTextFormatWriter(false);
    private static final double[] SECONDS = {0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram requests = Histogram.builder()
            .name("cardwatch_serve_request_seconds")
            .help("Time from a request's first byte to its answer.")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
    private final Counter refused = Counter.builder()
            .name("cardwatch_serve_refused_total")
            .help("Requests, or items of a batch, that were refused, by the problem's code.")
            .labelNames("reason")
            .register(registry);
    private final Counter predictions = Counter.builder()
            .name("cardwatch_serve_predictions_total")
            .help("Transactions that were answered, by fraud_prediction.")
            .labelNames("fraud_prediction")
            .register(registry);
    private final Counter stale = Counter.builder()
            .name("cardwatch_serve_stale_total")
            .help("Answers marked stale.")
            .register(registry);
    private final Counter missing = Counter.builder()
            .name("cardwatch_serve_store_misses_total")
            .help("Windows that the store did not have.")
            .labelNames("kind")
            .register(registry);
    private final Gauge published = Gauge.builder()
            .name("cardwatch_serve_published_seconds")
            .help("Unix time through which the job has published all changes, as of the last look.")
            .register(registry);
    private final Gauge watermark = Gauge.builder()
            .name("cardwatch_serve_watermark_seconds")
            .help("Unix time of the job's oldest watermark, as of the last look; 0 where there is none yet.")
            .register(registry);

    /** Shows what is counted before it is. */
    ServeMetrics() {
        predictions.initLabelValues("0");
        predictions.initLabelValues("1");
        for (WindowKind kind : WindowKind.values()) {
            missing.initLabelValues(kind.lowerCaseName());
        }
    }

    /** Shows a route before its first request. */
    void route(String route) {
        requests.initLabelValues(route);
    }

    void answered(String route, long nanos) {
        requests.labelValues(route).observe(nanos / 1e9);
    }

    void refused(Problem problem) {
        refused.labelValues(problem.code).inc();
    }

    void predicted(Decision decision, boolean isStale) {
        predictions.labelValues(Integer.toString(decision.prediction())).inc();
        if (isStale) {
            stale.inc();
        }
    }

    void missed(WindowKind kind) {
        missing.labelValues(kind.lowerCaseName()).inc();
    }

    void published(long throughMillis, long watermarkMillis) {
        published.set(throughMillis / 1e3);
        watermark.set(watermarkMillis / 1e3);
    }

    /** All metrics, in the text format of Prometheus. */
    byte[] text() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TEXT.write(bytes, registry.scrape());
        return bytes.toByteArray();
    }

    /** A constant as codes and labels write it. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
