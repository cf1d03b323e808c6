package io.cardwatch.warehouse;

import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;

/** Rows for tests, of which only what a test is about is given. */
final class Rows {
    /** 2024-03-01 12:00:00 UTC. */
    static final long NOON = 1_709_294_400L;

    static final RecordOrigin KINESIS =
            new RecordOrigin("cust-payment-txn-stream", "7", "shardId-000000000000", "495900", NOON * 1000 + 250);

    private Rows() {}

    static Transaction transaction(long customer, long id, long epochSecond, long cents) {
        return new Transaction(
                id,
                epochSecond,
                customer,
                5,
                cents,
                43_200,
                0,
                Transaction.ABSENT,
                Transaction.ABSENT,
                KINESIS,
                new byte[0]);
    }

    static ScoredTransaction scored(long customer, long id, long epochSecond, long cents, double probability) {
        return new ScoredTransaction(
                transaction(customer, id, epochSecond, cents),
                features(cents),
                new Decision(probability, 0.5, "test-1"),
                NOON * 1000 + 300,
                "Ada Lovelace",
                "ada@example.org",
                "+44 1");
    }

    static FeaturedTransaction labelled(long customer, long id, long epochSecond, long cents, long fraud) {
        Transaction raw = transaction(customer, id, epochSecond, cents);
        return new FeaturedTransaction(
                new Transaction(
                        id, epochSecond, customer, 5, cents, raw.timeSeconds, 0, fraud, fraud, KINESIS, new byte[0]),
                features(cents));
    }

    /** A verdict {@code daysLater} about the transaction of the same identity. */
    static FraudLabel label(long customer, long id, long epochSecond, boolean fraud, int daysLater) {
        return new FraudLabel(
                id,
                epochSecond,
                customer,
                5,
                fraud,
                epochSecond + daysLater * 86_400L,
                "analyst",
                KINESIS,
                new byte[0]);
    }

    static double[] features(long cents) {
        double amount = cents / 100.0;
        return new double[] {amount, 0, 1, 1, amount, 2, amount, 3, amount, 4, 0.25, 5, 0.2, 6, 1 / 3.0};
    }
}
