package io.cardwatch.training.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Arrays;

/**
 * A figure with its 95 % interval by card. It may say nothing, such as a precision without any alert: then all three are
 * NaN, and null in JSON.
 */
@JsonPropertyOrder({"value", "low", "high"})
public final class Figure {
    /** NaN where it says nothing. */
    public final double value;

    @JsonIgnore
    public final Interval interval;
    /** By draw, so that two figures of the same cards can be compared. */
    private final double[] draws;

    Figure(double value, double[] draws) {
        this.value = value;
        this.draws = draws;
        this.interval = Double.isNaN(value) ? new Interval(Double.NaN, Double.NaN) : CardBootstrap.interval(draws);
    }

    /** A figure that says nothing. */
    static Figure unknown() {
        double[] draws = new double[CardBootstrap.DRAWS];
        Arrays.fill(draws, Double.NaN);
        return new Figure(Double.NaN, draws);
    }

    /**
     * The difference from {@code other}, draw by draw. The interval is that of the difference, so it is narrower than the
     * two figures' own where both are of the same payments.
     *
     * @param other a figure of the same rows
     */
    public Figure minus(Figure other) {
        double[] differences = new double[draws.length];
        Arrays.setAll(differences, draw -> draws[draw] - other.draws[draw]);
        return new Figure(value - other.value, differences);
    }

    /** Whether it says something. */
    @JsonIgnore
    public boolean isKnown() {
        return !Double.isNaN(value);
    }

    @JsonProperty("value")
    Double jsonValue() {
        return orNull(value);
    }

    @JsonProperty("low")
    Double jsonLow() {
        return orNull(interval.low);
    }

    @JsonProperty("high")
    Double jsonHigh() {
        return orNull(interval.high);
    }

    private static Double orNull(double number) {
        return Double.isNaN(number) ? null : number;
    }
}
