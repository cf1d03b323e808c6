package io.cardwatch.training.report;

import io.cardwatch.training.evaluation.Interval;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Numbers as the page writes them, the same under every locale. */
final class Numbers {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Numbers() {}

    /** 12,345 */
    static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value + 0.0);
    }

    /** 500, 1k, 2M: short enough for an axis. */
    static String tick(double value) {
        double size = Math.abs(value);
        return size >= 1e6 ? count(value / 1e6) + "M" : size >= 1e3 ? count(value / 1e3) + "k" : count(value);
    }

    /** 12,345.50 */
    static String money(double amount) {
        return String.format(Locale.ROOT, "%,.2f", amount);
    }

    /** 95.3 %, with a no-break space. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f\u00a0%%", 100 * share);
    }

    /** 95.3 %, or a dash if the whole is 0. */
    static String percent(double part, double whole) {
        return whole == 0 ? "–" : percent(part / whole);
    }

    /** A share that may be very small, to two digits: 0.0012 %. */
    static String smallPercent(double share) {
        double percent = 100 * share;
        if (percent == 0) {
            return "0\u00a0%";
        }
        int decimals = (int) Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(percent))));
        String text = String.format(Locale.ROOT, "%." + decimals + "f", percent);
        return (text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text) + "\u00a0%";
    }

    /** 0.781 */
    static String score(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Both ends of an interval. */
    static String range(Interval interval, DoubleFunction<String> number) {
        return number.apply(interval.low) + " to " + number.apply(interval.high);
    }

    /** The UTC day of an epoch second: 24 Sep 2018. */
    static String day(long epochSecond) {
        return DAY.format(Instant.ofEpochSecond(epochSecond));
    }
}
