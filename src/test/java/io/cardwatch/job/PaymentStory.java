package io.cardwatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.LabelJson;
import io.cardwatch.codec.TransactionJson;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Events;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Simulated payments and their verdicts of a month, a few of which were taken back; and how they are sent: some twice,
 * and among records that cannot be used.
 */
final class PaymentStory {
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

    final List<Transaction> transactions = new ArrayList<>();
    final List<FraudLabel> labels = new ArrayList<>();
    final List<Customer> customers;
    private int labelsSent;

    /** 20 000 payments. */
    static PaymentStory ofAMonth() {
        return new PaymentStory(20_000, 350, 5);
    }

    /**
     * So many payments as there are by so many customers.
     *
     * @param customers 350 for 20 000 payments
     */
    PaymentStory(int payments, int customers, long seed) {
        Simulation simulation = Simulation.of(Profile.reference()
                .seed(seed)
                .customers(customers)
                .terminals(customers / 3)
                .radius(20)
                .firstDay(LocalDate.of(2024, 2, 20))
                .days(40)
                .labelDelay(LabelDelay.parse("uniform:0d,3d"))
                .genuineLabelShare(0.1)
                .build());
        this.customers = simulation.customers();
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
        labels.sort(Comparator.comparingLong(label -> label.labelEpochSecond));
    }

    /**
     * Sends the payments from one index to another, and first what has become known when each is made.
     *
     * @param pace is told before each request how many payments of the story are out with it
     */
    void send(int from, int to, SentRecords payments, SentRecords verdicts, IntConsumer pace) {
        for (int i = from; i < to; i++) {
            Transaction transaction = transactions.get(i);
            addLabels(transaction.epochSecond, verdicts);
            payments.add(transaction.customerId, TransactionJson.encode(transaction), name(transaction));
            if (i >= 500) {
                addRepeatsAndBad(i, payments, verdicts);
            }
            if (payments.full()) {
                pace.accept(i + 1);
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

    private void addLabels(long untilEpochSecond, SentRecords verdicts) {
        while (labelsSent < labels.size() && labels.get(labelsSent).labelEpochSecond <= untilEpochSecond) {
            FraudLabel label = labels.get(labelsSent++);
            verdicts.add(label.terminalId, LabelJson.encode(label), "");
        }
    }

    private void addRepeatsAndBad(int i, SentRecords payments, SentRecords verdicts) {
        Transaction earlier = transactions.get(i - 500);
        if (i % 10 == 0) {
            payments.add(earlier.customerId, TransactionJson.encode(earlier), name(earlier));
        }
        if (i % 100 == 1) {
            payments.addRefused(
                    earlier.customerId, TransactionJson.encode(withOtherAmount(earlier)), DeadLetterReason.CONFLICT);
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
    static String name(Transaction transaction) {
        return transaction.customerId + " " + transaction.transactionId + " " + transaction.epochSecond;
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
