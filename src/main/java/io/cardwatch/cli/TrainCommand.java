package io.cardwatch.cli;

import io.cardwatch.platform.Options;
import io.cardwatch.platform.Settings;
import io.cardwatch.training.HeldOutScore;
import io.cardwatch.training.ModelWriter;
import io.cardwatch.training.TrainedModel;
import io.cardwatch.training.Trainer;
import io.cardwatch.training.TrainingOptions;
import io.cardwatch.training.history.CsvHistory;
import io.cardwatch.training.history.TableHistory;
import io.cardwatch.training.history.TrainingData;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model on labelled history and writes its directory. */
@Command(name = "train", description = "Train a model on labelled history and write its directory.")
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
        Trainer trainer = new Trainer(training.options());
        Settings settings = configuration.settings();
        TrainingData data = read(settings);
        progress.printf(Locale.ROOT, "Training on %,d rows, %,d of them frauds.%n", data.rows(), data.frauds());
        progress.flush();
        TrainedModel model = trainer.train(data);
        ModelWriter.write(out, model);
        HeldOutScore score = model.heldOut;
        progress.printf(
                Locale.ROOT,
                "Held-out end: average precision %.3f, AUC %.3f; precision %.2f and recall %.2f at threshold %.3f.%n",
                score.averagePrecision,
                score.auc,
                score.precision,
                score.recall,
                score.threshold);
        progress.printf("Wrote model %s to %s.%n", model.version(), out);
        progress.flush();
        return 0;
    }

    private TrainingData read(Settings settings) throws SQLException {
        if (history.fromTable) {
            return read(TableHistory.HISTORY, settings);
        }
        return history.fromOutcomes
                ? read(TableHistory.OUTCOMES, settings)
                : CsvHistory.read(history.csv, settings.get(Options.FEATURES_SET));
    }

    private static TrainingData read(TableHistory table, Settings settings) throws SQLException {
        WarehouseConnection warehouse = WarehouseConnection.of(settings);
        warehouse.check(List.of());
        try (WarehouseConnectionProvider connections = new WarehouseConnectionProvider(warehouse)) {
            return table.read(
                    connections.getOrEstablishConnection(), warehouse.schema, settings.get(Options.FEATURES_SET));
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
    }

    /** {@link TrainingOptions} on the command line. */
    private static final class TrainingMixin {
        private static final TrainingOptions DEFAULTS = new TrainingOptions();

        @Option(names = "--rounds", description = "Trees to train.")
        private int rounds = DEFAULTS.rounds;

        @Option(names = "--depth", description = "Levels of a tree.")
        private int depth = DEFAULTS.depth;

        @Option(names = "--eta", description = "Learning rate.")
        private double eta = DEFAULTS.eta;

        @Option(names = "--max-bin", description = "Histogram bins per feature.")
        private int maxBin = DEFAULTS.maxBin;

        @Option(names = "--seed", description = "Seed of the library.")
        private int seed = DEFAULTS.seed;

        @Option(names = "--threads", description = "Threads; another number may change the last digits.")
        private int threads = DEFAULTS.threads;

        @Option(
                names = "--hold-out-days",
                description = "Days at the end of the history that the figures and the threshold are taken from.")
        private int holdOutDays = DEFAULTS.holdOutDays;

        @Option(names = "--gap-days", description = "Days before those that the figures' model does not see.")
        private int gapDays = DEFAULTS.gapDays;

        TrainingOptions options() {
            TrainingOptions options = new TrainingOptions();
            options.rounds = rounds;
            options.depth = depth;
            options.eta = eta;
            options.maxBin = maxBin;
            options.seed = seed;
            options.threads = threads;
            options.holdOutDays = holdOutDays;
            options.gapDays = gapDays;
            return options;
        }
    }
}
