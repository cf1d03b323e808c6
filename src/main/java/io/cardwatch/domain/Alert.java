package io.cardwatch.domain;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A decision that people are told of, or that is held because they have enough to do. */
public final class Alert {
    private static final int ID_LENGTH = 32;

    /** The payment and the decision about it. */
    public final ScoredTransaction row;
    /** Whether it is kept but not sent. */
    public final boolean held;
    /** Where it is to be sent; empty where alerts are only kept. */
    public final String target;

    public Alert(ScoredTransaction row, boolean held, String target) {
        this.row = row;
        this.held = held;
        this.target = target;
    }

    /**
     * The first 32 hexadecimal digits of the SHA-256 of {@code CUSTOMER_ID/TRANSACTION_ID/EPOCH_SECOND}. A payment has one
     * alert at most, and each repetition of it has the same id.
     */
    public String id() {
        Transaction payment = row.transaction;
        String identity = payment.customerId + "/" + payment.transactionId + "/" + payment.epochSecond;
        return Sha256.of(identity.getBytes(UTF_8)).substring(0, ID_LENGTH);
    }
}
