package io.cardwatch.training;

import io.cardwatch.training.history.TrainingData;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Random search for hyperparameters (Bergstra and Bengio, 2012) over a fixed sequence of candidates. The first is the
 * given hyperparameters, the others are drawn from a seeded generator. A candidate's worth is the average precision on
 * the validation rows, as the mean over {@link #FOLDS} folds by time, at the number of trees where that mean is
 * highest.
 *
 * <p>The clock only decides how many candidates are tried. The same number gives the same result.
 */
final class HyperparameterSearch {
    static final int FOLDS = 3;

    private final TrainingOptions options;
    private final LongSupplier nanoClock;
    private final TrainingProgress progress;
    private final Random random;
    private final long startNanos;

    HyperparameterSearch(TrainingOptions options, LongSupplier nanoClock, TrainingProgress progress) {
        this.options = options;
        this.nanoClock = nanoClock;
        this.progress = progress;
        this.random = new Random(options.trees.seed);
        this.startNanos = nanoClock.getAsLong();
    }

    /**
     * Tries candidates until the budget is spent or their number is reached. An unfinished candidate does not count. If
     * none counts, or there is no search, the result is the given hyperparameters.
     */
    FoundHyperparameters search(TrainingData data) {
        if (!options.searches()) {
            return FoundHyperparameters.none(options.trees);
        }
        List<TreeFold> folds = new ArrayList<>();
        try {
            for (int fold = 0; fold < FOLDS; fold++) {
                TimeSplit split = TimeSplit.of(data, options, fold);
                folds.add(new TreeFold(split.learn, split.validation));
            }
            FoundHyperparameters found = FoundHyperparameters.none(options.trees);
            while (!spent(found.tried)) {
                Hyperparameters candidate = found.tried == 0 ? options.trees : drawn(options.trees, random);
                OptionalDouble worth = worth(candidate, folds, found.tried);
                if (worth.isEmpty()) {
                    break;
                }
                found = found.with(candidate, worth.getAsDouble());
            }
            return found;
        } finally {
            folds.forEach(TreeFold::close);
        }
    }

    private boolean spent(int tried) {
        return options.candidates > 0
                ? tried >= options.candidates
                : nanoClock.getAsLong() - startNanos >= options.budget.toNanos();
    }

    private OptionalDouble worth(Hyperparameters candidate, List<TreeFold> folds, int tried) {
        double[] sums = new double[candidate.rounds];
        int common = sums.length;
        for (int fold = 0; fold < FOLDS; fold++) {
            double foldsDone = (double) fold / FOLDS;
            Optional<TreeFold.Grown> grown = folds.get(fold).grow(candidate, round -> {
                double candidatesDone = tried + foldsDone + (double) round / candidate.rounds / FOLDS;
                progress.at("candidate " + (tried + 1), share(candidatesDone));
                return options.candidates > 0 || !spent(tried);
            });
            if (grown.isEmpty()) {
                return OptionalDouble.empty();
            }
            try (TreeFold.Grown trees = grown.get()) {
                common = Math.min(common, trees.curve.length);
                for (int round = 0; round < common; round++) {
                    sums[round] += trees.curve[round] / FOLDS;
                }
            }
        }
        return Arrays.stream(sums, 0, common).max();
    }

    private double share(double candidatesDone) {
        return options.candidates > 0
                ? candidatesDone / options.candidates
                : (double) (nanoClock.getAsLong() - startNanos) / options.budget.toNanos();
    }

    /** A random candidate with the seed, bins, most rounds and threads of {@code given}. */
    private static Hyperparameters drawn(Hyperparameters given, Random random) {
        Hyperparameters drawn = new Hyperparameters();
        drawn.rounds = given.rounds;
        drawn.maxBin = given.maxBin;
        drawn.seed = given.seed;
        drawn.threads = given.threads;
        drawn.depth = 3 + random.nextInt(6);
        drawn.eta = logUniform(random, 0.03, 0.2);
        drawn.minChildWeight = logUniform(random, 0.5, 30);
        drawn.subsample = uniform(random, 0.6, 1);
        drawn.columnSample = uniform(random, 0.5, 1);
        drawn.lambda = logUniform(random, 0.5, 30);
        return drawn;
    }

    private static double uniform(Random random, double from, double to) {
        return rounded(from + (to - from) * random.nextDouble());
    }

    private static double logUniform(Random random, double from, double to) {
        return rounded(from * Math.pow(to / from, random.nextDouble()));
    }

    /** Three digits, so that the result can be given again as options. */
    private static double rounded(double value) {
        return BigDecimal.valueOf(value).round(new MathContext(3)).doubleValue();
    }
}
