package io.cardwatch.domain;

/** What a challenger says about a payment: a model that only scores beside the one that decides. Immutable. */
public final class ShadowScore {
    public final long customerId;
    public final long transactionId;
    /** The payment's UTC epoch second. */
    public final long epochSecond;
    /** The challenger's name. */
    public final String slot;

    public final String modelVersion;
    /** Its probability of fraud, 0 to 1. */
    public final double probability;
    /** 1 where that reaches the challenger's own threshold, else 0. */
    public final int prediction;

    public ShadowScore(
            long customerId,
            long transactionId,
            long epochSecond,
            String slot,
            String modelVersion,
            double probability,
            int prediction) {
        this.customerId = customerId;
        this.transactionId = transactionId;
        this.epochSecond = epochSecond;
        this.slot = slot;
        this.modelVersion = modelVersion;
        this.probability = probability;
        this.prediction = prediction;
    }
}
