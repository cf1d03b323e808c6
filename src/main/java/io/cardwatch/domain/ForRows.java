package io.cardwatch.domain;

/** The payments that something of a decision is computed for. */
public enum ForRows {
    /** Every payment. */
    ALL,
    /** Those that are found suspicious. */
    ALERTS,
    /** No payment, at no cost. */
    NONE;

    /** Whether a payment that was or was not found suspicious gets it. */
    public boolean asksFor(boolean suspicious) {
        return this == ALL || (this == ALERTS && suspicious);
    }
}
