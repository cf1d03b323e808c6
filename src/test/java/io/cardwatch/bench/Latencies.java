package io.cardwatch.bench;

import java.util.Arrays;
import java.util.Locale;

/** Times that records took, in milliseconds. */
final class Latencies {
    private final double[] millis;
    private int size;

    Latencies(int capacity) {
        millis = new double[capacity];
    }

    void add(double value) {
        millis[size++] = value;
    }

    int size() {
        return size;
    }

    /** The 50th, 99th and 99.9th percentile. */
    @Override
    public String toString() {
        double[] sorted = Arrays.copyOf(millis, size);
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "p50 %,.1f  p99 %,.1f  p99.9 %,.1f ms",
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                quantile(sorted, 0.999));
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) Math.ceil(share * sorted.length) - 1)];
    }
}
