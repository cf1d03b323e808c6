package io.cardwatch.cli;

import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlTables;
import io.cardwatch.control.ControlTables.ActivatedModel;
import io.cardwatch.control.ModelRoot;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.WarehouseConnection;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Models in force: puts one into a slot, and shows the slots. */
@Command(
        name = "models",
        description = "Put models into force while jobs run: one that decides, and up to four that score beside it.",
        subcommands = {ModelsCommand.Activate.class, ModelsCommand.ListAll.class})
final class ModelsCommand {
    private ModelsCommand() {}

    /** Checks a model and names it in its slot. */
    @Command(
            name = "activate",
            description = "Put a model into force. Each job and each serve takes it within control.refresh-interval.")
    static final class Activate implements Callable<Integer> {
        @Parameters(
                paramLabel = "DIR",
                description = "Directory of the model, below control.model-root; empty ('') retires a challenger.")
        private String directory;

        @Option(
                names = "--slot",
                defaultValue = ControlTables.CHAMPION,
                showDefaultValue = Visibility.ALWAYS,
                description = "champion decides; any other name is a challenger's, which only scores.")
        private String slot;

        @Option(names = "--threshold", description = "Threshold instead of the model's own, 0 to 1.")
        private Optional<Double> threshold;

        @Option(names = "--author", description = "Who puts it into force; the user of this machine if left out.")
        private Optional<String> author;

        @Mixin
        private ConfigurationMixin configuration;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() throws Exception {
            Settings settings = configuration.settings();
            String told = directory.isEmpty() ? retired() : verified(settings);
            try (ControlTables tables = tables(settings)) {
                tables.activate(
                        slot,
                        directory,
                        threshold.orElse(null),
                        author.orElseGet(() -> System.getProperty("user.name")));
            }
            command.commandLine().getOut().println(told);
            return 0;
        }

        private String retired() {
            if (slot.equals(ControlTables.CHAMPION)) {
                throw new BadInputException(
                        "the slot champion cannot be retired",
                        "Put another model into it, or name a challenger by --slot.");
            }
            return "The challenger " + slot + " is retired.";
        }

        private String verified(Settings settings) {
            if (threshold.filter(value -> !(value >= 0 && value <= 1)).isPresent()) {
                throw new BadInputException("--threshold is " + threshold.get(), "Give a number from 0 to 1.");
            }
            FraudModel model = FraudModel.load(ModelRoot.of(settings).resolve(directory));
            if (slot.equals(ControlTables.CHAMPION)) {
                DecisionSettings.of(settings).require(model);
                return model.version() + " decides, threshold " + threshold.orElse(model.threshold()) + ".";
            }
            DecisionSettings.of(settings).requireFeatures(model);
            return model.version() + " is the challenger " + slot + ".";
        }
    }

    /** Prints the newest model of each slot. */
    @Command(name = "list", description = "Print what is in each slot.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private ConfigurationMixin configuration;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() throws Exception {
            PrintWriter out = command.commandLine().getOut();
            try (ControlTables tables = tables(configuration.settings())) {
                for (List<ActivatedModel> slot : tables.models()) {
                    ActivatedModel newest = slot.get(0);
                    out.printf(
                            "%s: %s, threshold %s, since %s by %s%n",
                            newest.slot,
                            newest.path.isEmpty() ? "retired" : newest.path,
                            newest.threshold == null ? "its own" : newest.threshold,
                            newest.activatedAt,
                            newest.author.isEmpty() ? "nobody named" : newest.author);
                }
            }
            out.flush();
            return 0;
        }
    }

    /**
     * The tables of the settings.
     *
     * @throws BadInputException when the settings name no database, or its tables cannot be read
     */
    static ControlTables tables(Settings settings) {
        WarehouseConnection database = WarehouseConnection.ofControl(settings)
                .orElseThrow(() -> new BadInputException(
                        "no database with the tables of rules and models is named",
                        "Give --control.url=jdbc:postgresql://…, or --warehouse.url where that is a PostgreSQL."));
        ControlTables tables = new ControlTables(database);
        tables.check();
        return tables;
    }
}
