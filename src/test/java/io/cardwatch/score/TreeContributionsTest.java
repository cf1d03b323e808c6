package io.cardwatch.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.foreign.XgboostJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TreeContributionsTest {
    private static final int ROWS = 10_000;

    @ParameterizedTest
    @CsvSource({
        "1, 1", "1, 4", "2, 2", "3, 3", "4, 6", "5, 2", "5, 6", "6, 1", "6, 3", "6, 6", "7, 7", "8, 6", "9, 12",
        "10, 9", "11, 6", "12, 12"
    })
    void areShapleysValuesByTheirDefinition(int depth, int features) {
        Random random = new Random(31L * depth + features);
        for (int model = 0; model < (features > 6 ? 1 : 30); model++) {
            List<TreeEnsemble.Tree> list =
                    List.of(RandomTrees.tree(depth, features, random), RandomTrees.tree(depth, features, random));
            TreeEnsemble ensemble = new TreeEnsemble(-1.25f, features, List.of(), list);
            GradientBoostedTrees trees = trees(ensemble);
            for (int row = 0; row < (features > 6 ? 1 : 5); row++) {
                float[] x = RandomTrees.row(features, random);
                assertThat(trees.contributions(x)).containsExactly(shapley(ensemble, x), within(1e-9));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 12})
    void equalThoseOfXgboost_onTenThousandRowsHalfOfThemWithMissingValues(int depth) throws XGBoostError {
        String[] features = FeatureSet.EXTENDED.names().toArray(String[]::new);
        Booster booster = ReferenceModels.train(
                features, depth > 6 ? 10 : 100, Map.of("max_depth", depth, "min_child_weight", 0, "base_score", 0.1));
        TreeEnsemble ensemble = ensemble(ReferenceModels.json(booster));
        GradientBoostedTrees trees = trees(ensemble);
        float[] values = ReferenceModels.rows(ROWS, features.length, 21);
        for (int i = 0; i < ROWS / 2 * features.length; i++) {
            values[i] = Float.isNaN(values[i]) ? i % 50 : values[i];
        }
        float[][] expected = booster.predictContrib(new DMatrix(values, ROWS, features.length, Float.NaN), 0);

        double farthest = 0;
        double farthestSum = 0;
        for (int row = 0; row < ROWS; row++) {
            float[] x = Arrays.copyOfRange(values, row * features.length, (row + 1) * features.length);
            double[] actual = trees.contributions(x);
            for (int i = 0; i < actual.length; i++) {
                farthest = Math.max(farthest, Math.abs(actual[i] - expected[row][i]));
            }
            farthestSum = Math.max(farthestSum, Math.abs(Arrays.stream(actual).sum() - margin(ensemble, x)));
        }
        assertThat(farthest).isLessThan(1e-4);
        assertThat(farthestSum).isLessThan(1e-9);
    }

    @ParameterizedTest
    @EnumSource
    void sumToTheMarginOfTheShippedModel(FeatureSet set) throws IOException {
        TreeEnsemble ensemble = shipped(set);
        GradientBoostedTrees trees = trees(ensemble);
        FraudModel model = FraudModel.loadShipped(set);
        Random random = new Random(5);

        double farthest = 0;
        boolean same = true;
        for (int row = 0; row < ROWS; row++) {
            float[] x = rowAmongThresholds(ensemble, random);
            double[] contributions = trees.contributions(x);
            farthest = Math.max(farthest, Math.abs(Arrays.stream(contributions).sum() - margin(ensemble, x)));
            same &= Arrays.equals(model.contributions(x), contributions);
        }
        assertThat(farthest).isLessThan(1e-9);
        assertThat(same).isTrue();
    }

    @Test
    void aTreeOfOneLeafAddsItToTheExpectation() {
        TreeEnsemble.Tree leaf =
                new TreeEnsemble.Tree(new int[1], new int[1], new float[] {0.75f}, new boolean[1], new float[] {8});

        assertThat(trees(new TreeEnsemble(-2, 3, List.of(), List.of(leaf, leaf)))
                        .contributions(new float[3]))
                .containsExactly(0, 0, 0, -0.5);
        assertThat(trees(new TreeEnsemble(-2, 3, List.of(), List.of())).contributions(new float[3]))
                .containsExactly(0, 0, 0, -2);
    }

    @Test
    void nodesThatNoTrainingRowPassed_areWeightedAsXgboostDoes() throws Exception {
        String json = ReferenceModels.json(
                ReferenceModels.train(new String[] {"A", "B", "C", "D"}, 1, Map.of("max_depth", 3)));
        TreeEnsemble.Tree tree = ensemble(json).trees.get(0);
        for (int empty = 1; empty < tree.left.length; empty++) {
            String covers = Arrays.toString(withoutRowsBelow(tree, empty)).replace(" ", "");
            String changed = json.replaceFirst("(\"sum_hessian\":)[^\\]]*\\]", "$1" + covers);
            assertThat(changed).isNotEqualTo(json);
            GradientBoostedTrees trees = trees(ensemble(changed));
            Booster booster = XGBoost.loadModel(changed.getBytes(StandardCharsets.UTF_8));
            float[] values = ReferenceModels.rows(500, 4, 3);
            float[][] expected = booster.predictContrib(new DMatrix(values, 500, 4, Float.NaN), 0);
            for (int row = 0; row < 500; row++) {
                double[] actual = trees.contributions(Arrays.copyOfRange(values, 4 * row, 4 * row + 4));
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i]).isCloseTo(expected[row][i], within(1e-6));
                }
            }
        }
    }

    @Test
    void areTheSameAfterTravellingInTheJobGraph_whetherAskedBeforeOrNot() throws Exception {
        Random random = new Random(4);
        GradientBoostedTrees trees = trees(new TreeEnsemble(0, 4, List.of(), List.of(RandomTrees.tree(6, 4, random))));
        float[] row = RandomTrees.row(4, random);
        GradientBoostedTrees early = InstantiationUtil.clone(trees);
        double[] expected = trees.contributions(row);

        assertThat(early.contributions(row)).isEqualTo(expected);
        assertThat(InstantiationUtil.clone(trees).contributions(row)).isEqualTo(expected);
    }

    @Test
    void threadsMayAskTheSameTrees() {
        Random random = new Random(6);
        List<TreeEnsemble.Tree> list = IntStream.range(0, 50)
                .mapToObj(i -> RandomTrees.tree(6, 6, random))
                .toList();
        TreeEnsemble ensemble = new TreeEnsemble(0, 6, List.of(), list);
        List<float[]> rows = IntStream.range(0, 2_000)
                .mapToObj(i -> RandomTrees.row(6, random))
                .toList();
        GradientBoostedTrees alone = trees(ensemble);
        List<double[]> expected = rows.stream().map(alone::contributions).toList();
        GradientBoostedTrees shared = trees(ensemble);

        List<double[]> actual = rows.parallelStream().map(shared::contributions).toList();

        for (int i = 0; i < rows.size(); i++) {
            assertThat(actual.get(i)).isEqualTo(expected.get(i));
        }
    }

    /** By definition: what a feature adds to every coalition of the others, weighted by the orders in which it comes. */
    private static double[] shapley(TreeEnsemble ensemble, float[] x) {
        int features = x.length;
        double[] values = new double[1 << features];
        for (int known = 0; known < values.length; known++) {
            values[known] = ensemble.baseMargin;
            for (TreeEnsemble.Tree tree : ensemble.trees) {
                values[known] += expectation(tree, 0, x, known);
            }
        }
        double[] shapley = new double[features + 1];
        shapley[features] = values[0];
        for (int i = 0; i < features; i++) {
            for (int known = 0; known < values.length; known++) {
                if ((known >> i & 1) == 0) {
                    int size = Integer.bitCount(known);
                    double orders = factorial(size) * factorial(features - size - 1) / factorial(features);
                    shapley[i] += orders * (values[known | 1 << i] - values[known]);
                }
            }
        }
        return shapley;
    }

    /** What a node gives if only the features of the bits in {@code known} are: the others' splits by their covers. */
    private static double expectation(TreeEnsemble.Tree tree, int node, float[] x, int known) {
        int left = tree.left[node];
        if (left == 0) {
            return tree.value[node];
        }
        if ((known >> tree.feature[node] & 1) == 1) {
            return expectation(tree, next(tree, node, x), x, known);
        }
        double leftCover = tree.cover[left];
        double rightCover = tree.cover[left + 1];
        double sum = leftCover + rightCover;
        return ((sum == 0 ? 1 : leftCover) * expectation(tree, left, x, known)
                        + (sum == 0 ? 1 : rightCover) * expectation(tree, left + 1, x, known))
                / (sum == 0 ? 2 : sum);
    }

    private static int next(TreeEnsemble.Tree tree, int node, float[] x) {
        float value = x[tree.feature[node]];
        boolean left = Float.isNaN(value) ? tree.missingLeft[node] : value < tree.value[node];
        return tree.left[node] + (left ? 0 : 1);
    }

    private static double margin(TreeEnsemble ensemble, float[] x) {
        double margin = ensemble.baseMargin;
        for (TreeEnsemble.Tree tree : ensemble.trees) {
            int node = 0;
            while (tree.left[node] != 0) {
                node = next(tree, node, x);
            }
            margin += tree.value[node];
        }
        return margin;
    }

    private static double factorial(int n) {
        return IntStream.rangeClosed(1, n).asDoubleStream().reduce(1, (a, b) -> a * b);
    }

    /** Each value is missing, or a threshold that the model compares it with. */
    private static float[] rowAmongThresholds(TreeEnsemble ensemble, Random random) {
        float[] row = new float[ensemble.featureCount];
        Arrays.fill(row, Float.NaN);
        for (int i = 0; i < 4 * row.length; i++) {
            TreeEnsemble.Tree tree = ensemble.trees.get(random.nextInt(ensemble.trees.size()));
            int node = random.nextInt(tree.left.length);
            if (tree.left[node] != 0) {
                row[tree.feature[node]] = tree.value[node];
            }
        }
        return row;
    }

    /** The tree's covers as if all rows had gone past {@code empty}. */
    private static float[] withoutRowsBelow(TreeEnsemble.Tree tree, int empty) {
        float[] covers = tree.cover.clone();
        covers[empty] = 0;
        for (int node = empty; node < covers.length; node++) {
            if (tree.left[node] != 0 && covers[node] == 0) {
                Arrays.fill(covers, tree.left[node], tree.left[node] + 2, 0);
            }
        }
        for (int node = covers.length - 1; node >= 0; node--) {
            if (tree.left[node] != 0) {
                covers[node] = covers[tree.left[node]] + covers[tree.left[node] + 1];
            }
        }
        return covers;
    }

    private static GradientBoostedTrees trees(TreeEnsemble ensemble) {
        return new GradientBoostedTrees(ensemble, PlattScaling.IDENTITY);
    }

    private static TreeEnsemble ensemble(String json) {
        return XgboostJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static TreeEnsemble shipped(FeatureSet set) throws IOException {
        String file = "/model/" + set.lowerCaseName() + "/" + ModelDirectory.TREES;
        try (InputStream in = TreeContributionsTest.class.getResourceAsStream(file)) {
            return ModelDirectory.json(in.readAllBytes(), TreeEnsemble.class);
        }
    }

    /** Trees that share features, thresholds and gaps, and some of whose nodes no training row passed. */
    private static final class RandomTrees {
        static TreeEnsemble.Tree tree(int depth, int features, Random random) {
            List<int[]> open = new ArrayList<>(List.of(new int[] {0, 64}));
            List<Integer> left = new ArrayList<>();
            List<Float> cover = new ArrayList<>();
            // Breadth first: a node's level and cover.
            for (int node = 0; node < open.size(); node++) {
                int level = open.get(node)[0];
                int rows = open.get(node)[1];
                cover.add((float) rows);
                boolean leaf = level == depth || (level > 0 && random.nextInt(level > 5 ? 2 : 6) == 0);
                left.add(leaf ? 0 : open.size());
                if (!leaf) {
                    int leftRows = random.nextInt(rows + 1);
                    open.add(new int[] {level + 1, leftRows});
                    open.add(new int[] {level + 1, rows - leftRows});
                }
            }
            int size = open.size();
            int[] feature = new int[size];
            float[] value = new float[size];
            boolean[] missingLeft = new boolean[size];
            float[] covers = new float[size];
            for (int node = 0; node < size; node++) {
                boolean leaf = left.get(node) == 0;
                feature[node] = leaf ? 0 : random.nextInt(features);
                value[node] = leaf ? (float) random.nextGaussian() : random.nextInt(8);
                missingLeft[node] = !leaf && random.nextBoolean();
                covers[node] = cover.get(node);
            }
            return new TreeEnsemble.Tree(
                    left.stream().mapToInt(Integer::intValue).toArray(), feature, value, missingLeft, covers);
        }

        static float[] row(int features, Random random) {
            float[] row = new float[features];
            for (int i = 0; i < features; i++) {
                row[i] = random.nextInt(4) == 0 ? Float.NaN : random.nextInt(9) - 0.5f;
            }
            return row;
        }
    }
}
