package io.cardwatch.domain;

/** A transaction with its features, the model's verdict and the customer's contact details: a row of predictions. */
public final class ScoredTransaction {
    /** {@link #scoredAtMillis} of a bounded run, whose output is a function of its input alone. */
    public static final long NOT_TIMED = Long.MIN_VALUE;

    public final Transaction transaction;
    /** Values by {@link Feature#index()}. */
    public final double[] features;
    /** The model's probability of fraud, 0 to 1. */
    public final double fraudProbability;
    /** The probability from which {@link #prediction()} is 1. */
    public final double threshold;

    public final String modelVersion;
    /** Wall clock when it was scored, UTC epoch milliseconds, or {@link #NOT_TIMED}. */
    public final long scoredAtMillis;
    /** Contact details, each null where the customer is not known or contacts are switched off. */
    public final String fullName;

    public final String emailAddress;
    public final String phoneNumber;

    public ScoredTransaction(
            Transaction transaction,
            double[] features,
            double fraudProbability,
            double threshold,
            String modelVersion,
            long scoredAtMillis,
            String fullName,
            String emailAddress,
            String phoneNumber) {
        this.transaction = transaction;
        this.features = features;
        this.fraudProbability = fraudProbability;
        this.threshold = threshold;
        this.modelVersion = modelVersion;
        this.scoredAtMillis = scoredAtMillis;
        this.fullName = fullName;
        this.emailAddress = emailAddress;
        this.phoneNumber = phoneNumber;
    }

    /** 1 when the probability reaches the threshold, else 0. */
    public int prediction() {
        return fraudProbability >= threshold ? 1 : 0;
    }

    /** The same row with the contact details of {@code customer}. */
    public ScoredTransaction withContact(Customer customer) {
        return new ScoredTransaction(
                transaction,
                features,
                fraudProbability,
                threshold,
                modelVersion,
                scoredAtMillis,
                customer.fullName,
                customer.emailAddress,
                customer.phoneNumber);
    }
}
