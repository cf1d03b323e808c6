package io.cardwatch.training.benchmark;

import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.feature.FeatureReplay;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.training.history.TrainingData;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The payments of the handbook's world with their features, as a job would have computed them with labels arriving as
 * {@link Labels} says.
 */
final class ReferenceHistory {
    private static final Duration LATENESS = Duration.ofDays(3);

    /** When verdicts become known. */
    static final class Labels {
        private final LabelDelay delay;
        private final boolean genuineToo;
        private final Duration terminalDelay;

        private Labels(LabelDelay delay, boolean genuineToo, Duration terminalDelay) {
            this.delay = delay;
            this.genuineToo = genuineToo;
            this.terminalDelay = terminalDelay;
        }

        @Override
        public String toString() {
            return delay.toString();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Labels && toString().equals(other.toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        /** Every payment's verdict is known this long after it, and terminal windows end this long before a payment. */
        static Labels fixed(Duration delay) {
            return new Labels(LabelDelay.fixed(delay), true, delay);
        }

        /** Only frauds are reported, after a random time; terminal windows end seven days before a payment. */
        static Labels reported(String delay) {
            return new Labels(LabelDelay.parse(delay), false, Duration.ofDays(7));
        }
    }

    /** Every payment with its true label, in order of time. */
    final TrainingData rows;
    /** By row, the time its verdict is known, UTC epoch seconds; {@link Long#MAX_VALUE} for never. */
    private final long[] knownAt;

    private final Labels labels;

    private ReferenceHistory(TrainingData rows, long[] knownAt, Labels labels) {
        this.rows = rows;
        this.knownAt = knownAt;
        this.labels = labels;
    }

    /**
     * Simulates the world and replays it.
     *
     * @param world the handbook's, or another of the same days; its label settings are replaced
     * @param progress told the time of each event, UTC epoch seconds
     */
    static ReferenceHistory of(Profile.Builder world, FeatureSet set, Labels labels, LongConsumer progress) {
        Profile profile = world.labelDelay(labels.delay)
                .genuineLabelShare(labels.genuineToo ? 1 : 0)
                .build();
        SimulatedEvents events = Simulation.of(profile).events();
        FeatureReplay replay = new FeatureReplay(set, new WindowTimes(labels.terminalDelay, LATENESS));
        TrainingData rows = new TrainingData(set);
        long[] knownAt = new long[0];
        double[] features = new double[set.size()];
        while (events.hasNext()) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                replay.label(event.label);
                knownAt[(int) event.label.transactionId] = event.label.labelEpochSecond;
            } else {
                replay.transaction(event.transaction, features);
                int row = rows.rows();
                if (row == knownAt.length) {
                    knownAt = Arrays.copyOf(knownAt, row + row / 2 + 1024);
                    Arrays.fill(knownAt, row, knownAt.length, Long.MAX_VALUE);
                }
                rows.add(
                        event.transaction.epochSecond,
                        event.transaction.customerId,
                        features,
                        event.transaction.fraud == 1,
                        (int) event.transaction.fraudScenario);
            }
            progress.accept(event.epochSecond());
        }
        return new ReferenceHistory(rows, knownAt, labels);
    }

    /**
     * The rows to learn from at {@code epochSecond}: the payments with a verdict by then. If only frauds are reported,
     * those without one count as genuine after the terminal delay.
     */
    TrainingData knownAt(long epochSecond) {
        return rows.where(
                row -> isKnown(row, epochSecond) || isSilent(row, epochSecond),
                row -> rows.fraud(row) && isKnown(row, epochSecond));
    }

    private boolean isKnown(int row, long epochSecond) {
        return knownAt[row] <= epochSecond;
    }

    private boolean isSilent(int row, long epochSecond) {
        return !labels.genuineToo && rows.epochSecond(row) <= epochSecond - labels.terminalDelay.toSeconds();
    }
}
