package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.TrainingData;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    /** Two bins: {0.01, 0.03} without a fraud, {0.7, 0.71, 0.72} with two. */
    @Test
    void agreesWithFiguresByHand() {
        Calibration calibration =
                Calibration.of(scored(new float[] {0.7f, 0.01f, 0.71f, 0.03f, 0.72f}, true, false, false, false, true));

        assertThat(calibration.bins()).hasSize(2);
        assertThat(calibration.bins().get(0).rows).isEqualTo(2);
        assertThat(calibration.bins().get(0).meanProbability).isCloseTo(0.02, within(1e-8));
        assertThat(calibration.bins().get(1).frauds).isEqualTo(2);
        assertThat(calibration.bins().get(1).shareOfFrauds()).isEqualTo(2 / 3.0);
        assertThat(calibration.expectedError()).isCloseTo(2 / 5.0 * 0.02 + 3 / 5.0 * (0.71 - 2 / 3.0), within(1e-7));
        assertThat(calibration.brier())
                .isCloseTo((0.3 * 0.3 + 0.01 * 0.01 + 0.71 * 0.71 + 0.03 * 0.03 + 0.28 * 0.28) / 5, within(1e-7));
    }

    @Test
    void binsOfOtherWidthsHoldTheirLowerEdge_theLastAlsoAllAbove() {
        ScoredRows rows = scored(new float[] {0, 0.25f, 0.125f, 0.75f, 1}, false, true, false, true, true);

        assertThat(Calibration.bins(rows, 0, 0.25, 0.375, 0.75))
                .extracting(bin -> bin.rows + "/" + bin.frauds + "/" + bin.meanProbability)
                .containsExactly("2/0/0.0625", "1/1/0.25", "2/2/0.875");
    }

    /** 2 of 7, by Wilson's formula: 0.0822 to 0.6411. */
    @Test
    void aShareOfFewRowsIsNotSure() {
        ScoredRows rows = scored(new float[7], true, true, false, false, false, false, false);

        Interval interval = Calibration.bins(rows, 0).get(0).shareInterval();

        assertThat(interval.low).isCloseTo(0.0822, within(5e-5));
        assertThat(interval.high).isCloseTo(0.6411, within(5e-5));
        assertThat(Calibration.bins(scored(new float[2], false, false), 0)
                        .get(0)
                        .shareInterval()
                        .low)
                .isZero();
    }

    @Test
    void certaintyFallsIntoTheLastBin() {
        Calibration calibration = Calibration.of(scored(new float[] {1, 0.94f, 0}, true, true, false));

        assertThat(calibration.bins()).hasSize(2);
        assertThat(calibration.bins().get(1).rows).isEqualTo(2);
    }

    @Test
    void probabilitiesThatComeTrueHaveNoError_twiceTheirSizeHasThatMuch() {
        Random random = new Random(3);
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        float[] right = new float[200_000];
        float[] twice = new float[right.length];
        for (int row = 0; row < right.length; row++) {
            right[row] = random.nextFloat() / 2;
            twice[row] = 2 * right[row];
            rows.add(row, 1, new double[FeatureSet.REFERENCE.size()], random.nextFloat() < right[row], 0);
        }

        assertThat(Calibration.of(new ScoredRows(rows, right)).expectedError()).isLessThan(0.005);
        assertThat(Calibration.of(new ScoredRows(rows, twice)).expectedError()).isCloseTo(0.25, within(0.005));
    }

    @Test
    void aDecisionCountsAProbabilityAtTheThresholdAsFraud() {
        ConfusionMatrix decision = ConfusionMatrix.at(
                0.5, scored(new float[] {0.5f, 0.9f, 0.4999f, 0.1f, 0.6f}, true, false, true, false, true));

        assertThat(decision.truePositives).isEqualTo(2);
        assertThat(decision.falsePositives).isEqualTo(1);
        assertThat(decision.falseNegatives).isEqualTo(1);
        assertThat(decision.trueNegatives).isEqualTo(1);
        assertThat(decision.precision()).isEqualTo(2 / 3.0);
        assertThat(decision.recall()).isEqualTo(2 / 3.0);
        assertThat(decision.f1()).isEqualTo(2 / 3.0);
    }

    @Test
    void aDecisionThatFlagsNothingHasNoPrecisionToSpeakOf() {
        ConfusionMatrix decision = ConfusionMatrix.at(1, scored(new float[] {0.5f, 0.1f}, true, false));

        assertThat(decision.precision()).isZero();
        assertThat(decision.recall()).isZero();
        assertThat(decision.f1()).isZero();
    }

    private static ScoredRows scored(float[] probabilities, boolean... frauds) {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        for (int row = 0; row < frauds.length; row++) {
            rows.add(row, 1, new double[FeatureSet.REFERENCE.size()], frauds[row], 0);
        }
        return new ScoredRows(rows, probabilities);
    }
}
