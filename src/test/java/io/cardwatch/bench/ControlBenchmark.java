package io.cardwatch.bench;

import io.cardwatch.config.Settings;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.score.FraudModel;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What changes of what is in force cost. A challenger: CPU time of a decision with one, less that without, ÷ the time of its trees
 * alone. An exchange: how long decisions take, ten thousand a second, while models are loaded and exchanged as fast as that goes.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.ControlBenchmark
 * </pre>
 */
public final class ControlBenchmark {
    private static final int WARM_UPS = 5;
    private static final int ROWS = 20_000;
    private static final long PERIOD_NANOS = 100_000;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final DecisionSettings PLAIN =
            DecisionSettings.of(Settings.fromArguments(List.of("--reasons.for=none")));

    private ControlBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(11, 100_000, System.out);
    }

    /** Prints one line for the challenger and one for the exchanges. */
    public static void run(int runs, int decisions, PrintStream out) throws Exception {
        FraudModel model = HundredTrees.model();
        FeaturedTransaction[] payments = payments();
        challenger(model, payments, runs, out);
        exchanges(payments, decisions, out);
    }

    private static void challenger(FraudModel model, FeaturedTransaction[] payments, int runs, PrintStream out) {
        Control plain = new Control(PLAIN, model);
        Control both = new Control(PLAIN, model, new TreeMap<>(Map.of("next", model)), null);
        Samples trees = new Samples(runs);
        Samples without = new Samples(runs);
        Samples with = new Samples(runs);
        try (InForce inForce = InForce.of("challenger", plain, ControlSource.NONE);
                Decider decider = new Decider(inForce)) {
            double sum = 0;
            for (int run = -WARM_UPS; run < runs; run++) {
                inForce.exchange(plain);
                sum += decide(decider, payments, run, without);
                inForce.exchange(both);
                sum += decide(decider, payments, run, with);
                sum += score(model, payments, run, trees);
            }
            if (sum == 0) {
                throw new IllegalStateException("nothing was computed");
            }
        }
        out.printf(
                Locale.ROOT,
                "decision %s µs, with a challenger %s µs, its trees alone %s µs: it costs %.2f of them%n",
                without.text("%.2f"),
                with.text("%.2f"),
                trees.text("%.2f"),
                (with.median() - without.median()) / trees.median());
    }

    private static double decide(Decider decider, FeaturedTransaction[] payments, int run, Samples micros) {
        double sum = 0;
        long start = CLOCK.getCurrentThreadCpuTime();
        for (FeaturedTransaction payment : payments) {
            sum += decider.decide(payment).probability;
            sum += decider.shadowScores(payment).size();
        }
        keep(start, run, micros);
        return sum;
    }

    private static double score(FraudModel model, FeaturedTransaction[] payments, int run, Samples micros) {
        double sum = 0;
        float[] input = new float[FeatureSet.REFERENCE.size()];
        long start = CLOCK.getCurrentThreadCpuTime();
        for (FeaturedTransaction payment : payments) {
            for (int i = 0; i < input.length; i++) {
                input[i] = (float) payment.features[i];
            }
            sum += model.probability(input);
        }
        keep(start, run, micros);
        return sum;
    }

    private static void keep(long start, int run, Samples micros) {
        if (run >= 0) {
            micros.set(run, (CLOCK.getCurrentThreadCpuTime() - start) / 1e3 / ROWS);
        }
    }

    private static void exchanges(FeaturedTransaction[] payments, int decisions, PrintStream out) throws Exception {
        Latencies latencies = new Latencies(decisions);
        int exchanges = 0;
        AtomicBoolean done = new AtomicBoolean();
        try (InForce inForce = InForce.of(
                "exchanges", new Control(PLAIN, FraudModel.loadShipped(FeatureSet.REFERENCE)), ControlSource.NONE)) {
            Thread deciding = new Thread(() -> {
                try (Decider decider = new Decider(inForce)) {
                    long next = System.nanoTime();
                    for (int i = 0; i < decisions; i++) {
                        while (System.nanoTime() < next) {
                            Thread.onSpinWait();
                        }
                        decider.decide(payments[i % ROWS]);
                        // From when it was due, so that a pause counts for all that had to wait.
                        latencies.add((System.nanoTime() - next) / 1e6);
                        next += PERIOD_NANOS;
                    }
                }
                done.set(true);
            });
            deciding.start();
            while (!done.get()) {
                inForce.exchange(new Control(PLAIN, FraudModel.loadShipped(FeatureSet.REFERENCE)));
                exchanges++;
            }
            deciding.join();
        }
        out.printf(
                Locale.ROOT,
                "%,d decisions a second during %,d exchanges: %s%n",
                1_000_000_000 / PERIOD_NANOS,
                exchanges,
                latencies);
    }

    private static FeaturedTransaction[] payments() {
        Random random = new Random(3);
        FeaturedTransaction[] payments = new FeaturedTransaction[ROWS];
        for (int i = 0; i < ROWS; i++) {
            double[] features = new double[FeatureSet.REFERENCE.size()];
            for (int f = 0; f < features.length; f++) {
                features[f] = random.nextInt(100);
            }
            payments[i] = new FeaturedTransaction(
                    Events.transaction(0, i, 1_700_000_000L + i, i % 100, i % 50, 100), features);
        }
        return payments;
    }
}
