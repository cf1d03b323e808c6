package io.cardwatch.bench;

import com.amazon.randomcutforest.RandomCutForest;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.feature.FeatureReplay;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.score.AnomalyScorer;
import io.cardwatch.score.CutForest;
import io.cardwatch.training.AnomalyFit;
import io.cardwatch.training.history.TrainingData;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * CPU time to give one payment its anomaly score, ours beside the library's for the same forest and points: ours begins
 * with the features, the library is given the points. Prints the median of eleven runs after five for warming up, the runs
 * of both alternating.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.AnomalyBenchmark
 * </pre>
 */
public final class AnomalyBenchmark {
    private static final int WARM_UPS = 5;
    private static final int SEED = 1;
    private static final double MOST_DIFFERENCE = 1e-12;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private AnomalyBenchmark() {}

    public static void main(String[] args) {
        run(Profile.reference().customers(400).terminals(800).days(60).build(), 11, System.out);
    }

    /** Learns the payments of {@code world}, scores them all, and prints one line for each feature set. */
    public static void run(Profile world, int runs, PrintStream out) {
        for (FeatureSet set : FeatureSet.values()) {
            TrainingData payments = payments(world, set);
            CutForest forest = AnomalyFit.of(payments, SEED, "forest", (step, share) -> {}).forest;
            float[][] rows = new float[payments.rows()][];
            float[][] points = new float[rows.length][];
            RandomCutForest library = RandomCutForest.builder()
                    .dimensions(forest.inputs.size())
                    .numberOfTrees(forest.trees.size())
                    .timeDecay(0)
                    .randomSeed(SEED)
                    .build();
            for (int row = 0; row < rows.length; row++) {
                rows[row] = payments.vector(row);
                points[row] = point(forest, rows[row]);
                if (!payments.fraud(row)) {
                    library.update(points[row]);
                }
            }
            compare(
                    new AnomalyScorer(forest),
                    library,
                    rows,
                    points,
                    set + ", " + forest.trees.size() + " trees",
                    runs,
                    out);
        }
    }

    private static void compare(
            AnomalyScorer scorer,
            RandomCutForest library,
            float[][] rows,
            float[][] points,
            String kind,
            int runs,
            PrintStream out) {
        for (int row = 0; row < rows.length; row++) {
            double difference = Math.abs(scorer.score(rows[row]) - library.getAnomalyScore(points[row]));
            if (!(difference < MOST_DIFFERENCE)) {
                throw new IllegalStateException("the scores of a row differ by " + difference);
            }
        }
        Samples ours = new Samples(runs);
        Samples theirs = new Samples(runs);
        for (int run = -WARM_UPS; run < runs; run++) {
            double sum =
                    measure(scorer::score, rows, run, ours) + measure(library::getAnomalyScore, points, run, theirs);
            if (!(sum > 0)) {
                throw new IllegalStateException("nothing was computed");
            }
        }
        out.printf(
                Locale.ROOT,
                "%s: %s ns per row; the library %s; ratio %.3f%n",
                kind,
                ours.text("%,.0f"),
                theirs.text("%,.0f"),
                ours.median() / theirs.median());
    }

    /** The sum of the scores; a run below 0 is not kept. */
    private static double measure(ToDoubleFunction<float[]> scorer, float[][] rows, int run, Samples nanos) {
        double sum = 0;
        long start = CLOCK.getCurrentThreadCpuTime();
        for (float[] row : rows) {
            sum += scorer.applyAsDouble(row);
        }
        if (run >= 0) {
            nanos.set(run, (CLOCK.getCurrentThreadCpuTime() - start) / (double) rows.length);
        }
        return sum;
    }

    private static float[] point(CutForest forest, float[] row) {
        float[] point = new float[forest.inputs.size()];
        for (int i = 0; i < point.length; i++) {
            point[i] = forest.inputs.get(i).level(row);
        }
        return point;
    }

    private static TrainingData payments(Profile world, FeatureSet set) {
        FeatureReplay replay = new FeatureReplay(set, new WindowTimes(Duration.ofDays(7), Duration.ofDays(3)));
        TrainingData payments = new TrainingData(set);
        double[] features = new double[set.size()];
        for (SimulatedEvents events = Simulation.of(world).events(); events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                replay.label(event.label);
            } else {
                replay.transaction(event.transaction, features);
                payments.add(
                        event.transaction.epochSecond,
                        event.transaction.customerId,
                        features,
                        event.transaction.fraud == 1,
                        TrainingData.NO_SCENARIO);
            }
        }
        return payments;
    }
}
