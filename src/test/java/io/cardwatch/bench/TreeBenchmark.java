package io.cardwatch.bench;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.OnnxModel;
import io.cardwatch.score.OnnxModels;
import io.cardwatch.score.PlattScaling;
import io.cardwatch.score.ReferenceModels;
import io.cardwatch.training.foreign.XgboostJson;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * CPU time to score one row with 100 trees of depth 6 over 15 features, ours beside ONNX Runtime's for the same trees;
 * once with an eighth of the values missing, once with none missing. Prints the median of eleven runs after five for
 * warming up, the runs of both alternating.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.TreeBenchmark
 * </pre>
 */
public final class TreeBenchmark {
    /** What scores a row; ONNX Runtime behind its Java API as {@code train --import} uses it. */
    private interface Scorer {
        float probability(float[] row);
    }

    private static final int WARM_UPS = 5;
    /** ONNX Runtime adds the trees in another order. */
    private static final double MOST_DIFFERENCE = 1e-5;

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private TreeBenchmark() {}

    public static void main(String[] args) throws Exception {
        run(100_000, 11, System.out);
    }

    /** Prints one line with and one without missing values. */
    public static void run(int rows, int runs, PrintStream out) throws Exception {
        String[] features = FeatureSet.REFERENCE.names().toArray(String[]::new);
        String json = ReferenceModels.json(ReferenceModels.train(
                features, 100, Map.of("max_depth", 6, "min_child_weight", 0, "base_score", 0.01)));
        GradientBoostedTrees trees = new GradientBoostedTrees(
                XgboostJson.read(json.getBytes(StandardCharsets.UTF_8)), PlattScaling.IDENTITY);
        OnnxModel onnx = OnnxModel.parse(OnnxModels.trees(json, features.length), OnnxModel.SECOND);
        float[] values = ReferenceModels.rows(rows, features.length, 5);
        compare(trees, onnx, vectors(values, features.length), runs, "some values missing", out);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isNaN(values[i]) ? 1 : values[i];
        }
        compare(trees, onnx, vectors(values, features.length), runs, "no value missing", out);
        onnx.release();
    }

    private static void compare(
            GradientBoostedTrees trees, OnnxModel onnx, float[][] rows, int runs, String kind, PrintStream out) {
        Samples ours = new Samples(runs);
        Samples theirs = new Samples(runs);
        for (float[] row : rows) {
            double difference = Math.abs(trees.probability(row) - onnx.probability(row));
            if (!(difference < MOST_DIFFERENCE)) {
                throw new IllegalStateException("the probabilities of a row differ by " + difference);
            }
        }
        for (int run = -WARM_UPS; run < runs; run++) {
            double sum = measure(trees::probability, rows, run, ours) + measure(onnx::probability, rows, run, theirs);
            if (!(sum > 0)) {
                throw new IllegalStateException("nothing was computed");
            }
        }
        out.printf(
                Locale.ROOT,
                "%d trees of depth 6, %s: %s ns per row; ONNX Runtime %s; ratio %.3f%n",
                trees.treeCount(),
                kind,
                ours.text("%.0f"),
                theirs.text("%,.0f"),
                ours.median() / theirs.median());
    }

    /** The sum of the probabilities; a run below 0 is not kept. */
    private static double measure(Scorer scorer, float[][] rows, int run, Samples nanos) {
        double sum = 0;
        long start = CLOCK.getCurrentThreadCpuTime();
        for (float[] row : rows) {
            sum += scorer.probability(row);
        }
        if (run >= 0) {
            nanos.set(run, (CLOCK.getCurrentThreadCpuTime() - start) / (double) rows.length);
        }
        return sum;
    }

    private static float[][] vectors(float[] values, int width) {
        float[][] rows = new float[values.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
        return rows;
    }
}
