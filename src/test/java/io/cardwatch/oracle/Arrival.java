package io.cardwatch.oracle;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;

/** One thing the feature stage is told. */
public sealed interface Arrival {
    /** A transaction arrives. */
    record TransactionArrives(Transaction transaction) implements Arrival {
        @Override
        public String toString() {
            return String.format(
                    "tx    at %d: id %d, customer %d, terminal %d, %d cents [%s]",
                    transaction.epochSecond,
                    transaction.transactionId,
                    transaction.customerId,
                    transaction.terminalId,
                    transaction.amountCents,
                    transaction.origin.sequenceNumber());
        }
    }

    /** A label arrives. */
    record LabelArrives(FraudLabel label) implements Arrival {
        @Override
        public String toString() {
            return String.format(
                    "label at %d: %s, for tx at %d: id %d, customer %d, terminal %d [%s]",
                    label.labelEpochSecond,
                    label.fraud ? "fraud" : "genuine",
                    label.txEpochSecond,
                    label.transactionId,
                    label.customerId,
                    label.terminalId,
                    label.origin.sequenceNumber());
        }
    }

    /** Event time reaches {@code epochSecond}. */
    record WatermarkAdvances(long epochSecond) implements Arrival {
        @Override
        public String toString() {
            return "watermark " + epochSecond;
        }
    }
}
