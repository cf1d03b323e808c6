package io.cardwatch.domain;

import java.util.Locale;

/**
 * The optional values of a decision beside its score, in the order of the warehouse, files and answers, each with the
 * same name in all. The code that makes a value sets it by {@link Decision#with}; else only the SQL that creates it
 * names it.
 *
 * <p>A new column goes to the end: state holds the place of each.
 */
public enum DecisionColumn {
    /** How unlike the past the vector is. */
    ANOMALY_SCORE(Double.class),
    /** The action to take: none, alert, review, block or allow. */
    ACTION(String.class),
    /** JSON array of the rules that fired, by priority. */
    RULES(String.class),
    /** JSON array of what moved the score, strongest first. */
    REASONS(String.class),
    /** Hash of everything in force: models, threshold, rules, lists. */
    CONTROL_VERSION(String.class);

    /** Double or String. */
    public final Class<?> type;

    private final String column = name().toLowerCase(Locale.ROOT);

    DecisionColumn(Class<?> type) {
        this.type = type;
    }

    /** Whether its text is JSON. */
    public boolean isJson() {
        return this == RULES || this == REASONS;
    }

    /** The name of its warehouse column. */
    public String column() {
        return column;
    }
}
