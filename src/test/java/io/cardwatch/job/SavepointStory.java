package io.cardwatch.job;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What golden savepoints are about, and so never to be changed: 20 days of payments up to the savepoint, most of them at
 * one terminal that thereby counts its old ones by minute; 46 days afterwards, in which everything expires; verdicts,
 * some of them taken back, some for a terminal that never sees the payment. All payments are in the last second of a
 * minute, where counting by minute is exact.
 */
final class SavepointStory {
    static final int CUSTOMERS = 30;
    /** Has no payments. */
    static final int VANISHING_CUSTOMER = 99;

    private static final int TERMINALS = 6;
    private static final int BUSY_TERMINAL = 5_000;
    private static final long START = Events.at("2024-02-20 00:00:59");
    private static final int DAYS_BEFORE = 20;
    private static final int DAYS_AFTER = 46;
    private static final int MINUTES_OF_DAY = 1_440;

    final List<Transaction> transactions = new ArrayList<>();
    final List<FraudLabel> labels = new ArrayList<>();
    /** Number of transactions before the savepoint. */
    final int before;

    private final Random random = new Random(9);

    SavepointStory() {
        add(1_300, 0, DAYS_BEFORE, 10);
        before = transactions.size();
        add(250, DAYS_BEFORE, DAYS_BEFORE + DAYS_AFTER, 2);
    }

    private void add(int payments, int fromDay, int toDay, int busyShare) {
        random.ints(payments, fromDay * MINUTES_OF_DAY, toDay * MINUTES_OF_DAY)
                .sorted()
                .forEach(minute -> {
                    long terminal = random.nextInt(busyShare) > 0 ? BUSY_TERMINAL : random.nextInt(TERMINALS);
                    Transaction payment = add(
                            transactions.size(),
                            START + minute * 60L,
                            random.nextInt(CUSTOMERS),
                            terminal,
                            random.nextInt(50_000));
                    if (random.nextInt(30) == 0) {
                        add(
                                payment.transactionId,
                                payment.epochSecond,
                                payment.customerId,
                                terminal,
                                payment.amountCents + random.nextInt(2));
                    }
                    if (random.nextInt(8) == 0) {
                        judge(payment);
                    }
                });
    }

    private Transaction add(long id, long epochSecond, long customer, long terminal, long cents) {
        Transaction payment = Events.transaction(transactions.size(), id, epochSecond, customer, terminal, cents);
        transactions.add(payment);
        return payment;
    }

    private void judge(Transaction payment) {
        long known = payment.epochSecond + Events.DAY + random.nextInt((int) (5 * Events.DAY));
        long terminal = random.nextInt(10) == 0 ? TERMINALS : payment.terminalId;
        labels.add(Events.label(labels.size(), payment, terminal, random.nextInt(3) > 0, known));
        if (random.nextInt(5) == 0) {
            labels.add(Events.label(labels.size(), payment, terminal, false, known + 2 * Events.DAY));
        }
    }

    /** Sequence numbers of the payments that have a row. */
    Set<String> accepted() {
        Set<String> accepted = new HashSet<>();
        List<Verdict> verdicts = oracle(FeatureSet.REFERENCE).verdicts();
        for (int i = 0; i < verdicts.size(); i++) {
            if (verdicts.get(i).outcome == Outcome.ACCEPTED) {
                accepted.add(transactions.get(i).origin.sequenceNumber());
            }
        }
        return accepted;
    }

    /** The rows of the payments before position {@code to}, from {@code from} on. */
    List<String> rows(FeatureSet set, int from, int to) {
        List<String> rows = new ArrayList<>();
        List<Verdict> verdicts = oracle(set).verdicts();
        for (int i = from; i < to; i++) {
            if (verdicts.get(i).outcome == Outcome.ACCEPTED) {
                Transaction payment = transactions.get(i);
                rows.add(ToldInOrder.row(payment, verdicts.get(i).features, name(payment.customerId)));
            }
        }
        return rows;
    }

    /** The dead letters after the savepoint. */
    List<String> lettersAfter() {
        List<String> letters = new ArrayList<>();
        BoundedOracle.Answers oracle = oracle(FeatureSet.REFERENCE);
        for (int i = before; i < transactions.size(); i++) {
            if (oracle.verdicts().get(i).outcome == Outcome.CONFLICT) {
                letters.add(ToldInOrder.letter("CONFLICT", "transactions", Integer.toString(i)));
            }
        }
        oracle.unmatchedLabels()
                .forEach(label ->
                        letters.add(ToldInOrder.letter("LABEL_UNMATCHED", "labels", label.origin.sequenceNumber())));
        return letters;
    }

    /** Name of a customer in {@code customer_info}; null for those that are not there. */
    static String name(long customerId) {
        return customerId % 5 == 0 ? null : "Customer " + customerId;
    }

    private BoundedOracle.Answers oracle(FeatureSet set) {
        return BoundedOracle.run(new FeatureOracle(set, 7 * Events.DAY, 3 * Events.DAY), transactions, labels);
    }
}
