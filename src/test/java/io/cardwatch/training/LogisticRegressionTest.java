package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.training.evaluation.Calibration;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    /** Of 10 rows with 0 two are frauds, of 10 with 1 six: the log-odds are those shares', whatever the scale. */
    @Test
    void withoutAPenaltyTwoGroupsGetTheirOwnLogOdds() {
        float[] x = new float[20];
        double[] targets = new double[20];
        for (int row = 0; row < 20; row++) {
            x[row] = row < 10 ? 3 : 5;
            targets[row] = row < 2 || row >= 14 ? 1 : 0;
        }

        LogisticRegression fitted = LogisticRegression.fit(x, 1, targets, 0);

        assertThat(fitted.intercept() + 3 * fitted.coefficient(0)).isCloseTo(Math.log(2 / 8.0), within(1e-9));
        assertThat(fitted.intercept() + 5 * fitted.coefficient(0)).isCloseTo(Math.log(6 / 4.0), within(1e-9));
    }

    /** The loss is convex: where no small move in any direction lowers it, it is lowest. */
    @Test
    void noNeighbourHasALowerPenalisedLossOverStandardisedFeatures() {
        Random random = new Random(5);
        int rows = 400;
        float[] features = new float[rows * 3];
        double[] targets = new double[rows];
        for (int row = 0; row < rows; row++) {
            features[row * 3] = (float) (50 + 20 * random.nextGaussian());
            features[row * 3 + 1] = random.nextInt(2);
            features[row * 3 + 2] = (float) (random.nextGaussian() / 1000);
            double margin = (features[row * 3] - 70) / 10 + features[row * 3 + 1] + 500 * features[row * 3 + 2];
            targets[row] = random.nextDouble() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
        }

        LogisticRegression fitted = LogisticRegression.fit(features, 3, targets, 1);

        double[] found = {fitted.coefficient(0), fitted.coefficient(1), fitted.coefficient(2), fitted.intercept()};
        double least = loss(features, targets, found);
        for (int i = 0; i < found.length; i++) {
            for (double step : new double[] {1e-3, -1e-3}) {
                double[] moved = found.clone();
                moved[i] *= 1 + step;
                assertThat(loss(features, targets, moved)).isGreaterThan(least);
            }
        }
    }

    @Test
    void aFeatureThatNeverVariesChangesNothing() {
        float[] one = {1, 2, 3, 4, 5, 6};
        float[] two = {1, 7, 2, 7, 3, 7, 4, 7, 5, 7, 6, 7};
        double[] targets = {0, 1, 0, 1, 0, 1};

        LogisticRegression with = LogisticRegression.fit(two, 2, targets, 1);
        LogisticRegression without = LogisticRegression.fit(one, 1, targets, 1);

        assertThat(with.coefficient(0)).isCloseTo(without.coefficient(0), within(1e-9));
        assertThat(with.coefficient(1)).isZero();
    }

    @Test
    void scalingFindsTheSlopeAndInterceptThatAScoreWasBentBy_andMendsItsCalibration() {
        Random random = new Random(11);
        int rows = 100_000;
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        float[] margins = new float[rows];
        float[] bent = new float[rows];
        float[] straight = new float[rows];
        for (int row = 0; row < rows; row++) {
            double logOdds = -3 + 2 * random.nextGaussian();
            margins[row] = (float) (2 * logOdds + 1);
            boolean fraud = random.nextDouble() < 1 / (1 + Math.exp(-logOdds));
            data.add(row, 1, new double[FeatureSet.REFERENCE.size()], fraud, 0);
        }

        PlattScaling fitted = PlattFit.fit(margins, data.labels());

        assertThat(fitted.slope).isCloseTo(0.5, within(0.01));
        assertThat(fitted.intercept).isCloseTo(-0.5, within(0.03));
        for (int row = 0; row < rows; row++) {
            bent[row] = PlattScaling.IDENTITY.probability(margins[row]);
            straight[row] = fitted.probability(margins[row]);
        }
        assertThat(Calibration.of(new ScoredRows(data, bent)).expectedError()).isGreaterThan(0.03);
        assertThat(Calibration.of(new ScoredRows(data, straight)).expectedError())
                .isLessThan(0.005);
    }

    @Test
    void rowsThatAMarginSeparatesWhollyStillDoNotMakeItCertain() {
        PlattScaling fitted = PlattFit.fit(new float[] {-2, -1, 1, 2}, new float[] {0, 0, 1, 1});

        // Platt's targets for two rows of a kind: 3/4 and 1/4.
        assertThat(fitted.probability(1)).isBetween(0.6f, 0.75f);
        assertThat(fitted.probability(2)).isBetween(0.75f, 0.9f);
    }

    @Test
    void refusesMarginsThatTellNothingOrTheOpposite() {
        assertThatThrownBy(() -> PlattFit.fit(new float[] {3, 3, 3, 3}, new float[] {0, 1, 0, 0}))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tells nothing about the frauds of the validation days");
        assertThatThrownBy(() -> PlattFit.fit(new float[] {4, 3, 2, 1}, new float[] {0, 0, 1, 1}))
                .isInstanceOf(BadInputException.class);
    }

    /** As scikit-learn defines it, with the coefficients given in units of the features. */
    private static double loss(float[] features, double[] targets, double[] coefficients) {
        int width = coefficients.length - 1;
        double loss = 0;
        for (int row = 0; row < targets.length; row++) {
            double margin = coefficients[width];
            for (int i = 0; i < width; i++) {
                margin += coefficients[i] * features[row * width + i];
            }
            double probability = 1 / (1 + Math.exp(-margin));
            loss -= targets[row] * Math.log(probability) + (1 - targets[row]) * Math.log(1 - probability);
        }
        for (int i = 0; i < width; i++) {
            double weight = coefficients[i] * deviation(features, width, i);
            loss += weight * weight / 2;
        }
        return loss;
    }

    private static double deviation(float[] features, int width, int feature) {
        double sum = 0;
        double squares = 0;
        int rows = features.length / width;
        for (int row = 0; row < rows; row++) {
            double value = features[row * width + feature];
            sum += value;
            squares += value * value;
        }
        return Math.sqrt(squares / rows - sum / rows * (sum / rows));
    }
}
