package io.cardwatch.bench;

import java.util.Arrays;
import java.util.Locale;

/** What the runs of one candidate measured. */
final class Samples {
    private final double[] values;

    Samples(int runs) {
        values = new double[runs];
    }

    void set(int run, double value) {
        values[run] = value;
    }

    double median() {
        double[] sorted = sorted();
        return sorted[sorted.length / 2];
    }

    /** The median, and the range in brackets. */
    String text(String format) {
        double[] sorted = sorted();
        return String.format(
                Locale.ROOT,
                format + " (" + format + "–" + format + ")",
                median(),
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private double[] sorted() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
