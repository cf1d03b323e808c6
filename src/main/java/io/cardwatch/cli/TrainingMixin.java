package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.training.ThresholdPolicy;
import io.cardwatch.training.TrainingOptions;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@link TrainingOptions} on the command line. */
final class TrainingMixin {
    private static final TrainingOptions DEFAULTS = new TrainingOptions();
    private static final String THRESHOLD = "--threshold";
    private static final double IMPORTED_THRESHOLD = 0.5;

    @Option(
            names = THRESHOLD,
            paramLabel = "POLICY",
            description = {
                "Probability from which a transaction counts as fraud, chosen on the validation days:",
                "best-f1; precision=P, the lowest with that precision; cards-per-day=K, the lowest that alerts K cards"
                        + " a day; cost=FILE, the one that saves most, FILE being JSON like"
                        + " {\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10}; or the probability itself."
            })
    private String threshold = DEFAULTS.threshold.toString();

    @Option(
            names = "--genuine-after",
            paramLabel = "DURATION",
            converter = FileInputs.DurationConverter.class,
            description = {
                "Count rows without a verdict as genuine if they are older than the last row by this much, like 7d;"
                        + " younger rows are left out, whatever their verdict.",
                "Without this all rows without a verdict are left out."
            })
    private Optional<Duration> genuineAfter;

    @Option(
            names = "--anomaly",
            description = {
                "Train an anomaly score, too: how unlike the payments not known as fraud a payment is, for anomaly.for."
            })
    private boolean anomaly;

    @ArgGroup(exclusive = true)
    private Search search = new Search();

    @Option(names = "--rounds", description = "Trees at most; early stopping says how many.")
    private int rounds = DEFAULTS.trees.rounds;

    @Option(names = "--depth", description = "Levels of a tree.")
    private int depth = DEFAULTS.trees.depth;

    @Option(names = "--eta", description = "Learning rate.")
    private double eta = DEFAULTS.trees.eta;

    @Option(names = "--max-bin", description = "Histogram bins per feature; 0 for the exact method.")
    private int maxBin = DEFAULTS.trees.maxBin;

    @Option(names = "--min-child-weight", description = "Least weight (sum of second derivatives) of a leaf.")
    private double minChildWeight = DEFAULTS.trees.minChildWeight;

    @Option(names = "--subsample", description = "Share of the rows that each tree sees.")
    private double subsample = DEFAULTS.trees.subsample;

    @Option(names = "--column-sample", description = "Share of the features that each tree sees.")
    private double columnSample = DEFAULTS.trees.columnSample;

    @Option(names = "--lambda", description = "L2 penalty on the outputs of leaves.")
    private double lambda = DEFAULTS.trees.lambda;

    @Option(names = "--seed", description = "Seed of the libraries and of the search.")
    private int seed = DEFAULTS.trees.seed;

    @Option(names = "--threads", description = "Threads; another number may change the last digits.")
    private int threads = DEFAULTS.trees.threads;

    @Option(names = "--hold-out-days", description = "Days at the end of the history that the figures come from.")
    private int holdOutDays = DEFAULTS.holdOutDays;

    @Option(
            names = "--validation-days",
            description = "Days before those, for early stopping, calibration and threshold.")
    private int validationDays = DEFAULTS.validationDays;

    @Option(names = "--gap-days", description = "Unused days before each of these two parts.")
    private int gapDays = DEFAULTS.gapDays;

    /** Refuses options that only training uses: an imported model is taken as it is. */
    void requireNone(CommandSpec command) {
        for (OptionSpec option : command.mixins().get("training").options()) {
            if (!option.longestName().equals(THRESHOLD)
                    && command.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        command.commandLine(),
                        option.longestName() + " is for training; --import takes a model as it is.");
            }
        }
    }

    /** The threshold for an imported model: there are no rows to choose it on. */
    double givenThreshold(CommandSpec command) {
        if (!command.commandLine().getParseResult().hasMatchedOption(THRESHOLD)) {
            return IMPORTED_THRESHOLD;
        }
        return ThresholdPolicy.parse(threshold)
                .given()
                .orElseThrow(() -> new BadInputException(
                        "--threshold " + threshold + " is chosen on rows, but --import has none",
                        "Give the probability itself, like --threshold 0.5."));
    }

    TrainingOptions options() {
        TrainingOptions options = new TrainingOptions();
        options.trees.rounds = rounds;
        options.trees.depth = depth;
        options.trees.eta = eta;
        options.trees.maxBin = maxBin;
        options.trees.minChildWeight = minChildWeight;
        options.trees.subsample = subsample;
        options.trees.columnSample = columnSample;
        options.trees.lambda = lambda;
        options.trees.seed = seed;
        options.trees.threads = threads;
        options.holdOutDays = holdOutDays;
        options.validationDays = validationDays;
        options.gapDays = gapDays;
        options.genuineAfter = genuineAfter;
        options.threshold = ThresholdPolicy.parse(threshold);
        options.anomaly = anomaly;
        options.budget = search.budget.orElse(options.budget);
        options.candidates = search.candidates.orElse(options.candidates);
        return options;
    }

    /** Whether to look for better hyperparameters. */
    private static final class Search {
        @Option(
                names = "--budget",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "DURATION",
                converter = FileInputs.DurationConverter.class,
                description = {
                    "Search this long for better hyperparameters, like 10m, on three validation folds before the hold-out.",
                    "How far it comes depends on the machine: metrics.json says how many candidates it tried, and"
                            + " --candidates with that number gives the same bytes."
                })
        private Optional<Duration> budget = Optional.empty();

        @Option(
                names = "--candidates",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "N",
                description = "Try this many candidates, however long that takes.")
        private Optional<Integer> candidates = Optional.empty();
    }
}
