package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.training.foreign.XgboostJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientBoostedTreesTest {
    private static final String[] FEATURES = {"A", "B", "C", "D"};
    private static final int ROWS = 200_000;

    @ParameterizedTest
    @CsvSource({
        "1, hist, ''",
        "2, hist, 0.5",
        "3, exact, 0.0084",
        "4, approx, 0.3",
        "5, hist, 0.9",
        "6, exact, ''",
        "7, hist, 0.02",
        "8, hist, ''",
        "12, exact, 0.1"
    })
    void marginsEqualXgboostBitForBit_onTwoHundredThousandRowsWithMissingValues(
            int depth, String method, String baseScore) throws XGBoostError {
        Map<String, Object> parameters = Map.of("max_depth", depth, "tree_method", method, "eta", 0.3, "gamma", 0.5);
        Booster booster = ReferenceModels.train(FEATURES, 30, with(parameters, "base_score", baseScore));

        assertEqualToXgboost(parse(ReferenceModels.json(booster)), booster);
    }

    @Test
    void severalTreesPerRoundAreAddedInTheirOrder() throws XGBoostError {
        Booster forest =
                ReferenceModels.train(FEATURES, 5, Map.of("max_depth", 4, "num_parallel_tree", 3, "subsample", 0.5));

        GradientBoostedTrees trees = parse(ReferenceModels.json(forest));

        assertThat(trees.treeCount()).isEqualTo(15);
        assertEqualToXgboost(trees, forest);
    }

    @Test
    void infiniteValuesGoTheWayOfTheFarthestFiniteOnes() throws XGBoostError {
        GradientBoostedTrees trees = parse(ReferenceModels.json(ReferenceModels.train(FEATURES, 10, Map.of())));
        float infinity = Float.POSITIVE_INFINITY;
        float farthest = Float.MAX_VALUE;

        assertThat(trees.margin(new float[] {infinity, 0, -infinity, 0}))
                .isEqualTo(trees.margin(new float[] {farthest, 0, -farthest, 0}));
        assertThat(trees.margin(new float[] {-infinity, infinity, 0, infinity}))
                .isEqualTo(trees.margin(new float[] {-farthest, farthest, 0, farthest}));
    }

    @Test
    void aMissingValueGoesWhereTheNodeSays_thoughItsNeighboursAreInfinite() {
        float infinity = Float.POSITIVE_INFINITY;
        String missingLeft = ReferenceModels.STUMP.replace("16E0", "3.4028235E38");
        String missingRight =
                ReferenceModels.STUMP.replace("16E0", "-3.4028235E38").replace("[1,0,0]", "[0,0,0]");
        float left = parse(ReferenceModels.STUMP).margin(new float[4]);
        float right = parse(ReferenceModels.STUMP).margin(new float[] {16, 0, 0, 0});

        assertThat(parse(missingLeft).margin(new float[] {Float.NaN, infinity, infinity, infinity}))
                .isEqualTo(left);
        assertThat(parse(missingLeft).margin(new float[] {infinity, 0, 0, 0})).isEqualTo(right);
        assertThat(parse(missingRight).margin(new float[] {Float.NaN, -infinity, -infinity, -infinity}))
                .isEqualTo(right);
        assertThat(parse(missingRight).margin(new float[] {-infinity, 0, 0, 0})).isEqualTo(left);
    }

    @Test
    void aBaseScoreWithoutBrackets_asXgboost2Wrote_isTheSameProbability() throws XGBoostError {
        Booster booster = ReferenceModels.train(FEATURES, 3, Map.of("base_score", 0.00607));
        String json = ReferenceModels.json(booster);
        String plain = json.replace("\"base_score\":\"[6.07E-3]\"", "\"base_score\":\"6.07E-3\"");
        assertThat(plain).isNotEqualTo(json);

        assertEqualToXgboost(parse(plain), booster);
    }

    @Test
    void namesItsFeaturesInTheirOrder() throws XGBoostError {
        assertThat(parse(ReferenceModels.json(ReferenceModels.train(FEATURES, 1, Map.of())))
                        .featureNames())
                .containsExactly(FEATURES);
    }

    @Test
    void scoresTheSameAfterTravellingInTheJobGraph() throws Exception {
        GradientBoostedTrees trees = parse(ReferenceModels.json(ReferenceModels.train(FEATURES, 5, Map.of())));
        float[] row = {1, -2, Float.NaN, 4};

        assertThat(InstantiationUtil.clone(trees).margin(row)).isEqualTo(trees.margin(row));
    }

    @Test
    void extremeMarginsStayProbabilities() {
        assertThat(parse(leafOnly("1e30")).probability(new float[4])).isEqualTo(1f);
        assertThat(parse(leafOnly("-1e30")).probability(new float[4])).isBetween(0f, 1e-38f);
    }

    @Test
    void refusesMoreFeaturesThanItHasRoomFor() {
        TreeEnsemble wide = new TreeEnsemble(0, GradientBoostedTrees.MAX_FEATURES + 1, List.of(), List.of());

        assertThatThrownBy(() -> new GradientBoostedTrees(wide, PlattScaling.IDENTITY))
                .isInstanceOf(BadInputException.class)
                .hasMessage("the model reads 2049 features, more than 2048");
    }

    private static String leafOnly(String leaf) {
        return ReferenceModels.STUMP
                .replace("[1,-1,-1]", "[-1]")
                .replace("[2,-1,-1]", "[-1]")
                .replace("[16E0,-4.1508764E-1,1.0598326E0]", "[" + leaf + "]")
                .replace("[0,0,0]", "[0]")
                .replace("[1,0,0]", "[0]")
                .replace("[4,2,2]", "[4]")
                .replace("\"num_nodes\":\"3\"", "\"num_nodes\":\"1\"");
    }

    private static void assertEqualToXgboost(GradientBoostedTrees trees, Booster booster) throws XGBoostError {
        float[] values = ReferenceModels.rows(ROWS, FEATURES.length, 77);
        DMatrix matrix = new DMatrix(values, ROWS, FEATURES.length, Float.NaN);
        float[][] margins = booster.predict(matrix, true);
        float[][] probabilities = booster.predict(matrix);
        int[] expected = new int[ROWS];
        int[] actual = new int[ROWS];
        double worst = 0;
        for (int i = 0; i < ROWS; i++) {
            float[] row = Arrays.copyOfRange(values, i * FEATURES.length, (i + 1) * FEATURES.length);
            expected[i] = Float.floatToRawIntBits(margins[i][0]);
            actual[i] = Float.floatToRawIntBits(trees.margin(row));
            worst = Math.max(worst, Math.abs(trees.probability(row) - probabilities[i][0]));
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(worst).isCloseTo(0, within(1e-6));
    }

    private static Map<String, Object> with(Map<String, Object> parameters, String key, String value) {
        if (value.isEmpty()) {
            return parameters;
        }
        Map<String, Object> all = new HashMap<>(parameters);
        all.put(key, value);
        return all;
    }

    private static GradientBoostedTrees parse(String json) {
        return new GradientBoostedTrees(XgboostJson.read(json.getBytes(StandardCharsets.UTF_8)), PlattScaling.IDENTITY);
    }
}
