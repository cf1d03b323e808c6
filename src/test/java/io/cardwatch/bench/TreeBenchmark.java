package io.cardwatch.bench;

import io.cardwatch.domain.Feature;
import io.cardwatch.score.GradientBoostedTrees;
import io.cardwatch.score.ReferenceModels;
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
 * mvn -q test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=io.cardwatch.bench.TreeBenchmark
 * </pre>
 */
public final class TreeBenchmark {
    private static final int ROWS = 100_000;
    private static final int WARM_UPS = 5;
    private static final int RUNS = 11;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private TreeBenchmark() {}

    public static void main(String[] args) throws Exception {
        String[] features = Feature.NAMES.toArray(String[]::new);
        GradientBoostedTrees trees = GradientBoostedTrees.parse(ReferenceModels.json(
                        ReferenceModels.train(features, 100, Map.of("max_depth", 6, "min_child_weight", 0)))
                .getBytes(StandardCharsets.UTF_8));
        float[] values = ReferenceModels.rows(ROWS, features.length, 5);
        measure(trees, rows(values, features.length), "some values missing");
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.isNaN(values[i]) ? 1 : values[i];
        }
        measure(trees, rows(values, features.length), "no value missing");
    }

    private static void measure(GradientBoostedTrees trees, float[][] rows, String kind) {
        double[] nanos = new double[RUNS];
        float sum = 0;
        for (int run = -WARM_UPS; run < RUNS; run++) {
            long start = CLOCK.getCurrentThreadCpuTime();
            for (float[] row : rows) {
                sum += trees.probability(row);
            }
            if (run >= 0) {
                nanos[run] = (CLOCK.getCurrentThreadCpuTime() - start) / (double) ROWS;
            }
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%d trees of depth 6, %s: %.0f ns per row (fastest %.0f, slowest %.0f; mean probability %.4f)%n",
                trees.treeCount(), kind, nanos[RUNS / 2], nanos[0], nanos[RUNS - 1], sum / ROWS / (RUNS + WARM_UPS));
    }

    private static float[][] rows(float[] values, int width) {
        float[][] rows = new float[ROWS][];
        for (int i = 0; i < ROWS; i++) {
            rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
        return rows;
    }
}
