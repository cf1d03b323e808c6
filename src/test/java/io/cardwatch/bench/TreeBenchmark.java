package io.cardwatch.bench;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.ReferenceModels;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * CPU time to score one row with 100 trees of depth 6 over 15 features, once with an eighth of the values
 * missing, once with none missing. Prints the median of eleven runs after five for warming up.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.TreeBenchmark
 * </pre>
 */
public final class TreeBenchmark {
    private static final int WARM_UPS = 5;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private TreeBenchmark() {}

    public static void main(String[] args) throws Exception {
        run(100_000, 11, System.out);
    }

    /** Prints one line with and one without missing values. */
    public static void run(int rows, int runs, PrintStream out) throws Exception {
        String[] features = FeatureSet.REFERENCE.names().toArray(String[]::new);
        GradientBoostedTrees trees = GradientBoostedTrees.parse(ReferenceModels.json(
                        ReferenceModels.train(features, 100, Map.of("max_depth", 6, "min_child_weight", 0)))
                .getBytes(StandardCharsets.UTF_8));
        float[] values = ReferenceModels.rows(rows, features.length, 5);
        measure(trees, vectors(values, features.length), runs, "some values missing", out);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isNaN(values[i]) ? 1 : values[i];
        }
        measure(trees, vectors(values, features.length), runs, "no value missing", out);
    }

    private static void measure(GradientBoostedTrees trees, float[][] rows, int runs, String kind, PrintStream out) {
        double[] nanos = new double[runs];
        float sum = 0;
        for (int run = -WARM_UPS; run < runs; run++) {
            long start = CLOCK.getCurrentThreadCpuTime();
            for (float[] row : rows) {
                sum += trees.probability(row);
            }
            if (run >= 0) {
                nanos[run] = (CLOCK.getCurrentThreadCpuTime() - start) / (double) rows.length;
            }
        }
        Arrays.sort(nanos);
        out.printf(
                "%d trees of depth 6, %s: %.0f ns per row (fastest %.0f, slowest %.0f; mean probability %.4f)%n",
                trees.treeCount(),
                kind,
                nanos[runs / 2],
                nanos[0],
                nanos[runs - 1],
                sum / rows.length / (runs + WARM_UPS));
    }

    private static float[][] vectors(float[] values, int width) {
        float[][] rows = new float[values.length / width][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
        return rows;
    }
}
