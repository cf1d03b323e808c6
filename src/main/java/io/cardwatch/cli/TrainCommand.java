package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.platform.Options;
import io.cardwatch.platform.Settings;
import io.cardwatch.training.FoundHyperparameters;
import io.cardwatch.training.Hyperparameters;
import io.cardwatch.training.ImportedModel;
import io.cardwatch.training.ModelImport;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.ThresholdPolicy;
import io.cardwatch.training.Trainer;
import io.cardwatch.training.TrainingOptions;
import io.cardwatch.training.TrainingResult;
import io.cardwatch.training.evaluation.Decision;
import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TableHistory;
import io.cardwatch.training.history.TrainingData;
import io.cardwatch.training.report.FraudReport;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a model on labelled history, or takes one from elsewhere, and writes its directory. */
@Command(
        name = "train",
        description = "Train a model on labelled history, or take one from elsewhere, and write its directory.")
final class TrainCommand implements Callable<Integer> {
    @ArgGroup(exclusive = true, multiplicity = "1")
    private History history;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "New directory for the model.")
    private Path out;

    @Mixin
    private TrainingMixin training;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws SQLException {
        PrintWriter progress = command.commandLine().getOut();
        ModelWriter.requireFree(out);
        if (history.model != null) {
            importModel(progress);
            return 0;
        }
        TrainingOptions options = training.options();
        TrainingLine line = new TrainingLine(progress);
        Trainer trainer = new Trainer(options, line);
        Settings settings = configuration.settings();
        TrainingData data = read(settings);
        progress.printf(Locale.ROOT, "Training on %,d rows, %,d of them frauds.%n", data.rows(), data.frauds());
        progress.flush();
        TrainingResult result = trained(trainer, data, line);
        ModelWriter.write(out, result.model, FraudReport.html(result, options.threshold.costs()));
        say(progress, options, result);
        progress.printf("Wrote model %s to %s.%n", result.model.version(), out);
        progress.flush();
        return 0;
    }

    private void importModel(PrintWriter progress) {
        training.requireNone(command);
        FeatureSet set = configuration.settings().get(Options.FEATURES_SET);
        ImportedModel model = new ModelImport(set, training.givenThreshold(command)).read(history.model);
        ModelWriter.write(out, model);
        if (!model.namesFeatures) {
            progress.printf(
                    "%s names no features: they are taken to be the %s ones in their order.%n",
                    model.fileName, set.name().toLowerCase(Locale.ROOT));
        }
        progress.printf("Wrote model %s to %s, its threshold %s.%n", model.version(), out, model.threshold);
        progress.flush();
    }

    private static TrainingResult trained(Trainer trainer, TrainingData data, TrainingLine line) {
        try {
            return trainer.train(data);
        } finally {
            line.end();
        }
    }

    private static void say(PrintWriter lines, TrainingOptions options, TrainingResult result) {
        if (options.searches()) {
            lines.printf("%s%n", found(result.search));
        }
        HeldOutScore score = result.score;
        Decision decision = score.decision;
        lines.printf(
                Locale.ROOT,
                "Held-out end, %,d rows: average precision %.3f (logistic regression %.3f), AUC %.3f, Brier score %.5f,"
                        + " calibration error %.5f.%n",
                result.heldOut.rows.rows(),
                score.averagePrecision,
                Ranking.of(result.baseline).averagePrecision(),
                score.auc,
                score.brier,
                score.expectedCalibrationError);
        lines.printf(
                Locale.ROOT,
                "At threshold %.3f (%s): precision %.3f, recall %.3f, F1 %.3f.%n",
                decision.threshold,
                options.threshold,
                decision.precision(),
                decision.recall(),
                decision.f1());
    }

    private static String found(FoundHyperparameters search) {
        Hyperparameters best = search.best;
        return search.tried == 0
                ? "No candidate was finished within the budget: the given hyperparameters are used."
                : String.format(
                        Locale.ROOT,
                        "Best of %d candidates, mean average precision %.4f on the folds (given: %.4f): --depth %d --eta %s"
                                + " --min-child-weight %s --subsample %s --column-sample %s --lambda %s",
                        search.tried,
                        search.bestWorth,
                        search.givenWorth,
                        best.depth,
                        best.eta,
                        best.minChildWeight,
                        best.subsample,
                        best.columnSample,
                        best.lambda);
    }

    private TrainingData read(Settings settings) throws SQLException {
        if (history.fromTable) {
            return read(TableHistory.HISTORY, settings);
        }
        return history.fromOutcomes
                ? read(TableHistory.OUTCOMES, settings)
                : CsvHistory.read(history.csv, settings.get(Options.FEATURES_SET), training.genuineAfter);
    }

    private TrainingData read(TableHistory table, Settings settings) throws SQLException {
        WarehouseConnection warehouse = WarehouseConnection.of(settings);
        warehouse.check(List.of());
        try (WarehouseConnectionProvider connections = new WarehouseConnectionProvider(warehouse)) {
            return table.read(
                    connections.getOrEstablishConnection(),
                    warehouse.schema,
                    settings.get(Options.FEATURES_SET),
                    training.genuineAfter);
        }
    }

    /** Where the rows come from. */
    private static final class History {
        @Option(
                names = "--history",
                paramLabel = "FILE",
                description = "CSV file (.gz too) with the columns of cust_payment_tx_history.")
        private Path csv;

        @Option(names = "--from-table", description = "Read the warehouse's cust_payment_tx_history.")
        private boolean fromTable;

        @Option(
                names = "--from-outcomes",
                description = "Read the warehouse's cust_payment_tx_outcomes: what was scored, with its verdicts.")
        private boolean fromOutcomes;

        @Option(
                names = "--import",
                paramLabel = "FILE",
                description = {
                    "Train nothing, take a model from elsewhere as it is: XGBoost's JSON (.json, binary:logistic), or ONNX"
                            + " (.onnx, needs ONNX Runtime).",
                    "It must read the features of --features.set. Its threshold is 0.5 unless --threshold gives another."
                })
        private Path model;
    }

    /** {@link TrainingOptions} on the command line. */
    private static final class TrainingMixin {
        private static final TrainingOptions DEFAULTS = new TrainingOptions();
        private static final String THRESHOLD = "--threshold";
        private static final double IMPORTED_THRESHOLD = 0.5;

        @Option(
                names = THRESHOLD,
                paramLabel = "POLICY",
                description = {
                    "From which probability on a transaction counts as fraud, chosen on the validation days:",
                    "best-f1; precision=P, the lowest with that precision; cards-per-day=K, the lowest that alerts K cards"
                            + " a day; cost=FILE, the one that saves most, FILE being JSON like"
                            + " {\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10}; or the probability itself."
                })
        private String threshold = DEFAULTS.threshold.toString();

        @Option(
                names = "--genuine-after",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "DURATION",
                converter = FileInputs.DurationConverter.class,
                description =
                        "Count rows without a verdict as genuine that are so much older than the last one, like 7d;"
                                + " without this they are left out.")
        private Optional<Duration> genuineAfter = Optional.empty();

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

        @Option(names = "--seed", description = "Seed of the library and of the search.")
        private int seed = DEFAULTS.trees.seed;

        @Option(names = "--threads", description = "Threads; another number may change the last digits.")
        private int threads = DEFAULTS.trees.threads;

        @Option(
                names = "--hold-out-days",
                description = "Days at the end of the history that the figures are taken from.")
        private int holdOutDays = DEFAULTS.holdOutDays;

        @Option(
                names = "--validation-days",
                description = "Days before those that early stopping, calibration and threshold are taken from.")
        private int validationDays = DEFAULTS.validationDays;

        @Option(names = "--gap-days", description = "Days before each of these that nothing is taken from.")
        private int gapDays = DEFAULTS.gapDays;

        /** Refuses what would train: a model from elsewhere is taken as it is. */
        void requireNone(CommandSpec command) {
            for (OptionSpec option : command.mixins().get("training").options()) {
                if (!option.longestName().equals(THRESHOLD)
                        && command.commandLine().getParseResult().hasMatchedOption(option)) {
                    throw new ParameterException(
                            command.commandLine(),
                            option.longestName() + " is for training, --import takes a model as it is.");
                }
            }
        }

        /** The threshold for a model from elsewhere: there are no rows here to choose it on. */
        double givenThreshold(CommandSpec command) {
            if (!command.commandLine().getParseResult().hasMatchedOption(THRESHOLD)) {
                return IMPORTED_THRESHOLD;
            }
            return ThresholdPolicy.parse(threshold)
                    .given()
                    .orElseThrow(() -> new BadInputException(
                            "--threshold " + threshold + " is chosen on rows, and --import has none",
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
            options.budget = search.budget.orElse(options.budget);
            options.candidates = search.candidates.orElse(options.candidates);
            return options;
        }
    }

    /** Whether to look for better hyperparameters. */
    private static final class Search {
        @Option(
                names = "--budget",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "DURATION",
                converter = FileInputs.DurationConverter.class,
                description = {
                    "Search that long for better hyperparameters, like 10m, on three validation folds before the hold-out.",
                    "How far it comes depends on the machine: metrics.json says how many candidates it tried, and"
                            + " --candidates with that number gives the same bytes."
                })
        private Optional<Duration> budget = Optional.empty();

        @Option(
                names = "--candidates",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "N",
                description = "Search through so many candidates, however long that takes.")
        private Optional<Integer> candidates = Optional.empty();
    }
}
