package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.amazon.randomcutforest.RandomCutForest;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.AnomalyScorer;
import io.cardwatch.score.CutForest;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forest against Amazon's library, and its tables against counts by hand. */
class AnomalyFitTest {
    @TempDir
    Path directory;

    private TrainingData history;

    @BeforeEach
    void readHistory() throws IOException {
        history = CsvHistory.read(
                Files.writeString(directory.resolve("history.csv"), SyntheticHistory.csv()), FeatureSet.REFERENCE);
    }

    /** The library, told the same points in the same order by this test. */
    @Test
    void everyScoreIsTheLibrarys() {
        CutForest forest = fit(history, 5).forest;
        AnomalyScorer scorer = new AnomalyScorer(forest);
        RandomCutForest library = RandomCutForest.builder()
                .dimensions(forest.inputs.size())
                .numberOfTrees(forest.trees.size())
                .sampleSize(256)
                .timeDecay(0)
                .randomSeed(5)
                .build();
        for (int row = 0; row < history.rows(); row++) {
            if (!history.fraud(row)) {
                library.update(point(forest, history.vector(row)));
            }
        }

        for (int row = 0; row < history.rows(); row++) {
            float[] vector = history.vector(row);
            vector[row % vector.length] *= row % 3;
            vector[row % 7] = row % 11 == 0 ? Float.NaN : vector[row % 7];
            assertThat(scorer.score(vector)).isEqualTo(library.getAnomalyScore(point(forest, vector)), within(1e-12));
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes_anotherGivesOthers() throws IOException {
        String forest = json(fit(history, 5).forest);

        assertThat(json(fit(history, 5).forest)).isEqualTo(forest);
        assertThat(json(fit(history, 6).forest)).isNotEqualTo(forest);
    }

    /** Of four payments 1, 1, 2 and 3, and of those that ask, by hand. */
    @Test
    void aLevelTellsHowRareSoHighAValueIs_tiesAlike_knownFraudsNotCounted() {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        add(rows, 1, 4, false);
        add(rows, 3, 4, false);
        add(rows, 1, 4, false);
        add(rows, 100, 4, true);
        add(rows, 2, 4, false);
        CutForest forest = fit(rows, 1).forest;
        CutForest.Input amount = forest.inputs.get(0);

        assertThat(amount.features).containsExactly(Feature.TX_AMOUNT);
        assertThat(amount.level(row(0.5, 4))).isZero();
        assertThat(amount.level(row(1, 4))).isZero();
        assertThat(amount.level(row(1.01, 4))).isEqualTo((float) Math.log(5 / 3.0));
        assertThat(amount.level(row(2, 4))).isEqualTo((float) Math.log(5 / 3.0));
        assertThat(amount.level(row(3, 4))).isEqualTo((float) Math.log(5 / 2.0));
        assertThat(amount.level(row(100, 4))).isEqualTo((float) Math.log(5));
        assertThat(amount.level(row(Double.NaN, 4))).isZero();

        CutForest.Input toMean = forest.inputs.get(1);
        assertThat(toMean.features).containsExactly(Feature.TX_AMOUNT, Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW);
        assertThat(toMean.level(row(3, 4))).isEqualTo((float) Math.log(5 / 2.0));
        assertThat(toMean.level(row(3, 6))).isEqualTo((float) Math.log(5 / 3.0));
        assertThat(toMean.level(row(0, 0))).isZero();
        assertThat(toMean.level(row(3, 0))).isEqualTo((float) Math.log(5));
    }

    @Test
    void aQuotientByZeroIsNotLearned_andAboveAllOthers() {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        add(rows, 3, 0, false);
        add(rows, 0, 0, false);
        add(rows, 1, 1, false);

        AnomalyFit fit = fit(rows, 1);

        assertThat(fit.forest.inputs.get(1).values).containsExactly(1f);
        assertThat(fit.forest.inputs.get(1).level(row(3, 0))).isEqualTo((float) Math.log(2));
        assertThat(new AnomalyScorer(fit.forest).score(row(3, 0))).isPositive();
    }

    @Test
    void aTableIsAsExactAsItsStep_andShort() {
        TrainingData rows = new TrainingData(FeatureSet.REFERENCE);
        for (int i = 0; i < 50_000; i++) {
            add(rows, i, 1, false);
        }
        CutForest.Input amount = fit(rows, 1).forest.inputs.get(0);

        for (int i = 0; i < 50_000; i += 7) {
            double exact = Math.log(50_001.0 / (50_001 - i));
            assertThat((double) amount.level(row(i, 1))).isBetween(exact - 1e-6, exact + 0.0101);
        }
        assertThat(amount.values).hasSizeLessThan(1_000);
    }

    @Test
    void knownFraudsAreNotLearned_andLookOdd() {
        AnomalyScorer scorer = new AnomalyScorer(fit(history, 5).forest);
        double fraud = 0;
        double genuine = 0;
        for (int row = 0; row < history.rows(); row++) {
            double score = scorer.score(history.vector(row));
            fraud += history.fraud(row) ? score / history.frauds() : 0;
            genuine += history.fraud(row) ? 0 : score / (history.rows() - history.frauds());
        }

        assertThat(fraud).isGreaterThan(1.5 * genuine);
    }

    private static void add(TrainingData rows, double amount, double mean, boolean fraud) {
        double[] values = new double[FeatureSet.REFERENCE.size()];
        values[Feature.TX_AMOUNT.index()] = amount;
        values[Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW.index()] = mean;
        rows.add(0, 1, values, fraud, TrainingData.NO_SCENARIO);
    }

    private static float[] row(double amount, double mean) {
        float[] row = new float[FeatureSet.REFERENCE.size()];
        row[Feature.TX_AMOUNT.index()] = (float) amount;
        row[Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW.index()] = (float) mean;
        return row;
    }

    private static String json(CutForest forest) throws IOException {
        return new JsonMapper().writeValueAsString(forest);
    }

    private static float[] point(CutForest forest, float[] row) {
        float[] point = new float[forest.inputs.size()];
        for (int i = 0; i < point.length; i++) {
            point[i] = forest.inputs.get(i).level(row);
        }
        return point;
    }

    private static AnomalyFit fit(TrainingData data, long seed) {
        return AnomalyFit.of(data, seed, "forest", (step, share) -> {});
    }
}
