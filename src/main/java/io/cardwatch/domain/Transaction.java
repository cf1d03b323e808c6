package io.cardwatch.domain;

/**
 * A card payment as it was decoded and validated.
 *
 * <p>Its identity is ({@link #customerId}, {@link #transactionId}, {@link #epochSecond}): public producers restart the
 * transaction id every day, so the id alone is not unique. Its content is {@link #terminalId} and {@link #amountCents}.
 */
public final class Transaction {
    /** Value of an optional field that the record did not carry. */
    public static final long ABSENT = Long.MIN_VALUE;

    private static final byte[] NO_BYTES = {};

    public final long transactionId;
    /** TX_DATETIME, UTC epoch seconds. */
    public final long epochSecond;

    public final long customerId;
    public final long terminalId;
    /** TX_AMOUNT in cents, 0 or more. */
    public final long amountCents;
    /** TX_TIME_SECONDS as the producer sent it, or {@link #ABSENT}; never used for time. */
    public final long timeSeconds;
    /** TX_TIME_DAYS as the producer sent it, or {@link #ABSENT}; never used for time. */
    public final long timeDays;
    /** TX_FRAUD (0 or 1) of a labelled file, or {@link #ABSENT}; always absent on a stream, never a feature. */
    public final long fraud;
    /** TX_FRAUD_SCENARIO of a labelled file, or {@link #ABSENT}; always absent on a stream, never a feature. */
    public final long fraudScenario;

    public final RecordOrigin origin;
    /** The bytes it was decoded from, for its dead letter in case it is refused later; empty once it is accepted. */
    public final byte[] raw;

    public Transaction(
            long transactionId,
            long epochSecond,
            long customerId,
            long terminalId,
            long amountCents,
            long timeSeconds,
            long timeDays,
            long fraud,
            long fraudScenario,
            RecordOrigin origin,
            byte[] raw) {
        this.transactionId = transactionId;
        this.epochSecond = epochSecond;
        this.customerId = customerId;
        this.terminalId = terminalId;
        this.amountCents = amountCents;
        this.timeSeconds = timeSeconds;
        this.timeDays = timeDays;
        this.fraud = fraud;
        this.fraudScenario = fraudScenario;
        this.origin = origin;
        this.raw = raw;
    }

    /** The same transaction without its raw bytes, which are needed only until it is accepted. */
    public Transaction withoutRaw() {
        return new Transaction(
                transactionId,
                epochSecond,
                customerId,
                terminalId,
                amountCents,
                timeSeconds,
                timeDays,
                fraud,
                fraudScenario,
                origin,
                NO_BYTES);
    }

    /** The same transaction with {@code verdict}, 0, 1 or {@link #ABSENT}, in place of its own TX_FRAUD. */
    public Transaction withFraud(long verdict) {
        return new Transaction(
                transactionId,
                epochSecond,
                customerId,
                terminalId,
                amountCents,
                timeSeconds,
                timeDays,
                verdict,
                fraudScenario,
                origin,
                raw);
    }
}
