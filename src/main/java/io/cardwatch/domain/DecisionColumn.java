package io.cardwatch.domain;

import java.util.Locale;

/**
 * What a decision may hold beside its score, each under its own name in the warehouse, in files and in answers, in this
 * order. Whoever makes a value sets it by {@link Decision#with}; nothing else names the column but the SQL that creates it.
 */
public enum DecisionColumn {
    /** How unlike the past the vector is. */
    ANOMALY_SCORE(Double.class),
    /** What is to be done: none, alert, review, block or allow. */
    ACTION(String.class),
    /** JSON array of the rules that fired, by priority. */
    RULES(String.class),
    /** JSON array of what moved the score, strongest first. */
    REASONS(String.class),
    /** Hash of all that was in force: models, threshold, rules, lists. */
    CONTROL_VERSION(String.class);

    /** Double or String. */
    public final Class<?> type;

    DecisionColumn(Class<?> type) {
        this.type = type;
    }

    /** The name of its warehouse column. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
