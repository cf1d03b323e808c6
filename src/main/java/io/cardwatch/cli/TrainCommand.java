package io.cardwatch.cli;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.training.FoundHyperparameters;
import io.cardwatch.training.Hyperparameters;
import io.cardwatch.training.ImportedModel;
import io.cardwatch.training.ModelImport;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.Trainer;
import io.cardwatch.training.TrainingOptions;
import io.cardwatch.training.TrainingResult;
import io.cardwatch.training.evaluation.ConfusionMatrix;
import io.cardwatch.training.evaluation.HeldOutScore;
import io.cardwatch.training.evaluation.Ranking;
import io.cardwatch.training.evaluation.RankingScore;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a model on labelled history, or takes one from elsewhere, and writes its directory. */
@Command(name = "train", description = "Train a model on labelled history, or import one, and write its directory.")
final class TrainCommand implements Callable<Integer> {
    private static final String POSITIVE_CLASS = "--positive-class";

    @ArgGroup(exclusive = true, multiplicity = "1")
    private History history;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "New directory for the model.")
    private Path out;

    @Option(
            names = POSITIVE_CLASS,
            showDefaultValue = Visibility.NEVER,
            paramLabel = "NAME",
            description = "With --import of an ONNX model whose classes are not 0 and 1: the class that is fraud.")
    private String positiveClass = "";

    @Mixin
    private TrainingMixin training;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws SQLException {
        PrintWriter progress = command.commandLine().getOut();
        requireClassesToName();
        ModelWriter.requireFree(out);
        if (history.model != null) {
            importModel(progress);
            return 0;
        }
        TrainingOptions options = training.options();
        ProgressLine line = new ProgressLine(progress);
        Trainer trainer = new Trainer(options, line);
        Settings settings = configuration.settings();
        TrainingData data = read(settings, options.genuineAfter);
        progress.printf(Locale.ROOT, "Read %,d rows of history, %,d of them frauds.%n", data.rows(), data.frauds());
        progress.flush();
        TrainingResult result = trained(trainer, data, line);
        ModelWriter.write(out, result.model, FraudReport.html(result, options.threshold.costs()));
        say(progress, options, result);
        progress.printf("Wrote model %s to %s.%n", result.model.version(), out);
        progress.flush();
        return 0;
    }

    private void requireClassesToName() {
        if (!positiveClass.isEmpty() && (history.model == null || ModelImport.isXgboost(history.model))) {
            throw new ParameterException(
                    command.commandLine(),
                    POSITIVE_CLASS + " is for --import of ONNX models; XGBoost's binary:logistic answers for class 1.");
        }
    }

    private void importModel(PrintWriter progress) {
        training.requireNone(command);
        FeatureSet set = configuration.settings().get(Options.FEATURES_SET);
        double threshold = training.givenThreshold(command);
        ImportedModel model = new ModelImport(set, threshold, positiveClass).read(history.model);
        ModelWriter.write(out, model);
        if (!model.namesFeatures) {
            progress.printf(
                    "%s names no features: the %s ones are assumed, in their order.%n",
                    history.model.getFileName(), set.lowerCaseName());
        }
        progress.printf(
                Locale.ROOT,
                "Fraud is %s; mean probability %.5f over %d golden rows.%n",
                model.answer,
                model.meanProbability(),
                model.golden.probabilities.length);
        progress.printf("Wrote model %s to %s, its threshold %s.%n", model.version(), out, threshold);
        progress.flush();
    }

    private static TrainingResult trained(Trainer trainer, TrainingData data, ProgressLine line) {
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
        ConfusionMatrix decision = score.decision;
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
        result.anomaly
                .map(RankingScore::of)
                .ifPresent(anomaly -> lines.printf(
                        Locale.ROOT,
                        "Anomaly score: average precision %.3f, AUC %.3f; %.0f %% of the frauds are in its top 1 %%.%n",
                        anomaly.averagePrecision,
                        anomaly.auc,
                        100 * anomaly.recallInTopPercent));
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

    private TrainingData read(Settings settings, Optional<Duration> genuineAfter) throws SQLException {
        if (history.fromTable) {
            return read(TableHistory.HISTORY, settings, genuineAfter);
        }
        return history.fromOutcomes
                ? read(TableHistory.OUTCOMES, settings, genuineAfter)
                : CsvHistory.read(history.csv, settings.get(Options.FEATURES_SET), genuineAfter);
    }

    private static TrainingData read(TableHistory table, Settings settings, Optional<Duration> genuineAfter)
            throws SQLException {
        WarehouseConnection warehouse = WarehouseConnection.of(settings);
        warehouse.check(List.of());
        try (WarehouseConnectionProvider connections = new WarehouseConnectionProvider(warehouse)) {
            return table.read(
                    connections.getOrEstablishConnection(),
                    warehouse.schema,
                    settings.get(Options.FEATURES_SET),
                    genuineAfter);
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
                    "Import a trained model as it is, without training: XGBoost's JSON (.json, binary:logistic), or ONNX"
                            + " (.onnx, needs ONNX Runtime).",
                    "It must read the features of --features.set. Its threshold is 0.5 unless --threshold gives another."
                })
        private Path model;
    }
}
