package io.cardwatch.training.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;

/** One axis of a chart: what it measures, its ends and its ticks. */
final class Axis {
    final String label;
    /** Values that get a line and a number. */
    final List<Double> ticks;

    private final double low;
    private final double high;
    private final DoubleUnaryOperator scale;
    private final DoubleFunction<String> number;

    private Axis(
            String label,
            double low,
            double high,
            List<Double> ticks,
            DoubleUnaryOperator scale,
            DoubleFunction<String> number) {
        this.label = label;
        this.low = low;
        this.high = high;
        this.ticks = ticks;
        this.scale = scale;
        this.number = number;
    }

    /** Equal distances for equal differences, a tick every {@code step}. */
    static Axis linear(String label, double low, double high, double step, DoubleFunction<String> number) {
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return new Axis(label, low, high, ticks, value -> value, number);
    }

    /** Equal distances for equal ratios, a tick at every power of ten; both ends above 0. */
    static Axis logarithmic(String label, double low, double high, DoubleFunction<String> number) {
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.ceil(Math.log10(low) - 1e-9); Math.pow(10, power) <= high * (1 + 1e-9); power++) {
            ticks.add(Math.pow(10, power));
        }
        return new Axis(label, low, high, ticks, Math::log10, number);
    }

    /** A step that gives four to ten ticks up to {@code span}: 1, 2 or 5 times a power of ten. */
    static double step(double span) {
        double power = Math.pow(10, Math.floor(Math.log10(span)));
        double lead = span / power;
        return lead < 2 ? power / 5 : lead < 5 ? power / 2 : power;
    }

    /** 0 at the low end, 1 at the high end; values beyond an end count as the end. */
    double position(double value) {
        double within = Math.max(low, Math.min(high, value));
        double from = scale.applyAsDouble(low);
        return (scale.applyAsDouble(within) - from) / (scale.applyAsDouble(high) - from);
    }

    String text(double tick) {
        return number.apply(tick);
    }
}
