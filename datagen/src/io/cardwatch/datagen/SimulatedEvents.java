package io.cardwatch.datagen;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/**
 * The events of the simulated world in order of time; within a second, verdicts come first, then payments by
 * transaction id. Labels that become known only after the last day follow the last payment.
 *
 * <p>Days are drawn on demand, fourteen ahead of the current one, since a card compromised today marks payments of the
 * coming fortnight. Those of the handbook's profile are drawn all at once. Not thread-safe.
 */
public final class SimulatedEvents implements Iterator<SimulatedEvent> {
    private static final String ORIGIN = "simulator";
    private static final byte[] NO_BYTES = new byte[0];

    private final Profile profile;
    private final Supplier<List<Payment>> days;
    private final Fraudsters fraudsters;
    /** The days drawn so far, from the next one to return. */
    private final ArrayDeque<List<Payment>> daysAhead = new ArrayDeque<>();

    private final ArrayDeque<Transaction> today = new ArrayDeque<>();
    private final PriorityQueue<FraudLabel> verdicts =
            new PriorityQueue<>(Comparator.<FraudLabel>comparingLong(label -> label.labelEpochSecond)
                    .thenComparingLong(label -> label.transactionId));
    private final long[] paymentsByScenario = new long[4];
    private int drawnDays;
    private int startedDays;
    private long nextTransactionId;

    SimulatedEvents(Profile profile, World world) {
        this.profile = profile;
        days = profile.handbook ? new HandbookTable(profile, world)::nextDay : new Shoppers(profile, world)::nextDay;
        fraudsters = new Fraudsters(profile);
    }

    @Override
    public boolean hasNext() {
        while (today.isEmpty() && startedDays < profile.days) {
            startDay();
        }
        return !today.isEmpty() || !verdicts.isEmpty();
    }

    @Override
    public SimulatedEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the simulation is over");
        }
        if (today.isEmpty() || (!verdicts.isEmpty() && verdicts.peek().labelEpochSecond <= today.peek().epochSecond)) {
            return SimulatedEvent.of(verdicts.poll());
        }
        Transaction transaction = today.poll();
        paymentsByScenario[(int) transaction.fraudScenario]++;
        return SimulatedEvent.of(transaction);
    }

    /** The number of payments returned so far with this scenario, 1, 2 or 3; 0 for genuine ones. */
    public long payments(int scenario) {
        return paymentsByScenario[scenario];
    }

    private void startDay() {
        while (drawnDays < profile.drawnDays() && drawnDays < startedDays + Fraudsters.CARD_DAYS) {
            List<Payment> payments = days.get();
            fraudsters.strikeDay(drawnDays++, payments);
            daysAhead.add(payments);
        }
        fraudsters.strikeCards(startedDays, daysAhead);
        Draws labelDraws = XoshiroDraws.of(profile.seed, Draws.Purpose.LABELS, startedDays);
        for (Payment payment : daysAhead.remove()) {
            Transaction transaction = transaction(payment);
            today.add(transaction);
            judge(transaction, labelDraws);
        }
        startedDays++;
    }

    private Transaction transaction(Payment payment) {
        long id = nextTransactionId++;
        return new Transaction(
                id,
                profile.startEpochSecond() + payment.second,
                payment.customer,
                payment.terminal,
                payment.cents,
                payment.second,
                startedDays,
                payment.scenario == 0 ? 0 : 1,
                payment.scenario,
                origin(payment.customer, id),
                NO_BYTES);
    }

    /** Draws the verdict: always for frauds, else as often as the profile says. Analysts find a fifth of the frauds. */
    private void judge(Transaction transaction, Draws draws) {
        boolean fraud = transaction.fraud == 1;
        double chance = draws.uniform(0, 1);
        if (!fraud && chance >= profile.genuineLabelShare) {
            return;
        }
        verdicts.add(new FraudLabel(
                transaction.transactionId,
                transaction.epochSecond,
                transaction.customerId,
                transaction.terminalId,
                fraud,
                transaction.epochSecond + profile.labelDelay.draw(draws),
                fraud && chance >= 0.2 ? "chargeback" : "analyst",
                origin(transaction.terminalId, transaction.transactionId),
                NO_BYTES));
    }

    private static RecordOrigin origin(long partitionKey, long sequence) {
        return new RecordOrigin(
                ORIGIN, Long.toString(partitionKey), "", Long.toString(sequence), RecordOrigin.NO_ARRIVAL);
    }
}
