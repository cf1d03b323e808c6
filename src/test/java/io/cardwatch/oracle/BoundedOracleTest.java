package io.cardwatch.oracle;

import static io.cardwatch.oracle.Events.DAY;
import static io.cardwatch.oracle.Events.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle.Answers;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bounded order, by hand. */
class BoundedOracleTest {
    private static final long NOON = at("2024-01-10 12:00:00");
    private static final long DELAY = 7 * DAY;
    private static final long LATENESS = 3 * DAY;

    @Test
    void rowsAreTakenInTimeOrder_andAnsweredInFileOrder() {
        Transaction later = Events.transaction(1, 1, NOON + 60, 1, 9, 300);
        Transaction earlier = Events.transaction(2, 2, NOON, 1, 9, 100);

        Answers answers = BoundedOracle.run(DELAY, LATENESS, List.of(later, earlier), List.of());

        assertThat(answers.verdicts().get(0).value(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW))
                .isEqualTo(2);
        assertThat(answers.verdicts().get(1).value(Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW))
                .isEqualTo(1);
    }

    @Test
    void withinASecondFileOrderDecides() {
        Transaction first = Events.transaction(1, 8, NOON, 1, 9, 300);
        Transaction second = Events.transaction(2, 3, NOON, 1, 9, 100);
        Transaction repeated = Events.transaction(3, 8, NOON, 1, 9, 300);
        Transaction conflicting = Events.transaction(4, 3, NOON, 1, 9, 101);

        Answers answers = BoundedOracle.run(DELAY, LATENESS, List.of(first, second, repeated, conflicting), List.of());

        assertThat(answers.verdicts())
                .extracting(verdict -> verdict.outcome)
                .containsExactly(Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REDELIVERED, Outcome.CONFLICT);
        assertThat(answers.verdicts().get(0).value(Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW))
                .isEqualTo(3);
        assertThat(answers.verdicts().get(1).value(Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW))
                .isEqualTo(2);
    }

    @Test
    void aLabelOfTheSameSecondComesBeforeTheTransaction() {
        Transaction fraud = Events.transaction(1, 1, NOON - DELAY, 1, 9, 100);
        Transaction scored = Events.transaction(2, 2, NOON, 2, 9, 100);
        FraudLabel known = Events.label(1, fraud, true, NOON);

        Answers answers = BoundedOracle.run(DELAY, LATENESS, List.of(scored, fraud), List.of(known));

        assertThat(answers.verdicts().get(0).value(Feature.TERMINAL_ID_RISK_1DAY_WINDOW))
                .isEqualTo(1);
        assertThat(answers.unmatchedLabels()).isEmpty();
    }

    @Test
    void ofLabelsWithTheSameDateTheLaterInTheFileHolds() {
        Transaction past = Events.transaction(1, 1, NOON - DELAY, 1, 9, 100);
        Transaction scored = Events.transaction(2, 2, NOON, 2, 9, 100);
        FraudLabel fraud = Events.label(1, past, true, NOON - 5);
        FraudLabel genuine = Events.label(2, past, false, NOON - 5);

        Answers answers = BoundedOracle.run(DELAY, LATENESS, List.of(past, scored), List.of(fraud, genuine));

        assertThat(answers.verdicts().get(1).value(Feature.TERMINAL_ID_RISK_1DAY_WINDOW))
                .isZero();
    }

    @Test
    void nothingIsTooOldHoweverTheFileIsOrdered() {
        Transaction now = Events.transaction(1, 1, NOON, 1, 9, 100);
        Transaction yearsAgo = Events.transaction(2, 2, NOON - 3_000 * DAY, 1, 9, 100);

        Answers answers = BoundedOracle.run(DELAY, 0, List.of(now, yearsAgo), List.of());

        assertThat(answers.verdicts()).extracting(verdict -> verdict.outcome).containsOnly(Outcome.ACCEPTED);
    }

    @Test
    void aLabelWithoutTransactionIsUnmatchedAtTheEnd() {
        Transaction present = Events.transaction(1, 1, NOON, 1, 9, 100);
        Transaction absent = Events.transaction(2, 2, NOON, 1, 9, 100);
        FraudLabel label = Events.label(1, absent, true, NOON + DAY);

        assertThat(BoundedOracle.run(DELAY, LATENESS, List.of(present), List.of(label))
                        .unmatchedLabels())
                .containsExactly(label);
    }
}
