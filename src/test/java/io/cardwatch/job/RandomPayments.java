package io.cardwatch.job;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.Seed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Some 5 000 random payments in order of time, a few of them sent twice or in conflict; and verdicts in the order in
 * which they become known, a few of them taken back, a few for a terminal that never saw the payment. The sequence
 * numbers are the positions in either list.
 */
final class RandomPayments {
    static final int CUSTOMERS = 40;
    private static final int TERMINALS = 15;
    private static final long START = Events.at("2024-02-20 00:00:00");
    private static final int DAYS = 45;

    final List<Transaction> transactions = new ArrayList<>();
    final List<FraudLabel> labels = new ArrayList<>();

    private final Random random = new Random(Seed.of("RandomPayments"));

    private record Known(Transaction transaction, long terminal, boolean fraud, long epochSecond) {}

    RandomPayments() {
        List<Known> verdicts = new ArrayList<>();
        random.longs(5_000, START, START + DAYS * Events.DAY).sorted().forEach(second -> {
            long cents = random.nextInt(50_000);
            Transaction transaction =
                    add(transactions.size(), second, random.nextInt(CUSTOMERS), random.nextInt(TERMINALS), cents);
            if (random.nextInt(20) == 0) {
                long otherCents = cents + random.nextInt(2);
                add(transaction.transactionId, second, transaction.customerId, transaction.terminalId, otherCents);
            }
            if (random.nextInt(4) == 0) {
                judge(transaction, verdicts);
            }
        });
        verdicts.sort(Comparator.comparingLong(Known::epochSecond));
        for (Known known : verdicts) {
            labels.add(Events.label(labels.size(), known.transaction, known.terminal, known.fraud, known.epochSecond));
        }
    }

    private Transaction add(long id, long epochSecond, long customer, long terminal, long cents) {
        Transaction transaction = Events.transaction(transactions.size(), id, epochSecond, customer, terminal, cents);
        transactions.add(transaction);
        return transaction;
    }

    private void judge(Transaction transaction, List<Known> verdicts) {
        long known = transaction.epochSecond + random.nextInt((int) (6 * Events.DAY));
        long terminal = random.nextInt(50) == 0 ? TERMINALS : transaction.terminalId;
        verdicts.add(new Known(transaction, terminal, random.nextInt(3) > 0, known));
        if (random.nextInt(5) == 0) {
            verdicts.add(new Known(transaction, terminal, false, known + random.nextInt((int) (20 * Events.DAY))));
        }
    }
}
