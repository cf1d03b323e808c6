package io.cardwatch.training.report;

import io.cardwatch.domain.Feature;
import io.cardwatch.training.history.TrainingData;
import java.util.List;

/** A kind of payment that a fraud team may ask about, recognised from a row. */
final class Segment {
    /** In groups that each cover all payments once, except that night and weekend overlap. */
    static final List<Segment> ALL = List.of(
            amount("below 20", 0, 20),
            amount("20 to 50", 20, 50),
            amount("50 to 100", 50, 100),
            amount("100 to 200", 100, 200),
            amount("200 and more", 200, Float.POSITIVE_INFINITY),
            new Segment(
                    "Time (UTC)",
                    "weekday, day",
                    (rows, row) -> rows.value(row, Feature.TX_DURING_NIGHT.index()) == 0
                            && rows.value(row, Feature.TX_DURING_WEEKEND.index()) == 0),
            new Segment(
                    "Time (UTC)",
                    "night (hours 0 to 6)",
                    (rows, row) -> rows.value(row, Feature.TX_DURING_NIGHT.index()) == 1),
            new Segment(
                    "Time (UTC)", "weekend", (rows, row) -> rows.value(row, Feature.TX_DURING_WEEKEND.index()) == 1),
            activity("up to 10 payments in 30 days", 0, 11),
            activity("11 to 60", 11, 61),
            activity("more than 60", 61, Float.POSITIVE_INFINITY),
            new Segment(
                    "Terminal",
                    "new: no payment yet in its 30-day window",
                    (rows, row) -> rows.value(row, Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW.index()) == 0),
            new Segment(
                    "Terminal",
                    "without known frauds there",
                    (rows, row) -> rows.value(row, Feature.TERMINAL_ID_NB_TX_30DAY_WINDOW.index()) > 0
                            && rows.value(row, Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()) == 0),
            new Segment(
                    "Terminal",
                    "with known frauds there",
                    (rows, row) -> rows.value(row, Feature.TERMINAL_ID_RISK_30DAY_WINDOW.index()) > 0));

    /** The name of its group. */
    final String group;

    final String name;
    private final Rows rows;

    private Segment(String group, String name, Rows rows) {
        this.group = group;
        this.name = name;
        this.rows = rows;
    }

    private static Segment amount(String name, float from, float below) {
        return between("Amount", name, Feature.TX_AMOUNT, from, below);
    }

    private static Segment activity(String name, float from, float below) {
        return between("Customer", name, Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW, from, below);
    }

    private static Segment between(String group, String name, Feature feature, float from, float below) {
        return new Segment(
                group,
                name,
                (rows, row) -> rows.value(row, feature.index()) >= from && rows.value(row, feature.index()) < below);
    }

    boolean holds(TrainingData data, int row) {
        return rows.hold(data, row);
    }

    /** Which rows of the data belong to it. */
    private interface Rows {
        boolean hold(TrainingData data, int row);
    }
}
