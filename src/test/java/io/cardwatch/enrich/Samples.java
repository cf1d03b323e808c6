package io.cardwatch.enrich;

import io.cardwatch.domain.Customer;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;

/** Customers and scored rows in which only what these tests look at varies. */
final class Samples {
    private Samples() {}

    static Customer customer(long customerId, String fullName) {
        return new Customer(
                customerId, "Baker", fullName + "@example.org", fullName, "555-" + customerId, "Springfield", null);
    }

    /** A row without contact details, at second {@code transactionId}. */
    static ScoredTransaction row(long customerId, long transactionId) {
        Transaction transaction = new Transaction(
                transactionId,
                transactionId,
                customerId,
                7,
                1_00,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                new RecordOrigin("stream", "", "", "", RecordOrigin.NO_ARRIVAL),
                new byte[0]);
        return new ScoredTransaction(
                transaction,
                new double[FeatureSet.REFERENCE.size()],
                new Decision(0.25, 0.5, "model-1"),
                ScoredTransaction.NOT_TIMED,
                null,
                null,
                null);
    }
}
