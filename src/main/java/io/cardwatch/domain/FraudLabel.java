package io.cardwatch.domain;

/** A verdict about one transaction: fraud or genuine, and since when that is known. */
public final class FraudLabel {
    /** Identity of the transaction, with {@link #customerId} and {@link #txEpochSecond}. */
    public final long transactionId;

    /** TX_DATETIME of the transaction, UTC epoch seconds. */
    public final long txEpochSecond;

    public final long customerId;
    public final long terminalId;
    public final boolean fraud;
    /** LABEL_DATETIME, when the verdict became known, UTC epoch seconds; not before {@link #txEpochSecond}. */
    public final long labelEpochSecond;
    /** LABEL_SOURCE, such as {@code chargeback} or {@code analyst}; empty where the record names none. */
    public final String labelSource;

    public final RecordOrigin origin;
    /** The bytes it was decoded from, for its dead letter in case its transaction never arrives. */
    public final byte[] raw;

    public FraudLabel(
            long transactionId,
            long txEpochSecond,
            long customerId,
            long terminalId,
            boolean fraud,
            long labelEpochSecond,
            String labelSource,
            RecordOrigin origin,
            byte[] raw) {
        this.transactionId = transactionId;
        this.txEpochSecond = txEpochSecond;
        this.customerId = customerId;
        this.terminalId = terminalId;
        this.fraud = fraud;
        this.labelEpochSecond = labelEpochSecond;
        this.labelSource = labelSource;
        this.origin = origin;
        this.raw = raw;
    }
}
