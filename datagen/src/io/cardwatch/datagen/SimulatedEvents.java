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
 * What happens in the simulated world, in order of time; within a second the verdicts come first, then the payments by
 * transaction id. Labels that become known only after the last day follow the last payment.
 *
 * <p>Days are drawn on demand, fourteen ahead of the one being given out, since a card compromised today marks payments
 * of the coming fortnight; those of the handbook's profile are drawn all at once. Not thread-safe.
 */
public final class SimulatedEvents implements Iterator<SimulatedEvent> {
    private static final String ORIGIN = "simulator";
    private static final byte[] NO_BYTES = new byte[0];

    private final Profile profile;
    private final Supplier<List<Payment>> days;
    private final Fraudsters fraudsters;
    /** The day being given out next and those after it, as far as they are drawn. */
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

    /** Payments given out so far that scenario 1, 2 or 3 made frauds; for 0 the genuine ones. */
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

    /** Frauds are always reported, genuine payments as often as the profile says; analysts find a fifth of the frauds. */
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
