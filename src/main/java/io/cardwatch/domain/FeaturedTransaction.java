package io.cardwatch.domain;

/** A transaction with its feature vector, as of its own time. */
public final class FeaturedTransaction {
    public final Transaction transaction;
    /** Values by {@link Feature#index()}; the terminal's are 0 until the terminal's stage has filled them in. */
    public final double[] features;

    public FeaturedTransaction(Transaction transaction, double[] features) {
        this.transaction = transaction;
        this.features = features;
    }
}
