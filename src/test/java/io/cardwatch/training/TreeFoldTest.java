package io.cardwatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.history.TrainingData;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;

class TreeFoldTest {
    private static final int ROUNDS = 200;

    /** Much noise in few rows: trees soon learn by heart, and validation suffers. */
    private final TrainingData learn = noisy(300, 1);

    private final TrainingData validation = noisy(1000, 2);

    @Test
    void stopsWhenMoreTreesDoNotHelp_andKeepsThoseThatDid() {
        try (TreeFold fold = new TreeFold(learn, validation);
                TreeFold.Grown grown = fold.grow(parameters(), "trees", (step, share) -> {})) {
            assertThat(grown.curve).hasSize(grown.rounds + TreeFold.PATIENCE).hasSizeLessThan(ROUNDS);
            for (double averagePrecision : grown.curve) {
                assertThat(averagePrecision).isLessThanOrEqualTo(grown.curve[grown.rounds - 1] + TreeFold.LEAST_GAIN);
            }
            assertThat(grown.trees.margins(validation)).isEqualTo(grown.validationMargins);
            assertThat(Ranking.of(grown.validationMargins, validation.labels()).averagePrecision())
                    .isEqualTo(grown.curve[grown.rounds - 1]);
        }
    }

    @Test
    void growsTheTreesThatXgboostItselfGrows() throws XGBoostError {
        Hyperparameters parameters = parameters();
        parameters.rounds = 5;
        DMatrix rows = BoostedTrees.matrix(learn);
        Booster expected = XGBoost.train(rows, parameters.forXgboost(), 5, Map.of(), null, null);

        try (TreeFold fold = new TreeFold(learn, validation);
                TreeFold.Grown grown = fold.grow(parameters, "trees", (step, share) -> {})) {
            assertThat(grown.trees.json()).isEqualTo(expected.toByteArray("json"));
            assertThat(BoostedTrees.margins(grown.trees.booster, rows, 3))
                    .isEqualTo(BoostedTrees.margins(expected, rows, 3))
                    .isNotEqualTo(BoostedTrees.margins(expected, rows, 0));
        }
    }

    private static Hyperparameters parameters() {
        Hyperparameters parameters = new Hyperparameters();
        parameters.rounds = ROUNDS;
        parameters.eta = 0.3;
        parameters.minChildWeight = 0.1;
        return parameters;
    }

    private static TrainingData noisy(int rows, long seed) {
        Random random = new Random(seed);
        TrainingData data = new TrainingData(FeatureSet.REFERENCE);
        for (int row = 0; row < rows; row++) {
            double[] values = new double[FeatureSet.REFERENCE.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian();
            }
            data.add(row, row, values, values[0] + 2 * random.nextGaussian() > 2, 0);
        }
        return data;
    }
}
