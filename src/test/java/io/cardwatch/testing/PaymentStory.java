package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Simulated payments and their verdicts of a month or so, a few of which were taken back; and how they are sent: some twice,
 * and among records that cannot be used.
 */
public final class PaymentStory {
    /** The first day, UTC. */
    public static final LocalDate FIRST_DAY = LocalDate.of(2024, 2, 20);

    private static final int MONTH = 30;
    /** In a month. */
    private static final int PAYMENTS_PER_CUSTOMER = 57;

    private static final int PAYMENTS_PER_TERMINAL = 166;
    /** A radius in which a customer of twenty thousand payments' story finds terminals; more terminals need less. */
    private static final double RADIUS = 20;

    private static final int TERMINALS_OF_RADIUS = 120;
    private static final List<Map.Entry<String, DeadLetterReason>> BAD_PAYMENTS = List.of(
            // Long before the first payment, and long known to be so when it comes.
            Map.entry(payment("2024-01-15 12:00:00", "1", "1"), DeadLetterReason.TOO_OLD),
            Map.entry(" ", DeadLetterReason.EMPTY),
            Map.entry("{\"TRANSACTION_ID\":1,", DeadLetterReason.BAD_JSON),
            Map.entry("[1]", DeadLetterReason.NOT_OBJECT),
            Map.entry(payment("2024-03-01 12:00:00", "1", "1.5"), DeadLetterReason.ID_INVALID),
            Map.entry(payment("2024-02-30 12:00:00", "1", "1"), DeadLetterReason.BAD_DATETIME),
            Map.entry(payment("2099-01-01 12:00:00", "1", "1"), DeadLetterReason.FUTURE),
            Map.entry(payment("2024-03-01 12:00:00", "-1", "1"), DeadLetterReason.AMOUNT_NEGATIVE));
    private static final List<Map.Entry<String, DeadLetterReason>> BAD_VERDICTS = List.of(
            Map.entry("{}", DeadLetterReason.MISSING),
            Map.entry(verdict("2024-03-02 12:00:00", 2), DeadLetterReason.LABEL_INVALID),
            Map.entry(verdict("2024-02-29 12:00:00", 1), DeadLetterReason.LABEL_INVALID));

    public final List<Transaction> transactions = new ArrayList<>();
    public final List<FraudLabel> labels = new ArrayList<>();
    public final List<Customer> customers;
    private final int repeatedAfter;
    private boolean conflicts = true;
    private int labelsSent;

    /** A month's story of its own for each seed and number of payments. */
    public PaymentStory(long seed, int payments) {
        this(seed, payments, MONTH);
    }

    /**
     * A story of about so many days. Each customer makes about 57 payments a month, each terminal takes about 166,
     * however many there are in all.
     */
    public PaymentStory(long seed, int payments, int days) {
        // Three quarters of a day, never too late.
        repeatedAfter = payments * 3 / (4 * days);
        int inAMonth = payments / days * MONTH;
        int terminals = Math.max(1, inAMonth / PAYMENTS_PER_TERMINAL);
        Simulation simulation = Simulation.of(Profile.reference()
                .seed(seed)
                .customers(Math.max(1, inAMonth / PAYMENTS_PER_CUSTOMER))
                .terminals(terminals)
                .radius(RADIUS * Math.sqrt((double) TERMINALS_OF_RADIUS / terminals))
                .firstDay(FIRST_DAY)
                .days(days * 4 / 3)
                .labelDelay(LabelDelay.parse("uniform:0d,3d"))
                .genuineLabelShare(0.1)
                .build());
        customers = simulation.customers();
        Set<Long> ids = new HashSet<>();
        for (SimulatedEvents events = simulation.events(); events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel() && ids.contains(event.label.transactionId)) {
                labels.add(event.label);
            } else if (!event.isLabel() && transactions.size() < payments) {
                transactions.add(event.observed());
                ids.add(event.transaction.transactionId);
            }
        }
        labels.addAll(labels.stream()
                .filter(label -> label.fraud && label.transactionId % 10 == 0)
                .map(PaymentStory::takenBack)
                .toList());
        if (transactions.size() < payments) {
            throw new IllegalStateException("only " + transactions.size() + " payments in " + days * 4 / 3 + " days");
        }
        labels.sort(Comparator.comparingLong(label -> label.labelEpochSecond));
    }

    /** Leaves out payments with other content: for where it is not certain which of two comes first. */
    public PaymentStory withoutConflicts() {
        conflicts = false;
        return this;
    }

    /** Sends the payments from one index to another, and first what has become known when each is made. */
    public void send(int from, int to, SentRecords payments, SentRecords verdicts) {
        for (int i = from; i < to; i++) {
            Transaction transaction = transactions.get(i);
            addLabels(transaction.epochSecond, verdicts);
            payments.add(transaction.customerId, RecordJson.encode(transaction), name(transaction));
            if (i >= repeatedAfter) {
                addRepeatsAndBad(i, payments, verdicts);
            }
            if (payments.full()) {
                verdicts.send();
                payments.send();
            }
        }
        if (to == transactions.size()) {
            addLabels(Long.MAX_VALUE, verdicts);
        }
        verdicts.send();
        payments.send();
    }

    /** Adds the verdicts that become known until then and are not added yet. */
    public void addLabels(long untilEpochSecond, SentRecords verdicts) {
        while (labelsSent < labels.size() && labels.get(labelsSent).labelEpochSecond <= untilEpochSecond) {
            FraudLabel label = labels.get(labelsSent++);
            verdicts.add(label.terminalId, RecordJson.encode(label), "");
        }
    }

    private void addRepeatsAndBad(int i, SentRecords payments, SentRecords verdicts) {
        Transaction earlier = transactions.get(i - repeatedAfter);
        if (i % 10 == 0) {
            payments.add(earlier.customerId, RecordJson.encode(earlier), name(earlier));
        }
        if (conflicts && i % 100 == 1) {
            payments.addRefused(
                    earlier.customerId, RecordJson.encode(withOtherAmount(earlier)), DeadLetterReason.CONFLICT);
        }
        if (i >= transactions.size() / 2 && i % 50 == 2) {
            var bad = BAD_PAYMENTS.get(i / 50 % BAD_PAYMENTS.size());
            payments.addRefused(i, bad.getKey().getBytes(UTF_8), bad.getValue());
        }
        if (i % 200 == 3) {
            var bad = BAD_VERDICTS.get(i / 200 % BAD_VERDICTS.size());
            verdicts.addRefused(i, bad.getKey().getBytes(UTF_8), bad.getValue());
        }
    }

    /** The name under which a transaction is sent. */
    public static String name(Transaction transaction) {
        return transaction.customerId + " " + transaction.transactionId + " " + transaction.epochSecond;
    }

    /** By name, the reference features that each payment must have, with the shipped delay and lateness. */
    public Map<String, double[]> expectedFeatures() {
        return expectedFeatures(transactions, labels);
    }

    /** The same for any payments and verdicts. */
    public static Map<String, double[]> expectedFeatures(List<Transaction> transactions, List<FraudLabel> labels) {
        var answers = BoundedOracle.run(7 * Events.DAY, 3 * Events.DAY, transactions, labels);
        Map<String, double[]> expected = new LinkedHashMap<>();
        for (int i = 0; i < transactions.size(); i++) {
            expected.put(name(transactions.get(i)), answers.verdicts().get(i).features);
        }
        return expected;
    }

    private static FraudLabel takenBack(FraudLabel label) {
        return new FraudLabel(
                label.transactionId,
                label.txEpochSecond,
                label.customerId,
                label.terminalId,
                false,
                label.labelEpochSecond + Events.DAY,
                "analyst",
                label.origin,
                label.raw);
    }

    private static Transaction withOtherAmount(Transaction transaction) {
        return Events.transaction(
                0,
                transaction.transactionId,
                transaction.epochSecond,
                transaction.customerId,
                transaction.terminalId,
                transaction.amountCents + 1);
    }

    private static String payment(String dateTime, String amount, String terminal) {
        return "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"" + dateTime + "\",\"CUSTOMER_ID\":1,\"TERMINAL_ID\":"
                + terminal + ",\"TX_AMOUNT\":" + amount + "}";
    }

    private static String verdict(String known, int fraud) {
        return "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-03-01 12:00:00\",\"CUSTOMER_ID\":1,\"TERMINAL_ID\":1,"
                + "\"TX_FRAUD\":" + fraud + ",\"LABEL_DATETIME\":\"" + known + "\"}";
    }
}
