package io.cardwatch.oracle;

import static io.cardwatch.oracle.Events.DAY;
import static io.cardwatch.oracle.Events.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.FeatureOracle.LabelOutcome;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle against cases worked out by hand from the promise: every number here was written down, not computed. */
class FeatureOracleTest {
    /** A Wednesday noon. */
    private static final long NOON = at("2024-01-10 12:00:00");

    private static final long DELAY = 7 * DAY;
    private static final long LATENESS = 3 * DAY;
    private static final long CUSTOMER = 1;
    private static final long TERMINAL = 100;

    private FeatureOracle oracle = new FeatureOracle(DELAY, LATENESS);
    private int line;

    private Transaction tx(long id, long second) {
        return Events.transaction(++line, id, second, CUSTOMER, TERMINAL, 1_000);
    }

    private Transaction customerTx(long customer, long second, long cents) {
        return Events.transaction(++line, 0, second, customer, 900 + customer, cents);
    }

    /** A transaction of a customer of its own, for what only the terminal sees. */
    private Transaction terminalTx(long second) {
        line++;
        return Events.transaction(line, 0, second, 1_000 + line, TERMINAL, 1_000);
    }

    private FraudLabel label(Transaction tx, boolean fraud, long labelSecond) {
        return Events.label(++line, tx, fraud, labelSecond);
    }

    private Verdict feed(Transaction tx) {
        return oracle.transaction(tx);
    }

    private Outcome outcome(Transaction tx) {
        return oracle.transaction(tx).outcome;
    }

    private static void assertCustomer(Verdict verdict, double... countAndMeanByWindow) {
        assertThat(verdict.features).hasSize(15);
        assertThat(List.of(verdict.features[3], verdict.features[4])).containsExactly(pair(countAndMeanByWindow, 0));
        assertThat(List.of(verdict.features[5], verdict.features[6])).containsExactly(pair(countAndMeanByWindow, 1));
        assertThat(List.of(verdict.features[7], verdict.features[8])).containsExactly(pair(countAndMeanByWindow, 2));
    }

    private static void assertTerminal(Verdict verdict, double... countAndRiskByWindow) {
        assertThat(verdict.features).hasSize(15);
        assertThat(List.of(verdict.features[9], verdict.features[10])).containsExactly(pair(countAndRiskByWindow, 0));
        assertThat(List.of(verdict.features[11], verdict.features[12])).containsExactly(pair(countAndRiskByWindow, 1));
        assertThat(List.of(verdict.features[13], verdict.features[14])).containsExactly(pair(countAndRiskByWindow, 2));
    }

    private static Double[] pair(double[] values, int window) {
        return new Double[] {values[2 * window], values[2 * window + 1]};
    }

    @Nested
    class CustomerWindows {
        @Test
        void theFirstTransactionCountsItself() {
            Verdict verdict = feed(customerTx(1, NOON, 1_234));

            assertThat(verdict.outcome).isEqualTo(Outcome.ACCEPTED);
            assertThat(verdict.value(Feature.TX_AMOUNT)).isEqualTo(12.34);
            assertCustomer(verdict, 1, 12.34, 1, 12.34, 1, 12.34);
        }

        @Test
        void exactlyOneDayAgoIsOutOfTheDay_aSecondLessIsIn() {
            feed(customerTx(1, NOON - DAY, 1_000));
            assertCustomer(feed(customerTx(1, NOON, 3_000)), 1, 30, 2, 20, 2, 20);

            feed(customerTx(2, NOON - DAY + 1, 1_000));
            assertCustomer(feed(customerTx(2, NOON, 3_000)), 2, 20, 2, 20, 2, 20);
        }

        @Test
        void exactlySevenDaysAgoIsOutOfTheWeek_aSecondLessIsIn() {
            feed(customerTx(1, NOON - 7 * DAY, 1_000));
            assertCustomer(feed(customerTx(1, NOON, 3_000)), 1, 30, 1, 30, 2, 20);

            feed(customerTx(2, NOON - 7 * DAY + 1, 1_000));
            assertCustomer(feed(customerTx(2, NOON, 3_000)), 1, 30, 2, 20, 2, 20);
        }

        @Test
        void exactlyThirtyDaysAgoIsOutOfTheMonth_aSecondLessIsIn() {
            feed(customerTx(1, NOON - 30 * DAY, 1_000));
            assertCustomer(feed(customerTx(1, NOON, 3_000)), 1, 30, 1, 30, 1, 30);

            feed(customerTx(2, NOON - 30 * DAY + 1, 1_000));
            assertCustomer(feed(customerTx(2, NOON, 3_000)), 1, 30, 1, 30, 2, 20);
        }

        @Test
        void theMeanIsOfWholeCents() {
            feed(customerTx(1, NOON, 1));
            feed(customerTx(1, NOON + 1, 0));

            // 1 cent over three transactions: 1 / 300.
            assertCustomer(feed(customerTx(1, NOON + 2, 0)), 3, 1 / 300.0, 3, 1 / 300.0, 3, 1 / 300.0);
        }

        @Test
        void theMeanOfTheLargestAmountsIsExact() {
            feed(customerTx(1, NOON, 99_999_999_999_999L));

            assertCustomer(
                    feed(customerTx(1, NOON + 1, 99_999_999_999_999L)),
                    2,
                    999_999_999_999.99,
                    2,
                    999_999_999_999.99,
                    2,
                    999_999_999_999.99);
        }

        @Test
        void equalSecondsCountInArrivalOrder() {
            assertCustomer(feed(tx(5, NOON)), 1, 10, 1, 10, 1, 10);
            assertCustomer(feed(tx(4, NOON)), 2, 10, 2, 10, 2, 10);
            assertCustomer(feed(tx(6, NOON)), 3, 10, 3, 10, 3, 10);
        }

        @Test
        void aLateOneSeesItsOwnPastOnly_andCountsForThoseThatArriveAfterIt() {
            feed(customerTx(1, NOON - 3_600, 1_000));
            feed(customerTx(1, NOON, 9_900));
            assertCustomer(feed(customerTx(1, NOON - 60, 3_000)), 2, 20, 2, 20, 2, 20);
            assertCustomer(feed(customerTx(1, NOON + 60, 100)), 4, 35, 4, 35, 4, 35);
        }

        @Test
        void anotherCustomersTransactionsDoNotCount() {
            feed(customerTx(2, NOON - 60, 5_000));

            assertCustomer(feed(customerTx(1, NOON, 1_000)), 1, 10, 1, 10, 1, 10);
        }
    }

    @Nested
    class TerminalWindows {
        @Test
        void anEmptyWindowHasCountZeroAndRiskZero() {
            Verdict verdict = feed(terminalTx(NOON));

            assertTerminal(verdict, 0, 0, 0, 0, 0, 0);
            // Not NaN, not a negative zero: nothing in a vector is ever negative.
            assertThat(Double.doubleToRawLongBits(verdict.value(Feature.TERMINAL_ID_RISK_1DAY_WINDOW)))
                    .isZero();
        }

        @Test
        void exactlyTheDelayAgoIsIn_aSecondLessIsOut() {
            feed(terminalTx(NOON - DELAY + 1));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 0, 0);

            feed(terminalTx(NOON - DELAY));
            assertTerminal(feed(terminalTx(NOON)), 1, 0, 1, 0, 1, 0);
        }

        @Test
        void exactlyTheDelayAndOneDayAgoIsOutOfTheDay_aSecondLessIsIn() {
            feed(terminalTx(NOON - DELAY - DAY));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 1, 0, 1, 0);

            feed(terminalTx(NOON - DELAY - DAY + 1));
            assertTerminal(feed(terminalTx(NOON)), 1, 0, 2, 0, 2, 0);
        }

        @Test
        void exactlyTheDelayAndSevenDaysAgoIsOutOfTheWeek_aSecondLessIsIn() {
            feed(terminalTx(NOON - DELAY - 7 * DAY));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 1, 0);

            feed(terminalTx(NOON - DELAY - 7 * DAY + 1));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 1, 0, 2, 0);
        }

        @Test
        void exactlyTheDelayAndThirtyDaysAgoIsOutOfTheMonth_aSecondLessIsIn() {
            feed(terminalTx(NOON - DELAY - 30 * DAY));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 0, 0);

            feed(terminalTx(NOON - DELAY - 30 * DAY + 1));
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 1, 0);
        }

        @Test
        void withoutDelayATransactionCountsItselfAndEarlierArrivalsOfItsSecond() {
            oracle = new FeatureOracle(0, LATENESS);

            assertTerminal(feed(terminalTx(NOON)), 1, 0, 1, 0, 1, 0);
            assertTerminal(feed(terminalTx(NOON)), 2, 0, 2, 0, 2, 0);
            assertTerminal(feed(terminalTx(NOON + DAY)), 1, 0, 3, 0, 3, 0);
        }

        @Test
        void withoutDelayALabelThatCameBeforeItsTransactionCountsInItsOwnRisk() {
            oracle = new FeatureOracle(0, LATENESS);
            Transaction fraud = terminalTx(NOON);
            oracle.label(label(fraud, true, NOON));

            assertTerminal(feed(fraud), 1, 1, 1, 1, 1, 1);
        }

        @Test
        void aLateOneCountsForThoseThatArriveAfterItOnly() {
            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 0, 0);
            feed(terminalTx(NOON - DELAY - 60));
            assertTerminal(feed(terminalTx(NOON)), 1, 0, 1, 0, 1, 0);
        }

        @Test
        void riskIsTheShareOfKnownFraudsInEachWindow() {
            Transaction oldFraud = terminalTx(NOON - DELAY - 10 * DAY);
            Transaction fraud = terminalTx(NOON - DELAY - 2 * DAY);
            feed(oldFraud);
            feed(fraud);
            feed(terminalTx(NOON - DELAY - 3_600));
            feed(terminalTx(NOON - DELAY - 1_800));
            oracle.label(label(oldFraud, true, NOON - 60));
            oracle.label(label(fraud, true, NOON - 60));

            assertTerminal(feed(terminalTx(NOON)), 2, 0, 3, 1 / 3.0, 4, 0.5);
        }

        @Test
        void anotherTerminalsTransactionsDoNotCount() {
            feed(Events.transaction(1, 0, NOON - DELAY, 1, TERMINAL + 1, 1_000));

            assertTerminal(feed(terminalTx(NOON)), 0, 0, 0, 0, 0, 0);
        }
    }

    @Nested
    class KnownFraud {
        private final Transaction past = terminalTx(NOON - DELAY - 60);

        private double risk() {
            return riskAt(NOON);
        }

        private double riskAt(long second) {
            return feed(terminalTx(second)).value(Feature.TERMINAL_ID_RISK_7DAY_WINDOW);
        }

        @Test
        void aTransactionWithoutLabelIsNoFraud() {
            feed(past);

            assertThat(risk()).isZero();
        }

        @Test
        void aLabelCountsFromItsOwnSecondOn() {
            feed(past);
            oracle.label(label(past, true, NOON));

            assertThat(riskAt(NOON - 1)).isZero();
            assertThat(riskAt(NOON)).isEqualTo(1);
        }

        @Test
        void aFutureDatedLabelDoesNotCountYet_butLater() {
            feed(past);
            oracle.label(label(past, true, NOON + DAY));

            assertThat(risk()).isZero();
            assertThat(riskAt(NOON + DAY - 1)).isZero();
            // The two transactions just asked are not yet seven days old, so the fraud stands alone.
            assertThat(riskAt(NOON + DAY)).isEqualTo(1);
        }

        @Test
        void aFutureDatedLabelDoesNotHideTheOneKnownNow() {
            feed(past);
            oracle.label(label(past, false, NOON + DAY));
            oracle.label(label(past, true, NOON - 60));

            assertThat(risk()).isEqualTo(1);
            assertThat(riskAt(NOON + DAY)).isZero();
        }

        @Test
        void aLaterVerdictTakesAFraudBack_andAStillLaterOneRestoresIt() {
            feed(past);
            oracle.label(label(past, true, NOON));
            oracle.label(label(past, false, NOON + 10));
            oracle.label(label(past, true, NOON + 20));

            assertThat(riskAt(NOON + 5)).isEqualTo(1);
            assertThat(riskAt(NOON + 15)).isZero();
            assertThat(riskAt(NOON + 25)).isEqualTo(1);
        }

        @Test
        void verdictsRankByTheirDate_notByTheirArrival() {
            feed(past);
            oracle.label(label(past, false, NOON - 10));
            oracle.label(label(past, true, NOON - 20));

            assertThat(risk()).isZero();
            assertThat(riskAt(NOON - 15)).isEqualTo(1);
        }

        @Test
        void ofVerdictsWithTheSameDateTheLaterToArriveHolds() {
            feed(past);
            oracle.label(label(past, true, NOON - 10));
            oracle.label(label(past, false, NOON - 10));
            assertThat(risk()).isZero();

            oracle.label(label(past, true, NOON - 10));
            assertThat(risk()).isEqualTo(1);
        }

        @Test
        void aRepeatedLabelCountsOnce() {
            feed(past);
            feed(terminalTx(NOON - DELAY - 30));
            assertThat(oracle.label(label(past, true, NOON - 10))).isEqualTo(LabelOutcome.MATCHED);
            assertThat(oracle.label(label(past, true, NOON - 10))).isEqualTo(LabelOutcome.REPEATED);

            assertThat(risk()).isEqualTo(0.5);
        }

        @Test
        void aLabelThatArrivesAfterTheScoreDoesNotChangeIt() {
            feed(past);
            assertThat(risk()).isZero();
            oracle.label(label(past, true, NOON - 10));
            assertThat(risk()).isEqualTo(1);
        }

        @Test
        void aLabelBeforeItsTransactionWaitsForIt() {
            assertThat(oracle.label(label(past, true, NOON - 60))).isEqualTo(LabelOutcome.WAITING);
            feed(past);

            assertThat(risk()).isEqualTo(1);
            assertThat(oracle.end()).isEmpty();
        }

        @Test
        void aRetractionMayComeBeforeItsTransactionToo() {
            oracle.label(label(past, true, NOON - 60));
            oracle.label(label(past, false, NOON - 30));
            feed(past);

            assertThat(risk()).isZero();
        }

        @Test
        void aLabelForAnotherIdentityDoesNotCount() {
            feed(past);
            oracle.label(label(
                    Events.transaction(1, past.transactionId + 1, past.epochSecond, past.customerId, TERMINAL, 1_000),
                    true,
                    NOON - 60));
            oracle.label(label(
                    Events.transaction(1, past.transactionId, past.epochSecond + 1, past.customerId, TERMINAL, 1_000),
                    true,
                    NOON - 60));
            oracle.label(label(
                    Events.transaction(1, past.transactionId, past.epochSecond, past.customerId + 1, TERMINAL, 1_000),
                    true,
                    NOON - 60));

            assertThat(risk()).isZero();
            assertThat(oracle.end()).hasSize(3);
        }

        @Test
        void aLabelThatNamesAnotherTerminalNeverMatches() {
            feed(past);
            FraudLabel elsewhere = Events.label(++line, past, TERMINAL + 1, true, NOON - 60);

            assertThat(oracle.label(elsewhere)).isEqualTo(LabelOutcome.WAITING);
            assertThat(risk()).isZero();
            assertThat(oracle.end()).containsExactly(elsewhere);
        }
    }

    @Nested
    class Identities {
        @Test
        void aRedeliveryHasNoSecondRowAndNoSecondCount() {
            feed(tx(1, NOON));
            Verdict again = feed(tx(1, NOON));

            assertThat(again.outcome).isEqualTo(Outcome.REDELIVERED);
            assertThat(again.features).isEmpty();
            assertCustomer(feed(tx(2, NOON + DELAY - 1)), 1, 10, 2, 10, 2, 10);
            assertTerminal(feed(tx(3, NOON + DELAY)), 1, 0, 1, 0, 1, 0);
        }

        @Test
        void otherCentsAreAConflict_andTheFirstWins() {
            feed(Events.transaction(1, 1, NOON, CUSTOMER, TERMINAL, 1_000));

            assertThat(outcome(Events.transaction(2, 1, NOON, CUSTOMER, TERMINAL, 1_001)))
                    .isEqualTo(Outcome.CONFLICT);
            assertThat(outcome(Events.transaction(3, 1, NOON, CUSTOMER, TERMINAL, 1_000)))
                    .isEqualTo(Outcome.REDELIVERED);
            assertCustomer(feed(tx(2, NOON + 1)), 2, 10, 2, 10, 2, 10);
        }

        @Test
        void anotherTerminalIsAConflict_andCountsAtNeither() {
            feed(Events.transaction(1, 1, NOON, CUSTOMER, TERMINAL, 1_000));

            assertThat(outcome(Events.transaction(2, 1, NOON, CUSTOMER, TERMINAL + 1, 1_000)))
                    .isEqualTo(Outcome.CONFLICT);
            assertTerminal(
                    feed(Events.transaction(3, 2, NOON + DELAY, CUSTOMER, TERMINAL + 1, 1_000)), 0, 0, 0, 0, 0, 0);
            assertTerminal(feed(Events.transaction(4, 3, NOON + DELAY, CUSTOMER, TERMINAL, 1_000)), 1, 0, 1, 0, 1, 0);
        }

        @Test
        void optionalFieldsAreNotContent() {
            feed(tx(1, NOON));
            Transaction plain = tx(1, NOON);
            Transaction dressed =
                    new Transaction(1, NOON, CUSTOMER, TERMINAL, 1_000, 43_200, 9, 1, 3, plain.origin, plain.raw);

            assertThat(outcome(dressed)).isEqualTo(Outcome.REDELIVERED);
        }

        @Test
        void theSameIdAtAnotherSecondOrOfAnotherCustomerIsAnotherTransaction() {
            feed(Events.transaction(1, 0, NOON, CUSTOMER, TERMINAL, 1_000));

            assertThat(outcome(Events.transaction(2, 0, NOON + 1, CUSTOMER, TERMINAL, 1_000)))
                    .isEqualTo(Outcome.ACCEPTED);
            assertThat(outcome(Events.transaction(3, 0, NOON, CUSTOMER + 1, TERMINAL, 1_000)))
                    .isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void aRedeliveryIsKnownHoweverLate_whileItsIdentityIsKept() {
            feed(tx(1, NOON));

            oracle.watermark(NOON + LATENESS + 1);
            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.REDELIVERED);
            oracle.watermark(NOON + 30 * DAY + LATENESS - 1);
            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.REDELIVERED);
            oracle.watermark(NOON + 30 * DAY + LATENESS);
            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.TOO_OLD);
        }

        @Test
        void otherContentIsAConflictUpToTheAllowedLateness_andTooOldAfterIt() {
            feed(Events.transaction(1, 1, NOON, CUSTOMER, TERMINAL, 1_000));
            Transaction other = Events.transaction(2, 1, NOON, CUSTOMER, TERMINAL, 2_000);

            oracle.watermark(NOON + LATENESS);
            assertThat(outcome(other)).isEqualTo(Outcome.CONFLICT);
            oracle.watermark(NOON + LATENESS + 1);
            assertThat(outcome(other)).isEqualTo(Outcome.TOO_OLD);
        }

        @Test
        void aRefusedTransactionLeavesNoIdentity() {
            oracle.watermark(NOON + LATENESS + 1);

            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.TOO_OLD);
            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.TOO_OLD);
        }
    }

    @Nested
    class Lateness {
        @Test
        void nothingIsTooOldBeforeTheFirstWatermark() {
            feed(tx(1, NOON));

            assertThat(outcome(tx(2, NOON - 9_000 * DAY))).isEqualTo(Outcome.ACCEPTED);
        }

        @Test
        void exactlyTheAllowedLatenessBehindTheWatermarkIsAccepted_aSecondMoreIsTooOld() {
            oracle.watermark(NOON);

            assertThat(outcome(tx(1, NOON - LATENESS))).isEqualTo(Outcome.ACCEPTED);
            assertThat(outcome(tx(2, NOON - LATENESS - 1))).isEqualTo(Outcome.TOO_OLD);
        }

        @Test
        void aTooOldOneCountsInNoWindow() {
            oracle.watermark(NOON);
            feed(tx(1, NOON - LATENESS - 1));

            assertCustomer(feed(tx(2, NOON)), 1, 10, 1, 10, 1, 10);
            assertTerminal(feed(tx(3, NOON + DELAY - LATENESS - 1)), 0, 0, 0, 0, 0, 0);
        }

        @Test
        void theLatestAcceptedStillSeesItsWholeMonth() {
            feed(customerTx(1, NOON - LATENESS - 30 * DAY + 1, 1_000));
            oracle.watermark(NOON);

            assertCustomer(feed(customerTx(1, NOON - LATENESS, 3_000)), 1, 30, 1, 30, 2, 20);
        }

        @Test
        void theLatestAcceptedStillSeesItsTerminalsWholeMonth() {
            Transaction past = terminalTx(NOON - LATENESS - DELAY - 30 * DAY + 1);
            feed(past);
            oracle.label(label(past, true, NOON - LATENESS));
            oracle.watermark(NOON);

            assertTerminal(feed(terminalTx(NOON - LATENESS)), 0, 0, 0, 0, 1, 1);
        }

        @Test
        void theWatermarkNeverRunsBackwards() {
            oracle.watermark(NOON);
            oracle.watermark(NOON - 10 * DAY);

            assertThat(outcome(tx(1, NOON - LATENESS - 1))).isEqualTo(Outcome.TOO_OLD);
        }

        @Test
        void aTransactionFarAheadMakesNothingTooOld() {
            oracle.watermark(NOON);
            feed(tx(1, NOON + 3_650 * DAY));

            assertCustomer(feed(tx(2, NOON)), 1, 10, 1, 10, 1, 10);
        }

        @Test
        void withoutAllowedLatenessTheWatermarksOwnSecondIsAccepted() {
            oracle = new FeatureOracle(DELAY, 0);
            oracle.watermark(NOON);

            assertThat(outcome(tx(1, NOON))).isEqualTo(Outcome.ACCEPTED);
            assertThat(outcome(tx(2, NOON - 1))).isEqualTo(Outcome.TOO_OLD);
        }
    }

    @Nested
    class LabelsThatFindNoTransaction {
        private static final long EXPIRY = DELAY + 30 * DAY + LATENESS;
        private final Transaction absent = tx(7, NOON);

        @Test
        void aLabelIsUnmatchedWhenItsTransactionsTimeExpires_notASecondBefore() {
            FraudLabel label = label(absent, true, NOON + DAY);
            oracle.label(label);

            assertThat(oracle.watermark(NOON + EXPIRY - 1)).isEmpty();
            assertThat(oracle.watermark(NOON + EXPIRY)).containsExactly(label);
            assertThat(oracle.watermark(NOON + EXPIRY + 1)).isEmpty();
        }

        @Test
        void everyLabelOfAnAbsentTransactionIsReported() {
            FraudLabel first = label(absent, true, NOON + DAY);
            FraudLabel tied = label(absent, false, NOON + DAY);
            FraudLabel later = label(absent, false, NOON + 2 * DAY);
            oracle.label(first);
            oracle.label(tied);
            oracle.label(later);

            assertThat(oracle.watermark(NOON + EXPIRY)).containsExactly(first, tied, later);
        }

        @Test
        void aRepeatedLabelIsReportedOnce() {
            FraudLabel first = label(absent, true, NOON + DAY);
            oracle.label(first);

            assertThat(oracle.label(label(absent, true, NOON + DAY))).isEqualTo(LabelOutcome.REPEATED);
            assertThat(oracle.watermark(NOON + EXPIRY)).containsExactly(first);
        }

        @Test
        void aVerdictThatReturnsAfterAnotherOfItsDateIsNoRepetition() {
            oracle.label(label(absent, true, NOON + DAY));
            oracle.label(label(absent, false, NOON + DAY));

            assertThat(oracle.label(label(absent, true, NOON + DAY))).isEqualTo(LabelOutcome.WAITING);
        }

        @Test
        void aLabelThatComesAtOrAfterExpiryIsLateAndNoDeadLetter() {
            oracle.watermark(NOON + EXPIRY - 1);
            assertThat(oracle.label(label(absent, true, NOON))).isEqualTo(LabelOutcome.WAITING);
            assertThat(oracle.watermark(NOON + EXPIRY)).hasSize(1);

            assertThat(oracle.label(label(absent, true, NOON))).isEqualTo(LabelOutcome.LATE);
            assertThat(oracle.end()).isEmpty();
        }

        @Test
        void aLabelForAnAcceptedTransactionIsLateToo_onceItsTimeHasExpired() {
            feed(absent);
            oracle.watermark(NOON + EXPIRY - 1);
            assertThat(oracle.label(label(absent, true, NOON))).isEqualTo(LabelOutcome.MATCHED);
            oracle.watermark(NOON + EXPIRY);
            assertThat(oracle.label(label(absent, true, NOON))).isEqualTo(LabelOutcome.LATE);
        }

        @Test
        void theLabelOfARefusedTransactionIsUnmatched() {
            FraudLabel label = label(absent, true, NOON + DAY);
            oracle.label(label);
            oracle.watermark(NOON + LATENESS + 1);

            assertThat(outcome(absent)).isEqualTo(Outcome.TOO_OLD);
            assertThat(oracle.end()).containsExactly(label);
        }

        @Test
        void theLabelOfAConflictsLoserAtAnotherTerminalIsUnmatched() {
            FraudLabel label = Events.label(++line, absent, TERMINAL + 1, true, NOON + DAY);
            oracle.label(label);
            feed(absent);
            feed(Events.transaction(++line, 7, NOON, CUSTOMER, TERMINAL + 1, 1_000));

            assertThat(oracle.end()).containsExactly(label);
        }
    }

    @Nested
    class Calendar {
        @ParameterizedTest(name = "{0}: weekend {1}, night {2}")
        @CsvSource({
            "2024-01-12 23:59:59, 0, 0",
            "2024-01-13 00:00:00, 1, 1",
            "2024-01-14 23:59:59, 1, 0",
            "2024-01-15 00:00:00, 0, 1",
            "2024-01-10 06:59:59, 0, 1",
            "2024-01-10 07:00:00, 0, 0",
            "2024-01-10 23:59:59, 0, 0",
            "2000-01-01 00:00:00, 1, 1",
            "2000-01-02 12:00:00, 1, 0",
            "2000-01-03 06:59:59, 0, 1",
            "2000-02-29 07:00:00, 0, 0",
            "2024-02-29 00:00:00, 0, 1",
            "2038-01-19 03:14:07, 0, 1",
            "2038-01-19 07:14:08, 0, 0",
            "2099-12-31 23:59:59, 0, 0",
            "2099-12-27 03:00:00, 1, 1",
            "1970-01-01 00:00:00, 0, 1",
            "1970-01-03 12:00:00, 1, 0",
            "1969-12-31 23:59:59, 0, 0",
            "1969-12-28 06:59:59, 1, 1",
            "1969-12-27 00:00:00, 1, 1",
            "1969-12-26 23:59:59, 0, 0"
        })
        void weekendIsSaturdayAndSunday_nightIsHoursZeroToSix(String dateTime, double weekend, double night) {
            Verdict verdict = feed(tx(1, at(dateTime)));

            assertThat(verdict.value(Feature.TX_DURING_WEEKEND)).isEqualTo(weekend);
            assertThat(verdict.value(Feature.TX_DURING_NIGHT)).isEqualTo(night);
        }
    }
}
