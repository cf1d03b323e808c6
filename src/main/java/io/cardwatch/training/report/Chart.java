package io.cardwatch.training.report;

import com.samskivert.mustache.Escapers;
import java.util.Locale;

/**
 * One chart as an SVG element. The page's style sheet sets its looks by the given class names. The drawing scales with
 * its box; a phone shows it at three quarters of the size.
 */
final class Chart {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 330;
    private static final int LEFT = 74;
    private static final int RIGHT = 30;
    private static final int TOP = 14;
    private static final int BOTTOM = 52;

    private final String title;
    private final Axis x;
    private final Axis y;
    private final StringBuilder marks = new StringBuilder();

    /** Empty axes; a screen reader reads the title. */
    Chart(String title, Axis x, Axis y) {
        this.title = title;
        this.x = x;
        this.y = y;
    }

    /** The area between two lines over the same x values. */
    Chart band(String type, double[] places, double[] lows, double[] highs) {
        StringBuilder path = new StringBuilder("M");
        for (int i = 0; i < places.length; i++) {
            path.append(i == 0 ? "" : "L").append(point(places[i], highs[i]));
        }
        for (int i = places.length - 1; i >= 0; i--) {
            path.append("L").append(point(places[i], lows[i]));
        }
        marks.append("<path class=\"")
                .append(type)
                .append("\" d=\"")
                .append(path)
                .append("Z\"/>\n");
        return this;
    }

    Chart line(String type, double[] places, double[] values) {
        StringBuilder path = new StringBuilder("M");
        for (int i = 0; i < places.length; i++) {
            path.append(i == 0 ? "" : "L").append(point(places[i], values[i]));
        }
        marks.append("<path class=\"")
                .append(type)
                .append("\" d=\"")
                .append(path)
                .append("\"/>\n");
        return this;
    }

    /** An upright bar that stands on the axis. */
    Chart bar(String type, double from, double to, double value) {
        double left = across(from);
        double top = down(value);
        return element(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                type, left, top, across(to) - left, HEIGHT - BOTTOM - top);
    }

    /** A dot, and an upright line through it from {@code low} to {@code high}. */
    Chart dot(String type, double place, double value, double low, double high) {
        element("<path class=\"%s whisker\" d=\"M%sL%s\"/>", type, point(place, low), point(place, high));
        return dot(type, place, value);
    }

    Chart dot(String type, double place, double value) {
        return element("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>", type, across(place), down(value));
    }

    /** Text above and to the right of a point, where there usually is room; near the right end to the left. */
    Chart note(String text, double place, double value) {
        boolean right = x.position(place) < 0.75;
        return element(
                "<text class=\"note\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                across(place) + (right ? 8 : -8), down(value) - 8, right ? "start" : "end", escaped(text));
    }

    /** An upright line from bottom to top. */
    Chart marker(String type, double place) {
        return element("<path class=\"%s\" d=\"M%.1f,%dV%d\"/>", type, across(place), HEIGHT - BOTTOM, TOP);
    }

    /** The whole element. */
    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                WIDTH,
                HEIGHT,
                escaped(title)));
        for (double tick : y.ticks) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%d,%.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    LEFT,
                    down(tick),
                    WIDTH - RIGHT,
                    LEFT - 7,
                    down(tick) + 4,
                    escaped(y.text(tick))));
        }
        for (double tick : x.ticks) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%.1f,%dV%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    across(tick),
                    HEIGHT - BOTTOM,
                    TOP,
                    across(tick),
                    HEIGHT - BOTTOM + 17,
                    escaped(x.text(tick))));
        }
        svg.append(marks);
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                        + "<text class=\"axis\" transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n</svg>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 10,
                escaped(x.label),
                (TOP + HEIGHT - BOTTOM) / 2,
                escaped(y.label)));
        return svg.toString();
    }

    private Chart element(String format, Object... values) {
        marks.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    private String point(double place, double value) {
        return String.format(Locale.ROOT, "%.1f,%.1f", across(place), down(value));
    }

    private double across(double place) {
        return LEFT + x.position(place) * (WIDTH - LEFT - RIGHT);
    }

    private double down(double value) {
        return HEIGHT - BOTTOM - y.position(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static String escaped(String text) {
        return Escapers.HTML.escape(text);
    }
}
