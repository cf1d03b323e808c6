package io.cardwatch.oracle;

import static io.cardwatch.oracle.Events.DAY;
import static io.cardwatch.oracle.Events.at;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Small random histories that are hard on windows; one seed, one history.
 *
 * <p>Few customers, terminals and ids, so that identities meet again; times a multiple of the windows' lengths apart,
 * give or take a second, so that their edges are hit; arrivals out of order within and beyond the allowed lateness;
 * redeliveries and conflicts; labels before, after or without their transaction, retracted, future-dated, with equal
 * dates; watermarks that creep, leap to an exact edge, or never come.
 */
public final class HistoryGenerator {
    private static final long[] DELAYS = {0, 1, DAY, 7 * DAY, 7 * DAY, 7 * DAY, 10 * DAY};
    private static final long[] LATENESSES = {0, 1, DAY, 3 * DAY, 3 * DAY, 3 * DAY, 40 * DAY};
    private static final long[] IDS = {0, 1, 2, 5_000_000_000L, Long.MAX_VALUE};
    private static final long[] CENTS = {0, 1, 999, 1_000, 12_345, 22_001, 99_999_999_999_999L};
    private static final long START = at("2020-02-28 23:59:58");

    private final Random random;
    private final long delay;
    private final long lateness;
    private final long[] strides;
    private final int keys;

    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Transaction> sent = new ArrayList<>();
    private final List<FraudLabel> labelled = new ArrayList<>();
    private long now = START;
    private long watermark = Long.MIN_VALUE;

    private HistoryGenerator(long seed) {
        this.random = new Random(seed);
        this.delay = pick(DELAYS);
        this.lateness = pick(LATENESSES);
        this.keys = 1 + random.nextInt(3);
        this.strides = new long[] {
            1,
            3_600,
            DAY,
            DAY,
            7 * DAY,
            30 * DAY,
            delay,
            delay + DAY,
            delay + 7 * DAY,
            delay + 30 * DAY,
            lateness,
            30 * DAY + lateness,
            delay + 30 * DAY + lateness
        };
    }

    /** The history of {@code seed}. */
    public static History history(long seed) {
        HistoryGenerator generator = new HistoryGenerator(seed);
        int steps = 5 + generator.random.nextInt(75);
        for (int i = 0; i < steps; i++) {
            generator.step();
        }
        return new History(seed, generator.delay, generator.lateness, List.copyOf(generator.arrivals));
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 45) {
            arrive(newTransaction());
        } else if (dice < 52 && !sent.isEmpty()) {
            arrive(redelivery());
        } else if (dice < 57 && !sent.isEmpty()) {
            arrive(conflict());
        } else if (dice < 77) {
            arrive(newLabel());
        } else if (dice < 84 && !labelled.isEmpty()) {
            arrive(revisedLabel());
        } else {
            advanceWatermark();
        }
    }

    private Transaction newTransaction() {
        if (random.nextInt(3) == 0) {
            now += nearEdge();
        }
        long second =
                switch (random.nextInt(8)) {
                    case 0 -> now - nearEdge();
                    case 1 -> sent.isEmpty() ? now : pickSent().epochSecond + nearEdge();
                    case 2 -> atAllowedLateness();
                    case 3 -> now - random.nextInt(7_200);
                    case 4 -> sent.isEmpty() ? now : pickSent().epochSecond;
                    default -> now;
                };
        return transaction(pick(IDS), second, pickKey(), pickKey(), pick(CENTS));
    }

    private Transaction redelivery() {
        Transaction again = pickSent();
        return transaction(
                again.transactionId, again.epochSecond, again.customerId, again.terminalId, again.amountCents);
    }

    private Transaction conflict() {
        Transaction known = pickSent();
        long terminal = random.nextBoolean() ? known.terminalId : pickKey();
        return transaction(known.transactionId, known.epochSecond, known.customerId, terminal, pick(CENTS));
    }

    private FraudLabel newLabel() {
        // One that was sent, or one that comes later or never; sometimes with a terminal that is not its own.
        Transaction tx = sent.isEmpty() || random.nextInt(4) == 0 ? newTransaction() : pickSent();
        long terminal = random.nextInt(10) == 0 ? pickKey() : tx.terminalId;
        boolean comesLater = random.nextInt(4) == 0;
        if (comesLater) {
            sent.add(tx);
        }
        return label(tx, terminal, labelTime(tx.epochSecond));
    }

    private FraudLabel revisedLabel() {
        FraudLabel known = labelled.get(random.nextInt(labelled.size()));
        Transaction tx = transaction(known.transactionId, known.txEpochSecond, known.customerId, known.terminalId, 0);
        long time = random.nextInt(3) == 0
                ? labelTime(known.txEpochSecond)
                : Math.max(known.txEpochSecond, known.labelEpochSecond + random.nextInt(3) - 1);
        return label(tx, known.terminalId, time);
    }

    private long labelTime(long txSecond) {
        long time =
                switch (random.nextInt(5)) {
                    case 0 -> txSecond;
                    case 1 -> txSecond + nearEdge();
                    case 2 -> now + nearEdge();
                    case 3 -> now;
                    default -> txSecond + delay;
                };
        return Math.max(txSecond, time);
    }

    private void advanceWatermark() {
        long target =
                switch (random.nextInt(6)) {
                    case 0 -> now;
                    case 1 -> sent.isEmpty() ? now : pickSent().epochSecond + nearEdge();
                    case 2 -> sent.isEmpty() ? now : pickSent().epochSecond + lateness + random.nextInt(3) - 1;
                    case 3 -> now + nearEdge();
                    default -> now - random.nextInt(86_400);
                };
        watermark = Math.max(watermark, target);
        if (random.nextBoolean()) {
            now = Math.max(now, watermark);
        }
        arrivals.add(new WatermarkAdvances(watermark));
    }

    /** One of the lengths at which something begins or ends, a second less or a second more. */
    private long nearEdge() {
        return Math.max(0, pick(strides) + random.nextInt(3) - 1);
    }

    private long atAllowedLateness() {
        return watermark == Long.MIN_VALUE ? now : watermark - lateness + random.nextInt(3) - 1;
    }

    private Transaction transaction(long id, long second, long customer, long terminal, long cents) {
        return Events.transaction(arrivals.size(), id, second, customer, terminal, cents);
    }

    private FraudLabel label(Transaction tx, long terminal, long labelSecond) {
        return Events.label(arrivals.size(), tx, terminal, random.nextInt(3) > 0, labelSecond);
    }

    private void arrive(Transaction tx) {
        sent.add(tx);
        arrivals.add(new TransactionArrives(tx));
    }

    private void arrive(FraudLabel label) {
        labelled.add(label);
        arrivals.add(new LabelArrives(label));
    }

    private Transaction pickSent() {
        return sent.get(random.nextInt(sent.size()));
    }

    private long pickKey() {
        return random.nextInt(keys);
    }

    private long pick(long[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
