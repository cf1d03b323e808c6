package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class CardBootstrapTest {
    private static final double[] NO_FEATURES = new double[FeatureSet.REFERENCE.size()];

    private final TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
    private final List<Float> probabilities = new ArrayList<>();

    /** A binomial share has the standard error √(p (1 − p) ÷ n), and 95 % lie within 1.96 of them. */
    @Test
    void ofCardsWithOneRowEachItIsTheBinomialInterval() {
        oneAlertPerCard(1);

        Interval interval = interval(CardBootstrapTest::precision);

        double reach = 1.96 * Math.sqrt(0.6 * 0.4 / 1000);
        assertThat(interval.low).isCloseTo(0.6 - reach, within(0.2 * reach));
        assertThat(interval.high).isCloseTo(0.6 + reach, within(0.2 * reach));
    }

    @Test
    void rowsOfOneCardShareItsFate_soMoreOfThemMakeNothingSurer() {
        oneAlertPerCard(1);
        Interval once = interval(CardBootstrapTest::precision);
        oneAlertPerCard(3);
        Interval fourTimes = interval(CardBootstrapTest::precision);

        assertThat(fourTimes.low).isEqualTo(once.low);
        assertThat(fourTimes.high).isEqualTo(once.high);
    }

    @Test
    void whereAllCardsAreAlikeAllDrawsAre() {
        for (int card = 0; card < 20; card++) {
            add(card, 0.9f, true);
            add(card, 0.9f, false);
            add(card, 0.7f, false);
            add(card, 0.1f, true);
            add(card, 0.1f, false);
        }
        Ranking ranking = Ranking.of(scored());

        List<ToDoubleFunction<Ranking>> figures = List.of(
                Ranking::averagePrecision,
                Ranking::auc,
                CardBootstrapTest::precision,
                each -> each.recallAt(0.4),
                each -> each.precisionAt(0.8));
        List<Interval> intervals = CardBootstrap.intervals(scored(), figures);

        for (int i = 0; i < figures.size(); i++) {
            double value = figures.get(i).applyAsDouble(ranking);
            assertThat(intervals.get(i).low).isCloseTo(value, within(1e-12));
            assertThat(intervals.get(i).high).isCloseTo(value, within(1e-12));
        }
    }

    /** Half of the cards drawn miss the one card with a fraud; those draws say nothing. */
    @Test
    void drawsWithoutAnyFraudAreDrawnAgain() {
        add(1, 0.9f, true);
        add(2, 0.1f, false);

        assertThat(interval(Ranking::auc).low).isEqualTo(1);
    }

    @Test
    void theSameRowsInAnotherOrderGiveTheSameIntervals() {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            add(random.nextInt(40), random.nextInt(10) / 10f, random.nextInt(5) == 0);
        }
        Interval first = interval(Ranking::averagePrecision);
        TrainingData reversed = new TrainingData(FeatureSet.REFERENCE);
        float[] reversedProbabilities = new float[300];
        for (int row = 299; row >= 0; row--) {
            reversedProbabilities[reversed.rows()] = probabilities.get(row);
            reversed.add(0, rows.customerId(row), NO_FEATURES, rows.fraud(row), 0);
        }
        Interval second = CardBootstrap.intervals(
                        new ScoredRows(reversed, reversedProbabilities), List.of(Ranking::averagePrecision))
                .get(0);

        assertThat(second.low).isEqualTo(first.low).isLessThan(first.high);
        assertThat(second.high).isEqualTo(first.high);
    }

    private static double precision(Ranking ranking) {
        return ranking.at(0.5).precision();
    }

    /** 600 of 1 000 cards defrauded, and one card that is left alone. */
    private void oneAlertPerCard(int times) {
        for (int i = 0; i < 1000 * times; i++) {
            add(i % 1000, 0.9f, i % 1000 < 600);
        }
        add(1000, 0.1f, false);
    }

    private void add(long customerId, float probability, boolean fraud) {
        rows.add(0, customerId, NO_FEATURES, fraud, 0);
        probabilities.add(probability);
    }

    private Interval interval(ToDoubleFunction<Ranking> figure) {
        return CardBootstrap.intervals(scored(), List.of(figure)).get(0);
    }

    private ScoredRows scored() {
        float[] byRow = new float[probabilities.size()];
        for (int row = 0; row < byRow.length; row++) {
            byRow[row] = probabilities.get(row);
        }
        return new ScoredRows(rows, byRow);
    }
}
