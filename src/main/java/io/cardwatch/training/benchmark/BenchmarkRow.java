package io.cardwatch.training.benchmark;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.benchmark.ReferenceHistory.Labels;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** A row of the benchmark's table: its features and labels, and the learner. */
public final class BenchmarkRow {
    /** How a row learns, and what it is tested on. */
    enum Learner {
        /** On the seven days before the gap; the handbook's folds. */
        LOGISTIC_REGRESSION,
        /** On the seven days before the gap; the handbook's folds. */
        TREES_OF_A_WEEK,
        /** On everything before the gap; the handbook's folds. */
        TREES,
        /** A forest of what is not known as fraud before the gap; the handbook's folds. */
        ANOMALY,
        /**
         * As {@code train --validation-days 14 --threshold 0.5}, on the days up to 2018-07-24; tested on all cards of
         * August and September.
         */
        TRAIN_COMMAND
    }

    private static final Labels SEVEN_DAYS = Labels.fixed(Duration.ofDays(7));
    private static final Labels ON_ARRIVAL = Labels.reported("lognormal:3d,1.0");
    /** The compromised terminal, where each payment by itself looks like any other. */
    private static final int UNLABELLED_SCENARIO = 2;

    /** All rows, those with the same labels side by side. */
    public static final List<BenchmarkRow> ALL = List.of(
            new BenchmarkRow("logistic-regression", SEVEN_DAYS, FeatureSet.REFERENCE, Learner.LOGISTIC_REGRESSION),
            new BenchmarkRow("reference-train7", SEVEN_DAYS, FeatureSet.REFERENCE, Learner.TREES_OF_A_WEEK),
            new BenchmarkRow("reference", SEVEN_DAYS, FeatureSet.REFERENCE, Learner.TREES),
            new BenchmarkRow("extended", SEVEN_DAYS, FeatureSet.EXTENDED, Learner.TREES),
            new BenchmarkRow("anomaly-reference", SEVEN_DAYS, FeatureSet.REFERENCE, Learner.ANOMALY),
            new BenchmarkRow("anomaly-extended", SEVEN_DAYS, FeatureSet.EXTENDED, Learner.ANOMALY),
            unlabelled("unlabelled-reference", FeatureSet.REFERENCE, Learner.TREES),
            unlabelled("unlabelled-extended", FeatureSet.EXTENDED, Learner.TREES),
            unlabelled("unlabelled-anomaly-reference", FeatureSet.REFERENCE, Learner.ANOMALY),
            unlabelled("unlabelled-anomaly-extended", FeatureSet.EXTENDED, Learner.ANOMALY),
            new BenchmarkRow("true-rate-reference", SEVEN_DAYS, FeatureSet.REFERENCE, Learner.TRAIN_COMMAND),
            new BenchmarkRow("true-rate-extended", SEVEN_DAYS, FeatureSet.EXTENDED, Learner.TRAIN_COMMAND),
            new BenchmarkRow("extended-on-arrival", ON_ARRIVAL, FeatureSet.EXTENDED, Learner.TREES),
            new BenchmarkRow("true-rate-on-arrival", ON_ARRIVAL, FeatureSet.EXTENDED, Learner.TRAIN_COMMAND),
            delayed("delay-14d", Duration.ofDays(14)),
            delayed("delay-7d", Duration.ofDays(7)),
            delayed("delay-3d", Duration.ofDays(3)),
            delayed("delay-1d", Duration.ofDays(1)),
            delayed("delay-6h", Duration.ofHours(6)));

    /** The name in tables and on the command line. */
    public final String name;

    final Labels labels;
    final FeatureSet set;
    final Learner learner;
    /** The scenario whose frauds it learns from as genuine payments: nobody had labelled them. 0 for none. */
    final int unlabelledScenario;

    private BenchmarkRow(String name, Labels labels, FeatureSet set, Learner learner) {
        this(name, labels, set, learner, 0);
    }

    private BenchmarkRow(String name, Labels labels, FeatureSet set, Learner learner, int unlabelledScenario) {
        this.name = name;
        this.labels = labels;
        this.set = set;
        this.learner = learner;
        this.unlabelledScenario = unlabelledScenario;
    }

    private static BenchmarkRow unlabelled(String name, FeatureSet set, Learner learner) {
        return new BenchmarkRow(name, SEVEN_DAYS, set, learner, UNLABELLED_SCENARIO);
    }

    private static BenchmarkRow delayed(String name, Duration delay) {
        return new BenchmarkRow(name, Labels.fixed(delay), FeatureSet.EXTENDED, Learner.TREES);
    }

    /** The names of all rows. */
    public static List<String> names() {
        return ALL.stream().map(row -> row.name).collect(Collectors.toUnmodifiableList());
    }
}
