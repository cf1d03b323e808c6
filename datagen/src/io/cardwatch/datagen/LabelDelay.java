package io.cardwatch.datagen;

import io.cardwatch.domain.BadInputException;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.util.TimeUtils;

/** How long after a payment its verdict becomes known: a distribution over whole seconds. */
public final class LabelDelay {
    private static final String REMEDY =
            "Write fixed:DURATION, lognormal:MEDIAN,SIGMA or uniform:FROM,TO, for instance fixed:7d, lognormal:3d,1.0"
                    + " or uniform:0d,7d.";

    private enum Shape {
        FIXED,
        LOGNORMAL,
        UNIFORM
    }

    private final Shape shape;
    /** Seconds: the delay, the median or the lower end. */
    private final double first;
    /** Unused, the standard deviation of the logarithm, or the upper end in seconds. */
    private final double second;

    private final String spelling;

    private LabelDelay(Shape shape, double first, double second, String spelling) {
        this.shape = shape;
        this.first = first;
        this.second = second;
        this.spelling = spelling;
    }

    /** Always the same delay, 0 or more. */
    public static LabelDelay fixed(Duration delay) {
        return new LabelDelay(Shape.FIXED, delay.toSeconds(), 0, "fixed:" + delay.toSeconds() + "s");
    }

    /**
     * Reads {@code fixed:7d}, {@code lognormal:3d,1.0} (median, standard deviation of the natural logarithm) or {@code
     * uniform:0d,7d}; durations with their unit, as in the configuration ({@code 90s}, {@code 12 h}, {@code
     * 7 d}).
     *
     * @throws BadInputException if the text is none of these
     */
    public static LabelDelay parse(String text) {
        String[] nameAndRest = text.trim().toLowerCase(Locale.ROOT).split(":", 2);
        String[] arguments = nameAndRest.length < 2 ? new String[0] : nameAndRest[1].split(",", -1);
        try {
            switch (nameAndRest[0] + "/" + arguments.length) {
                case "fixed/1":
                    return new LabelDelay(Shape.FIXED, seconds(arguments[0]), 0, text);
                case "lognormal/2":
                    return lognormal(seconds(arguments[0]), Double.parseDouble(arguments[1].trim()), text);
                case "uniform/2":
                    return uniform(seconds(arguments[0]), seconds(arguments[1]), text);
                default:
                    throw new IllegalArgumentException("no such distribution");
            }
        } catch (IllegalArgumentException e) {
            throw new BadInputException(
                    "The label delay \"" + text + "\" cannot be read: " + e.getMessage() + ".", REMEDY, e);
        }
    }

    private static LabelDelay lognormal(double median, double sigma, String text) {
        if (!(sigma >= 0 && sigma <= 5)) {
            throw new IllegalArgumentException("sigma " + sigma + " is not between 0 and 5");
        }
        return new LabelDelay(Shape.LOGNORMAL, median, sigma, text);
    }

    private static LabelDelay uniform(double from, double to, String text) {
        if (from > to) {
            throw new IllegalArgumentException("it ends before it begins");
        }
        return new LabelDelay(Shape.UNIFORM, from, to, text);
    }

    private static double seconds(String duration) {
        String amount = duration.trim();
        // Flink would read a bare number as milliseconds.
        if (!amount.isEmpty() && amount.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("the duration " + amount + " has no unit");
        }
        return TimeUtils.parseDuration(amount).toSeconds();
    }

    /** Draws one delay, in whole seconds, 0 or more. */
    long draw(Draws draws) {
        switch (shape) {
            case LOGNORMAL:
                return Math.round(first * Math.exp(draws.normal(0, second)));
            case UNIFORM:
                return Math.round(draws.uniform(first, second));
            default:
                return (long) first;
        }
    }

    /** The text that it was read from. */
    @Override
    public String toString() {
        return spelling;
    }
}
