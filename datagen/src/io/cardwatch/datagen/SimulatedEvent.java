package io.cardwatch.datagen;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;

/** An event of the simulated world: a payment is made, or the verdict about an earlier one becomes known. */
public final class SimulatedEvent {
    /** The payment with its truth in {@code fraud} and {@code fraudScenario}; null exactly when {@link #isLabel()}. */
    public final Transaction transaction;
    /** The verdict; null unless {@link #isLabel()}. */
    public final FraudLabel label;

    private SimulatedEvent(Transaction transaction, FraudLabel label) {
        this.transaction = transaction;
        this.label = label;
    }

    static SimulatedEvent of(Transaction transaction) {
        return new SimulatedEvent(transaction, null);
    }

    static SimulatedEvent of(FraudLabel label) {
        return new SimulatedEvent(null, label);
    }

    public boolean isLabel() {
        return label != null;
    }

    /** The payment as a stream carries it, without its true label. */
    public Transaction observed() {
        return new Transaction(
                transaction.transactionId,
                transaction.epochSecond,
                transaction.customerId,
                transaction.terminalId,
                transaction.amountCents,
                transaction.timeSeconds,
                transaction.timeDays,
                Transaction.ABSENT,
                Transaction.ABSENT,
                transaction.origin,
                transaction.raw);
    }

    /** TX_DATETIME of a payment, LABEL_DATETIME of a verdict, UTC epoch seconds. */
    public long epochSecond() {
        return isLabel() ? label.labelEpochSecond : transaction.epochSecond;
    }
}
