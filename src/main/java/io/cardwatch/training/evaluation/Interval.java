package io.cardwatch.training.evaluation;

/** The 95 % confidence interval of a figure. */
public final class Interval {
    public final double low;
    public final double high;

    Interval(double low, double high) {
        this.low = low;
        this.high = high;
    }
}
