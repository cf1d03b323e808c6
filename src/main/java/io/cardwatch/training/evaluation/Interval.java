package io.cardwatch.training.evaluation;

/** Between which values a figure lies with a confidence of 95 %. */
public final class Interval {
    public final double low;
    public final double high;

    Interval(double low, double high) {
        this.low = low;
        this.high = high;
    }
}
