package io.cardwatch.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.history.TrainingData;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RankingTest {
    /** The example in scikit-learn's documentation of roc_auc_score and average_precision_score. */
    @Test
    void agreesWithThePublishedExample() {
        Ranking ranking = Ranking.of(new float[] {0.1f, 0.4f, 0.35f, 0.8f}, new float[] {0, 0, 1, 1});

        assertThat(ranking.auc()).isEqualTo(0.75);
        assertThat(ranking.averagePrecision()).isCloseTo(0.8333333333333333, within(1e-15));
        ConfusionMatrix best = ranking.bestF1();
        assertThat(best.threshold).isCloseTo(0.35, within(1e-7));
        assertThat(best.precision()).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(best.recall()).isEqualTo(1);
        assertThat(best.f1()).isCloseTo(0.8, within(1e-15));
    }

    @Test
    void aModelThatCannotTellThemApartGetsChanceWhateverTheOrderOfRows() {
        Ranking ranking = Ranking.of(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, new float[] {1, 0, 0, 0});

        assertThat(ranking.auc()).isEqualTo(0.5);
        assertThat(ranking.averagePrecision()).isEqualTo(0.25);
    }

    @Test
    void aStepHoldsAllRowsOfOneProbability() {
        Ranking ranking = Ranking.of(new float[] {0.2f, 0.9f, 0.2f, 0.5f, 0.2f}, new float[] {1, 1, 0, 0, 0});

        assertThat(ranking.steps()).isEqualTo(3);
        assertThat(ranking.threshold(1)).isEqualTo(0.5f);
        assertThat(new int[] {ranking.frauds(0), ranking.frauds(1), ranking.frauds(2)})
                .containsExactly(1, 1, 2);
        assertThat(new int[] {ranking.genuine(0), ranking.genuine(1), ranking.genuine(2)})
                .containsExactly(0, 1, 3);
    }

    @Test
    void theShareAtTheTopCountsSomeRowsAmongTheHighestOfAll() {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        for (int row = 0; row < 10; row++) {
            rows.add(row, 1, new double[FeatureSet.REFERENCE.size()], row == 2 || row == 3 || row == 7, row);
        }
        ScoredRows scored = new ScoredRows(rows, new float[] {1, 2, 9, 3, 8, 7, 6, 5, 4, 0});

        assertThat(scored.shareAtTop(0.1, rows::fraud)).isEqualTo(1 / 3.0);
        assertThat(scored.shareAtTop(0.59, rows::fraud)).isEqualTo(2 / 3.0);
        assertThat(scored.shareAtTop(1, rows::fraud)).isEqualTo(1);
        assertThat(scored.shareAtTop(0.3, row -> rows.scenario(row) == 7)).isZero();
    }

    @Test
    void rowsOfOneKindHaveNoRanking() {
        assertThatThrownBy(() -> Ranking.of(new float[] {0.5f}, new float[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @RepeatedTest(50)
    void agreesWithTheDefinitionsOnRandomScoresWithTies(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        float[] probabilities = new float[60];
        float[] labels = new float[60];
        for (int i = 0; i < 60; i++) {
            probabilities[i] = random.nextInt(20) / 20f;
            labels[i] = i < 2 ? i : random.nextInt(4) == 0 ? 1 : 0;
        }

        Ranking ranking = Ranking.of(probabilities, labels);

        assertThat(ranking.auc()).isCloseTo(shareOfPairsWon(probabilities, labels), within(1e-12));
        double best = 0;
        double area = 0;
        double recallBefore = 0;
        for (int step = 19; step >= 0; step--) {
            double[] precisionAndRecall = at(step / 20f, probabilities, labels);
            area += (precisionAndRecall[1] - recallBefore) * precisionAndRecall[0];
            recallBefore = precisionAndRecall[1];
            best = Math.max(best, f1(precisionAndRecall));
        }
        assertThat(ranking.averagePrecision()).isCloseTo(area, within(1e-12));
        assertThat(ranking.bestF1().f1()).isCloseTo(best, within(1e-12));
        assertThat(f1(at((float) ranking.bestF1().threshold, probabilities, labels)))
                .isCloseTo(best, within(1e-12));
    }

    /** By hand: 0.9 fraud, 0.5 genuine, 0.2 one fraud and two genuine. */
    @Test
    void bothCurvesAndAnyThresholdReadTheSameSteps() {
        Ranking ranking = Ranking.of(new float[] {0.2f, 0.9f, 0.2f, 0.5f, 0.2f}, new float[] {1, 1, 0, 0, 0});

        assertThat(ranking.recallAt(0)).isEqualTo(0.5);
        assertThat(ranking.recallAt(0.99)).isEqualTo(0.5);
        assertThat(ranking.recallAt(1)).isEqualTo(1);
        assertThat(ranking.precisionAt(0)).isEqualTo(1);
        assertThat(ranking.precisionAt(0.5)).isEqualTo(1);
        assertThat(ranking.precisionAt(0.51)).isEqualTo(0.4);
        assertThat(ranking.precisionAt(1)).isEqualTo(0.4);
        assertThat(ranking.at(0.95).flagged()).isZero();
        assertThat(ranking.at(0.95).falseNegatives).isEqualTo(2);
        assertThat(ranking.at(0.5).flagged()).isEqualTo(2);
        assertThat(ranking.at(0.3).flagged()).isEqualTo(2);
        assertThat(ranking.at(0.0).trueNegatives).isZero();
    }

    private static double shareOfPairsWon(float[] probabilities, float[] labels) {
        double won = 0;
        int pairs = 0;
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels.length; j++) {
                if (labels[i] == 1 && labels[j] == 0) {
                    pairs++;
                    won += probabilities[i] > probabilities[j] ? 1 : probabilities[i] == probabilities[j] ? 0.5 : 0;
                }
            }
        }
        return won / pairs;
    }

    private static double[] at(float threshold, float[] probabilities, float[] labels) {
        double hits = 0;
        double predicted = 0;
        double frauds = 0;
        for (int i = 0; i < labels.length; i++) {
            frauds += labels[i];
            predicted += probabilities[i] >= threshold ? 1 : 0;
            hits += probabilities[i] >= threshold ? labels[i] : 0;
        }
        return new double[] {predicted == 0 ? 0 : hits / predicted, hits / frauds};
    }

    private static double f1(double[] precisionAndRecall) {
        double sum = precisionAndRecall[0] + precisionAndRecall[1];
        return sum == 0 ? 0 : 2 * precisionAndRecall[0] * precisionAndRecall[1] / sum;
    }
}
