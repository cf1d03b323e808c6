package io.cardwatch.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.ModelDirectory;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.TreeEnsemble;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;

/**
 * CPU time to tell what each feature of a row adds, ours beside {@link ClassicTreeShap} for the same trees and rows: the
 * shipped models, and 100 complete trees of depth 6 over random features, the most that a model of that size can be. A row's
 * values are thresholds that the model knows, a tenth of them missing. Prints the median of eleven runs after five for
 * warming up, the runs of both alternating.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.ReasonsBenchmark
 * </pre>
 */
public final class ReasonsBenchmark {
    private static final int WARM_UPS = 5;
    private static final int DEPTH = 6;
    private static final double MOST_DIFFERENCE = 1e-9;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private ReasonsBenchmark() {}

    public static void main(String[] args) throws IOException {
        run(2_000, 11, System.out);
    }

    /** Prints one line for each model. */
    public static void run(int rows, int runs, PrintStream out) throws IOException {
        for (FeatureSet set : FeatureSet.values()) {
            compare("shipped for " + set, shipped(set), rows, runs, out);
        }
        compare("complete trees of depth " + DEPTH, completeTrees(100), rows, runs, out);
    }

    private static void compare(String kind, TreeEnsemble ensemble, int rows, int runs, PrintStream out) {
        GradientBoostedTrees trees = new GradientBoostedTrees(ensemble, PlattScaling.IDENTITY);
        ClassicTreeShap classic = new ClassicTreeShap(ensemble);
        float[][] vectors = rows(ensemble, rows);
        for (float[] row : vectors) {
            double[] ours = trees.contributions(row);
            double[] theirs = classic.contributions(row);
            for (int i = 0; i < ours.length; i++) {
                if (!(Math.abs(ours[i] - theirs[i]) < MOST_DIFFERENCE)) {
                    throw new IllegalStateException(
                            "contribution " + i + " is " + ours[i] + ", by the peer " + theirs[i]);
                }
            }
        }
        Samples ours = new Samples(runs);
        Samples theirs = new Samples(runs);
        for (int run = -WARM_UPS; run < runs; run++) {
            double sum = measure(trees::contributions, vectors, run, ours)
                    + measure(classic::contributions, vectors, run, theirs);
            if (sum == 0) {
                throw new IllegalStateException("nothing was computed");
            }
        }
        out.printf(
                Locale.ROOT,
                "%s, %d trees of %.0f leaves: %s µs per row; classic %s; ratio %.3f%n",
                kind,
                trees.treeCount(),
                leaves(ensemble) / (double) trees.treeCount(),
                ours.text("%.1f"),
                theirs.text("%.1f"),
                ours.median() / theirs.median());
    }

    /** The sum of the first contributions; a run below 0 is not kept. */
    private static double measure(Function<float[], double[]> peer, float[][] rows, int run, Samples micros) {
        double sum = 0;
        long start = CLOCK.getCurrentThreadCpuTime();
        for (float[] row : rows) {
            sum += peer.apply(row)[0];
        }
        if (run >= 0) {
            micros.set(run, (CLOCK.getCurrentThreadCpuTime() - start) / 1e3 / rows.length);
        }
        return sum;
    }

    private static long leaves(TreeEnsemble ensemble) {
        return ensemble.trees.stream()
                .flatMapToInt(tree -> Arrays.stream(tree.left))
                .filter(left -> left == 0)
                .count();
    }

    private static float[][] rows(TreeEnsemble ensemble, int rows) {
        Random random = new Random(7);
        List<List<Float>> thresholds = new ArrayList<>();
        for (int i = 0; i < ensemble.featureCount; i++) {
            thresholds.add(new ArrayList<>(List.of(0f)));
        }
        for (TreeEnsemble.Tree tree : ensemble.trees) {
            for (int node = 0; node < tree.left.length; node++) {
                if (tree.left[node] != 0) {
                    thresholds.get(tree.feature[node]).add(tree.value[node]);
                }
            }
        }
        float[][] vectors = new float[rows][ensemble.featureCount];
        for (float[] vector : vectors) {
            for (int i = 0; i < vector.length; i++) {
                List<Float> known = thresholds.get(i);
                vector[i] = random.nextInt(10) == 0 ? Float.NaN : known.get(random.nextInt(known.size()));
            }
        }
        return vectors;
    }

    private static TreeEnsemble completeTrees(int count) {
        Random random = new Random(8);
        List<TreeEnsemble.Tree> trees = new ArrayList<>();
        for (int t = 0; t < count; t++) {
            int inner = (1 << DEPTH) - 1;
            int size = 2 * inner + 1;
            int[] left = new int[size];
            int[] feature = new int[size];
            float[] value = new float[size];
            boolean[] missingLeft = new boolean[size];
            float[] cover = new float[size];
            cover[0] = 1_000_000;
            for (int node = 0; node < size; node++) {
                value[node] = (float) random.nextGaussian();
                if (node < inner) {
                    left[node] = 2 * node + 1;
                    feature[node] = random.nextInt(FeatureSet.EXTENDED.size());
                    missingLeft[node] = random.nextBoolean();
                    cover[2 * node + 1] = cover[node] * (0.1f + 0.8f * random.nextFloat());
                    cover[2 * node + 2] = cover[node] - cover[2 * node + 1];
                }
            }
            trees.add(new TreeEnsemble.Tree(left, feature, value, missingLeft, cover));
        }
        return new TreeEnsemble(0, FeatureSet.EXTENDED.size(), List.of(), trees);
    }

    private static TreeEnsemble shipped(FeatureSet set) throws IOException {
        String file = "/model/" + set.lowerCaseName() + "/" + ModelDirectory.TREES;
        try (InputStream in = ReasonsBenchmark.class.getResourceAsStream(file)) {
            return new ObjectMapper().readValue(in, TreeEnsemble.class);
        }
    }
}
