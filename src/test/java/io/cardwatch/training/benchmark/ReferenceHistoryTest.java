package io.cardwatch.training.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.benchmark.ReferenceHistory.Labels;
import io.cardwatch.training.history.TrainingData;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a model may learn from at a time, in a small world. */
class ReferenceHistoryTest {
    private static final long WEEK_SECONDS = 7 * 86_400;

    /** Counted here from the events themselves. */
    @Test
    void whereFraudsAloneAreReportedThoseKnownAreLearnedFrom_andSilenceAfterAWeekMeansGenuine() {
        String delay = "lognormal:3d,1.0";
        ReferenceHistory history =
                ReferenceHistory.of(SmallWorldTest.world(), FeatureSet.REFERENCE, Labels.reported(delay), second -> {});
        long now = Profile.handbook().build().startEpochSecond() + 100 * 86_400L;

        TrainingData known = history.knownAt(now);

        Map<Long, Long> reported = new HashMap<>();
        Map<Long, SimulatedEvent> payments = new HashMap<>();
        for (SimulatedEvents events = Simulation.of(SmallWorldTest.world()
                                .labelDelay(LabelDelay.parse(delay))
                                .build())
                        .events();
                events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                reported.put(event.label.transactionId, event.label.labelEpochSecond);
            } else {
                payments.put(event.transaction.transactionId, event);
            }
        }
        int frauds = 0;
        int silent = 0;
        for (Map.Entry<Long, SimulatedEvent> payment : payments.entrySet()) {
            if (reported.getOrDefault(payment.getKey(), Long.MAX_VALUE) <= now) {
                frauds++;
            } else if (payment.getValue().transaction.epochSecond <= now - WEEK_SECONDS) {
                silent++;
            }
        }
        assertThat(frauds).isGreaterThan(50);
        assertThat(known.frauds()).isEqualTo(frauds);
        assertThat(known.rows()).isEqualTo(frauds + silent);
    }
}
