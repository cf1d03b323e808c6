package io.cardwatch.domain;

/** A transaction with its features, the decision about it and the customer's contact details: a row of predictions. */
public final class ScoredTransaction {
    /** {@link #scoredAtMillis} of a bounded run, whose output depends on its input alone. */
    public static final long NOT_TIMED = Long.MIN_VALUE;

    public final Transaction transaction;
    /** Values by {@link Feature#index()}. */
    public final double[] features;

    public final Decision decision;
    /** Wall clock of the decision, UTC epoch milliseconds, or {@link #NOT_TIMED}. */
    public final long scoredAtMillis;
    /** Contact details, each null where the customer is not known or contacts are switched off. */
    public final String fullName;

    public final String emailAddress;
    public final String phoneNumber;

    public ScoredTransaction(
            Transaction transaction,
            double[] features,
            Decision decision,
            long scoredAtMillis,
            String fullName,
            String emailAddress,
            String phoneNumber) {
        this.transaction = transaction;
        this.features = features;
        this.decision = decision;
        this.scoredAtMillis = scoredAtMillis;
        this.fullName = fullName;
        this.emailAddress = emailAddress;
        this.phoneNumber = phoneNumber;
    }

    /** The same row with the contact details of {@code customer}. */
    public ScoredTransaction withContact(Customer customer) {
        return new ScoredTransaction(
                transaction,
                features,
                decision,
                scoredAtMillis,
                customer.fullName,
                customer.emailAddress,
                customer.phoneNumber);
    }
}
