package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.FeatureOracle;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The replay that the model's benchmark trains on, against the oracle that the job's files are checked by, too. */
class FeatureReplayTest {
    private static final Duration DELAY = Duration.ofDays(7);
    private static final Duration LATENESS = Duration.ofDays(3);

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void givesWhatTheOracleGives_andTakesARedeliveryOnce(FeatureSet set) {
        List<Transaction> transactions = new ArrayList<>();
        List<FraudLabel> labels = new ArrayList<>();
        List<double[]> replayed = new ArrayList<>();
        FeatureReplay replay = new FeatureReplay(set, new WindowTimes(DELAY, LATENESS));
        double[] features = new double[set.size()];
        for (SimulatedEvents events = world().events(); events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                labels.add(event.label);
                replay.label(event.label);
            } else {
                transactions.add(event.transaction);
                assertThat(replay.transaction(event.transaction, features)).isTrue();
                replayed.add(features.clone());
                assertThat(replay.transaction(event.transaction, features)).isFalse();
            }
        }

        BoundedOracle.Answers expected = BoundedOracle.run(
                new FeatureOracle(set, DELAY.toSeconds(), LATENESS.toSeconds()), transactions, labels);

        assertThat(labels).hasSizeGreaterThan(1_000);
        for (int i = 0; i < transactions.size(); i++) {
            assertThat(replayed.get(i)).containsExactly(expected.verdicts().get(i).features);
        }
    }

    private static Simulation world() {
        return Simulation.of(Profile.reference()
                .seed(11)
                .customers(150)
                .terminals(100)
                .firstDay(LocalDate.of(2026, 1, 1))
                .days(60)
                .labelDelay(LabelDelay.parse("lognormal:3d,1.0"))
                .genuineLabelShare(0.1)
                .build());
    }
}
