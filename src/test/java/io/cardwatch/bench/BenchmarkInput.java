package io.cardwatch.bench;

import static java.util.stream.Collectors.toSet;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The records that every candidate reads, in memory: payments and the labels of their frauds as JSON, in order of time.
 * They are kept in static fields, where sources of a local Flink find them without a copy; one input at a time.
 */
final class BenchmarkInput {
    static final int PARALLELISM = 2;

    private static final int TEN = 10;
    private static final int THREE_OF_TEN = 3;
    private static final long HOUR_MILLIS = 3_600_000;

    private static Entry[] entries = {};
    private static Entry[] inOrder = {};
    private static Entry[] labelsFirst = {};
    private static Entry[] told = {};
    private static int transactions;
    private static int keys;

    /** What is changed in the simulated world before it is written. */
    enum Shape {
        /** Nothing. */
        UNIFORM("uniform"),
        /** Each customer and each terminal become ten, each with a tenth of the payments. */
        TEN_TIMES_THE_KEYS("ten times the keys"),
        /** Three payments of ten are made at one terminal. */
        BUSY_TERMINAL("one terminal at 30 %"),
        /** One payment of ten arrives up to an hour late. */
        OUT_OF_ORDER("10 % out of order");

        final String title;

        Shape(String title) {
            this.title = title;
        }

        private long customer(long id, long transactionId) {
            return this == TEN_TIMES_THE_KEYS ? id * TEN + spread(transactionId) : id;
        }

        private long terminal(long id, long transactionId) {
            switch (this) {
                case TEN_TIMES_THE_KEYS:
                    return id * TEN + spread(transactionId);
                case BUSY_TERMINAL:
                    return spread(transactionId) < THREE_OF_TEN ? 0 : id;
                default:
                    return id;
            }
        }

        /** When a record arrives that is stamped {@code millis}. */
        private long arrival(long millis, long transactionId) {
            return this == OUT_OF_ORDER && spread(transactionId) == 0
                    ? millis + Long.remainderUnsigned(transactionId * 0x9E3779B97F4A7C15L, HOUR_MILLIS)
                    : millis;
        }

        private static long spread(long transactionId) {
            return Long.remainderUnsigned((transactionId + 1) * 0x9E3779B97F4A7C15L, TEN);
        }
    }

    private BenchmarkInput() {}

    /** Simulates {@code world} and puts it into {@code shape}; each half of the positions holds one half of the customers. */
    static void load(Profile world, Shape shape) {
        List<List<Entry>> halves = List.of(new ArrayList<>(), new ArrayList<>());
        Set<Long> customers = new HashSet<>();
        Set<Long> terminals = new HashSet<>();
        Simulation.of(world).events().forEachRemaining(event -> {
            Entry entry = new Entry(event, shape);
            halves.get((int) (entry.customerId % PARALLELISM)).add(entry);
            customers.add(entry.customerId);
            terminals.add(entry.terminalId);
        });
        Comparator<Entry> byArrival = Comparator.comparingLong(entry -> entry.arrivalMillis);
        if (shape == Shape.OUT_OF_ORDER) {
            halves.forEach(half -> half.sort(byArrival));
        }
        int half = Math.min(halves.get(0).size(), halves.get(1).size());
        List<Entry> both = new ArrayList<>(halves.get(0).subList(0, half));
        both.addAll(halves.get(1).subList(0, half));
        entries = both.toArray(Entry[]::new);
        Set<Long> labelled = both.stream()
                .filter(entry -> entry.label)
                .map(entry -> entry.transactionId)
                .collect(toSet());
        both.forEach(entry -> entry.fraud = labelled.contains(entry.transactionId));
        inOrder = entries.clone();
        Arrays.sort(inOrder, byArrival.thenComparing(entry -> !entry.label));
        labelsFirst = inOrder.clone();
        Arrays.sort(labelsFirst, Comparator.comparing(entry -> !entry.label));
        transactions = (int) both.stream().filter(entry -> !entry.label).count();
        keys = customers.size() + terminals.size();
        arrange(false);
    }

    /** Payments and labels. */
    static int size() {
        return entries.length;
    }

    /** Payments alone. */
    static int transactions() {
        return transactions;
    }

    /** Customers and terminals. */
    static int keys() {
        return keys;
    }

    /** The greatest id of a payment. */
    static int lastTransactionId() {
        return (int) Arrays.stream(entries)
                .mapToLong(entry -> entry.transactionId)
                .max()
                .orElseThrow();
    }

    /** From the first record to the last, milliseconds. */
    static long spanMillis() {
        return inOrder[inOrder.length - 1].arrivalMillis - inOrder[0].arrivalMillis;
    }

    /** A record, the two halves merged by arrival, labels first. */
    static Entry inOrder(int position) {
        return inOrder[position];
    }

    /**
     * Lets a single source tell all labels first, then the payments as they arrive, so that every candidate must give
     * the same rows; or two sources one half each, as fast as they can.
     */
    static void arrange(boolean forComparison) {
        told = forComparison ? labelsFirst : entries;
    }

    /** Whether they tell it so that rows can be compared. */
    static boolean isForComparison() {
        return told == labelsFirst;
    }

    /** A record, where the sources have it. */
    static Entry entry(long position) {
        return told[(int) position];
    }

    /** Event time of a record, UTC epoch milliseconds; labels that are told first have none. */
    static long timestamp(long position) {
        Entry entry = entry(position);
        return entry.label && isForComparison() ? Long.MIN_VALUE : entry.millis;
    }

    /** One record. */
    static final class Entry {
        final boolean label;
        final long transactionId;
        final long customerId;
        final long terminalId;
        final long millis;
        final long arrivalMillis;
        final byte[] bytes;
        /**
         * Whether a label among the records calls the payment a fraud. Peers know it from the beginning: they count it seven
         * days later, when labels come.
         */
        private boolean fraud;

        private Entry(SimulatedEvent event, Shape shape) {
            label = event.isLabel();
            millis = event.epochSecond() * 1000;
            if (label) {
                FraudLabel labelled = shaped(event.label, shape);
                transactionId = labelled.transactionId;
                customerId = labelled.customerId;
                terminalId = labelled.terminalId;
                bytes = RecordJson.encode(labelled);
                arrivalMillis = millis;
            } else {
                Transaction transaction = shaped(event.observed(), shape);
                transactionId = transaction.transactionId;
                customerId = transaction.customerId;
                terminalId = transaction.terminalId;
                bytes = RecordJson.encode(transaction);
                arrivalMillis = shape.arrival(millis, transactionId);
            }
        }

        private static Transaction shaped(Transaction from, Shape shape) {
            return new Transaction(
                    from.transactionId,
                    from.epochSecond,
                    shape.customer(from.customerId, from.transactionId),
                    shape.terminal(from.terminalId, from.transactionId),
                    from.amountCents,
                    from.timeSeconds,
                    from.timeDays,
                    from.fraud,
                    from.fraudScenario,
                    from.origin,
                    from.raw);
        }

        private static FraudLabel shaped(FraudLabel from, Shape shape) {
            return new FraudLabel(
                    from.transactionId,
                    from.txEpochSecond,
                    shape.customer(from.customerId, from.transactionId),
                    shape.terminal(from.terminalId, from.transactionId),
                    from.fraud,
                    from.labelEpochSecond,
                    from.labelSource,
                    from.origin,
                    from.raw);
        }

        boolean isFraud() {
            return fraud;
        }

        /** As long as what Kinesis gives. */
        RecordOrigin origin() {
            return BenchmarkInput.origin(millis);
        }
    }

    /** As Kinesis would tell of a record that arrived at {@code millis}, UTC epoch milliseconds. */
    static RecordOrigin origin(long millis) {
        return origin("49590338271490256608559692538361571095921575989136588898", millis);
    }

    /** The same of a record of its own. */
    static RecordOrigin origin(String sequenceNumber, long millis) {
        return new RecordOrigin("cust-payment-txn-stream", "596", "shardId-000000000003", sequenceNumber, millis);
    }
}
