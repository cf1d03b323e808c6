package io.cardwatch.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.FeatureOracle.LabelOutcome;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random histories are worth their time only while they reach everything that can go wrong. */
class HistoryGeneratorTest {
    private static final int HISTORIES = 2_000;

    @Test
    void aSeedAlwaysGivesTheSameHistory() {
        assertThat(HistoryGenerator.history(42))
                .hasToString(HistoryGenerator.history(42).toString());
        assertThat(HistoryGenerator.history(42).toString())
                .isNotEqualTo(HistoryGenerator.history(43).toString());
    }

    @Test
    void historiesReachEveryOutcomeOften() {
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        Map<LabelOutcome, Integer> labelOutcomes = new EnumMap<>(LabelOutcome.class);
        int unmatched = 0;
        int risky = 0;
        int windowsThatDiffer = 0;
        for (long seed = 0; seed < HISTORIES; seed++) {
            History history = HistoryGenerator.history(seed);
            FeatureOracle oracle = history.newOracle(FeatureSet.EXTENDED);
            for (Arrival arrival : history.arrivals()) {
                if (arrival instanceof TransactionArrives arrives) {
                    Verdict verdict = oracle.transaction(arrives.transaction());
                    outcomes.merge(verdict.outcome, 1, Integer::sum);
                    risky += isRisky(verdict) ? 1 : 0;
                    windowsThatDiffer += hasThreeDifferentWindows(verdict) ? 1 : 0;
                } else if (arrival instanceof LabelArrives arrives) {
                    labelOutcomes.merge(oracle.label(arrives.label()), 1, Integer::sum);
                } else if (arrival instanceof WatermarkAdvances advances) {
                    unmatched += oracle.watermark(advances.epochSecond()).size();
                }
            }
        }

        assertThat(outcomes).containsOnlyKeys(Outcome.values());
        assertThat(outcomes.values()).allMatch(count -> count > HISTORIES / 4);
        assertThat(labelOutcomes).containsOnlyKeys(LabelOutcome.values());
        assertThat(labelOutcomes.values()).allMatch(count -> count > HISTORIES / 4);
        assertThat(List.of(unmatched, risky, windowsThatDiffer)).allMatch(count -> count > HISTORIES / 4);
    }

    @Test
    void watermarksNeverRunBackwards() {
        for (long seed = 0; seed < HISTORIES; seed++) {
            LongStream watermarks = HistoryGenerator.history(seed).arrivals().stream()
                    .filter(WatermarkAdvances.class::isInstance)
                    .mapToLong(arrival -> ((WatermarkAdvances) arrival).epochSecond());

            assertThat(watermarks.toArray()).isSorted();
        }
    }

    @Test
    void aShrunkHistoryKeepsOnlyWhatItTakesToFail() {
        History history = HistoryGenerator.history(42);

        History shrunk = history.shrunk(candidate -> candidate.arrivals().stream()
                        .filter(TransactionArrives.class::isInstance)
                        .count()
                >= 2);

        assertThat(shrunk.arrivals()).hasSize(2).allMatch(TransactionArrives.class::isInstance);
    }

    private static boolean isRisky(Verdict verdict) {
        return verdict.outcome == Outcome.ACCEPTED && verdict.value(Feature.TERMINAL_ID_RISK_30DAY_WINDOW) > 0;
    }

    private static boolean hasThreeDifferentWindows(Verdict verdict) {
        return verdict.outcome == Outcome.ACCEPTED
                && verdict.value(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW)
                        < verdict.value(Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW)
                && verdict.value(Feature.CUSTOMER_ID_NB_TX_7DAY_WINDOW)
                        < verdict.value(Feature.CUSTOMER_ID_NB_TX_30DAY_WINDOW);
    }
}
