package io.cardwatch.domain;

/** What was decided about a payment, and by what. Immutable. */
@SuppressWarnings("EnumOrdinal") // the places of the columns never change
public final class Decision {
    private static final Object[] NOTHING = new Object[DecisionColumn.values().length];

    /** The model's probability of fraud, 0 to 1. */
    public final double probability;
    /** The probability from which {@link #prediction()} is 1. */
    public final double threshold;

    public final String modelVersion;
    /** By column; null where there is nothing. */
    private final Object[] values;

    /** A decision by a score alone. */
    public Decision(double probability, double threshold, String modelVersion) {
        this(probability, threshold, modelVersion, NOTHING);
    }

    private Decision(double probability, double threshold, String modelVersion, Object[] values) {
        this.probability = probability;
        this.threshold = threshold;
        this.modelVersion = modelVersion;
        this.values = values;
    }

    /** 1 when the probability reaches the threshold, else 0. */
    public int prediction() {
        return probability >= threshold ? 1 : 0;
    }

    /** The value of {@code column}, of its type; null where there is none. */
    public Object get(DecisionColumn column) {
        return values[column.ordinal()];
    }

    /** The same decision with a value, which may be null. */
    public Decision with(DecisionColumn column, Object value) {
        Object[] changed = values.clone();
        changed[column.ordinal()] = value == null ? null : column.type.cast(value);
        return new Decision(probability, threshold, modelVersion, changed);
    }
}
