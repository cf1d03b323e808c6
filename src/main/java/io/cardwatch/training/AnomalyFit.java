package io.cardwatch.training;

import com.amazon.randomcutforest.IComponentModel;
import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.executor.SamplerPlusTree;
import com.amazon.randomcutforest.sampler.ISampled;
import com.amazon.randomcutforest.tree.RandomCutTree;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.AnomalyScorer;
import io.cardwatch.score.CutForest;
import io.cardwatch.score.GoldenScores;
import io.cardwatch.training.evaluation.ScoredRows;
import io.cardwatch.training.history.TrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random cut forest that has learned the payments not known as fraud. Amazon's library trains it; its trees are then
 * copied into a {@link CutForest}. A label does no more than leave a known fraud out.
 */
public final class AnomalyFit {
    // Inputs and numbers were chosen on the handbook's validation folds; docs/model-quality.md says how.

    /** A feature, or dividend and divisor. */
    private static final List<List<Feature>> REFERENCE_INPUTS = List.of(
            List.of(Feature.TX_AMOUNT),
            List.of(Feature.TX_AMOUNT, Feature.CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW),
            List.of(Feature.TX_AMOUNT, Feature.CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_RISK_1DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_RISK_7DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_RISK_30DAY_WINDOW));

    private static final List<List<Feature>> EXTENDED_INPUTS = List.of(
            List.of(Feature.TX_AMOUNT),
            List.of(Feature.CUSTOMER_ID_AMOUNT_RATIO),
            List.of(Feature.CUSTOMER_ID_NB_HIGH_TX_14DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_RISK_7DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_RISK_30DAY_WINDOW),
            List.of(Feature.TERMINAL_ID_FRAUD_RUN_LENGTH));

    private static final int TREES = 30;
    private static final int SAMPLE = 256;
    /** Rows that the library is shown, of a longer history a random choice; it keeps {@link #TREES} samples of them. */
    private static final int MOST_ROWS = 100_000;
    /** A table leaves values out where levels lie closer together than this. */
    private static final double LEVEL_STEP = 0.01;

    private static final int ROWS_PER_REPORT = 10_000;

    /** The forest as data. */
    public final CutForest forest;

    private final RandomCutForest library;
    private final long seed;

    private AnomalyFit(CutForest forest, RandomCutForest library, long seed) {
        this.forest = forest;
        this.library = library;
        this.seed = seed;
    }

    /**
     * Learns the rows of {@code data} that are not frauds. The same rows in the same order with the same seed give the same
     * forest.
     *
     * @param step the name of this step for the progress
     */
    public static AnomalyFit of(TrainingData data, long seed, String step, TrainingProgress progress) {
        TrainingData rows = data.where(row -> !data.fraud(row));
        List<CutForest.Input> inputs = new ArrayList<>();
        for (List<Feature> features : data.set() == FeatureSet.REFERENCE ? REFERENCE_INPUTS : EXTENDED_INPUTS) {
            inputs.add(input(features, rows));
        }
        RandomCutForest library = learned(inputs, rows, seed, step, progress);
        List<CutForest.Tree> trees = new ArrayList<>();
        for (IComponentModel<?, ?> component : library.getComponents()) {
            trees.add(copy((SamplerPlusTree<?, ?>) component, inputs.size()));
        }
        return new AnomalyFit(new CutForest(inputs, trees), library, seed);
    }

    private static RandomCutForest learned(
            List<CutForest.Input> inputs, TrainingData rows, long seed, String step, TrainingProgress progress) {
        RandomCutForest library = RandomCutForest.builder()
                .dimensions(inputs.size())
                .numberOfTrees(TREES)
                .sampleSize(SAMPLE)
                .timeDecay(0)
                .outputAfter(1)
                .randomSeed(seed)
                .build();
        Random random = new Random(seed);
        int wanted = Math.min(MOST_ROWS, rows.rows());
        for (int row = 0; row < rows.rows(); row++) {
            if (random.nextInt(rows.rows() - row) < wanted) {
                wanted--;
                library.update(point(inputs, rows.vector(row)));
            }
            if (row % ROWS_PER_REPORT == 0) {
                progress.at(step, (double) row / rows.rows());
            }
        }
        return library;
    }

    /** The table of an input: its values with −ln of the share of rows that have as much or more. */
    private static CutForest.Input input(List<Feature> features, TrainingData rows) {
        float[] sorted = new float[rows.rows()];
        int count = 0;
        for (int row = 0; row < sorted.length; row++) {
            float value = CutForest.Input.value(features, rows.vector(row));
            if (Float.isFinite(value)) {
                sorted[count++] = value + 0f; // no −0
            }
        }
        Arrays.sort(sorted, 0, count);
        float[] values = new float[count];
        float[] levels = new float[count + 1];
        int kept = 0;
        int from = 0;
        while (from < count) {
            int to = from + 1;
            while (to < count && sorted[to] == sorted[from]) {
                to++;
            }
            if (to == count || level(count - to, count) - (kept == 0 ? 0 : levels[kept - 1]) > LEVEL_STEP) {
                values[kept] = sorted[from];
                levels[kept++] = level(count - from, count);
            }
            from = to;
        }
        levels[kept] = level(0, count);
        return new CutForest.Input(features, Arrays.copyOf(values, kept), Arrays.copyOf(levels, kept + 1));
    }

    /** −ln of a share of the rows. The payment that asks is counted among them, so that no share is 0. */
    private static float level(int asMuchOrMore, int rows) {
        return (float) StrictMath.log((rows + 1.0) / (asMuchOrMore + 1.0));
    }

    private static float[] point(List<CutForest.Input> inputs, float[] row) {
        float[] point = new float[inputs.size()];
        for (int i = 0; i < point.length; i++) {
            point[i] = inputs.get(i).level(row);
        }
        return point;
    }

    private static CutForest.Tree copy(SamplerPlusTree<?, ?> component, int width) {
        RandomCutTree tree = (RandomCutTree) component.getTree();
        Map<Integer, Integer> masses = new HashMap<>();
        for (ISampled<?> sampled : component.getSampler().getSample()) {
            masses.merge((Integer) sampled.getValue(), 1, Integer::sum);
        }
        List<Integer> nodes = new ArrayList<>(List.of(tree.getRoot()));
        for (int i = 0; i < nodes.size(); i++) {
            if (!tree.isLeaf(nodes.get(i))) {
                nodes.add(tree.getLeftChild(nodes.get(i)));
                nodes.add(tree.getRightChild(nodes.get(i)));
            }
        }
        int[] left = new int[nodes.size()];
        int[] coordinate = new int[left.length];
        float[] cut = new float[left.length];
        int[] mass = new int[left.length];
        float[] points = new float[(left.length + 1) / 2 * width];
        int next = 1;
        int leaves = 0;
        for (int i = 0; i < left.length; i++) {
            int node = nodes.get(i);
            if (tree.isLeaf(node)) {
                mass[i] = masses.get(tree.getPointIndex(node));
                System.arraycopy(tree.getBox(node).getMinValues(), 0, points, leaves++ * width, width);
            } else {
                left[i] = next;
                coordinate[i] = tree.getCutDimension(node);
                cut[i] = (float) tree.getCutValue(node);
                next += 2;
            }
        }
        return new CutForest.Tree(left, coordinate, cut, mass, points);
    }

    /** The rows with their scores. */
    public ScoredRows score(TrainingData rows) {
        AnomalyScorer scorer = new AnomalyScorer(forest);
        float[] scores = new float[rows.rows()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = (float) scorer.score(rows.vector(row));
        }
        return new ScoredRows(rows, scores);
    }

    /** These rows with the library's own scores. */
    GoldenScores golden(float[][] vectors) {
        double[] scores = new double[vectors.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = library.getAnomalyScore(point(forest.inputs, vectors[i]));
        }
        return new GoldenScores(vectors, scores);
    }

    /** Library and parameters, as part of the provenance. */
    Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("library", "Random Cut Forest");
        description.put("trees", TREES);
        description.put("sample", SAMPLE);
        description.put("seed", seed);
        return description;
    }
}
