package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.TrainingData;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlertQualityTest {
    private static final CostModel COSTS = new CostModel(4, 0.8, 10);
    private static final int DAY = 86_400;

    private final Outcomes rows = new Outcomes();

    /** Two days: card 1 alerted twice on the first and once on the second, card 2 once and wrongly, a fraud missed. */
    @Test
    void figuresAreThoseWorkedOutByHand() {
        rows.add(1, 0, 100_00, true);
        rows.add(1, DAY - 1, 50_00, true);
        rows.add(1, DAY, 10_00, false);
        rows.add(2, DAY + 1, 20_00, false);
        rows.add(3, DAY + 2, 30_00, true);
        rows.add(3, DAY + 3, 40_00, false);

        AlertQuality quality = new AlertQuality(rows, row -> row < 4, Optional.of(COSTS));

        assertThat(quality.days).isEqualTo(2);
        assertThat(quality.alerts).isEqualTo(4);
        assertThat(quality.caught).isEqualTo(2);
        assertThat(quality.alertsPerDay.value).isEqualTo(2);
        assertThat(quality.cardsPerDay.value).isEqualTo(1.5);
        assertThat(quality.precision.value).isEqualTo(0.5);
        assertThat(quality.recall.value).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(quality.fraudAmount).isEqualTo(180);
        assertThat(quality.caughtAmount).isEqualTo(150);
        assertThat(quality.saved.orElseThrow().value).isCloseTo(0.8 * 150 - 4 * 4 - 2 * 10, within(1e-9));
    }

    @Test
    void withoutAnyAlertPrecisionSaysNothing_andWithoutAnyFraudRecall() {
        rows.add(1, 0, 100, false);

        AlertQuality quality = new AlertQuality(rows, row -> false, Optional.empty());

        assertThat(quality.precision.isKnown()).isFalse();
        assertThat(quality.recall.isKnown()).isFalse();
        assertThat(quality.precision.interval.low).isNaN();
        assertThat(quality.alertsPerDay.value).isZero();
        assertThat(quality.saved).isEmpty();
    }

    /** A binomial share has the standard error √(p (1 − p) ÷ n), and 95 % lie within 1.96 of them. */
    @Test
    void ofCardsWithOneAlertEach_theIntervalOfPrecisionIsTheBinomialOne() {
        for (int card = 0; card < 1000; card++) {
            rows.add(card, 0, 100, card < 600);
        }

        Interval interval = new AlertQuality(rows, row -> true, Optional.empty()).precision.interval;

        double reach = 1.96 * Math.sqrt(0.6 * 0.4 / 1000);
        assertThat(interval.low).isCloseTo(0.6 - reach, within(0.2 * reach));
        assertThat(interval.high).isCloseTo(0.6 + reach, within(0.2 * reach));
    }

    @Test
    void moreRowsOfTheSameCardsMakeNothingSurer() {
        Outcomes fourTimes = new Outcomes();
        for (int i = 0; i < 4000; i++) {
            fourTimes.add(i % 1000, 0, 100, i % 1000 < 600);
        }
        for (int card = 0; card < 1000; card++) {
            rows.add(card, 0, 100, card < 600);
        }

        Interval once = new AlertQuality(rows, row -> true, Optional.empty()).precision.interval;
        Interval more = new AlertQuality(fourTimes, row -> true, Optional.empty()).precision.interval;

        assertThat(more.low).isEqualTo(once.low);
        assertThat(more.high).isEqualTo(once.high);
    }

    /** The report's intervals come from rankings, these from sums; both see the same draws. */
    @Test
    void theIntervalsOfAThresholdAreThoseOfTheReport() {
        Random random = new Random(3);
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        float[] scores = new float[2000];
        for (int row = 0; row < scores.length; row++) {
            boolean fraud = random.nextInt(10) == 0;
            scores[row] = random.nextFloat() * (fraud ? 1 : 0.8f);
            data.add(row * 60L, random.nextInt(200), new double[FeatureSet.REFERENCE.size()], fraud, 0);
        }
        List<Interval> expected = CardBootstrap.intervals(
                new ScoredRows(data, scores),
                List.of(each -> each.at(0.7).precision(), each -> each.at(0.7).recall()));

        AlertQuality quality = new AlertQuality(Outcomes.of(data), row -> scores[row] >= 0.7f, Optional.empty());

        assertThat(quality.precision.interval.low).isEqualTo(expected.get(0).low);
        assertThat(quality.precision.interval.high).isEqualTo(expected.get(0).high);
        assertThat(quality.recall.interval.low).isEqualTo(expected.get(1).low);
        assertThat(quality.recall.interval.high).isEqualTo(expected.get(1).high);
    }

    @Test
    void aDifferenceOfTheSameAlertsIsSurelyNothing() {
        Random random = new Random(4);
        for (int row = 0; row < 500; row++) {
            rows.add(random.nextInt(50), row * 1000L, 100, random.nextInt(5) == 0);
        }
        AlertQuality quality = new AlertQuality(rows, row -> row % 3 == 0, Optional.empty());

        Figure difference = quality.precision.minus(quality.precision);

        assertThat(difference.value).isZero();
        assertThat(difference.interval.low).isZero();
        assertThat(difference.interval.high).isZero();
        assertThat(quality.precision.interval.high).isGreaterThan(quality.precision.interval.low);
    }
}
