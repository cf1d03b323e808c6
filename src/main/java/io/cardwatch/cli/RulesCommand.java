package io.cardwatch.cli;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlTables;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.IdList;
import io.cardwatch.rules.Rule;
import io.cardwatch.rules.RuleCompiler;
import io.cardwatch.rules.RuleFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rules and lists: checks a file, writes it into the tables, shows what is there. */
@Command(
        name = "rules",
        description = "Check rules and lists, and put them into force while jobs run.",
        subcommands = {RulesCommand.Check.class, RulesCommand.Apply.class, RulesCommand.ListAll.class})
final class RulesCommand {
    private RulesCommand() {}

    /** Compiles a file's rules. */
    @Command(name = "check", description = "Check the rules of a file. Nothing is written.")
    static final class Check implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "YAML with rules: and lists:.")
        private Path file;

        @Mixin
        private ConfigurationMixin configuration;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() {
            RuleFile rules = RuleFile.read(file);
            List<CompiledRule> compiled = compile(rules, Set.of(), configuration.settings());
            PrintWriter out = command.commandLine().getOut();
            for (CompiledRule rule : compiled) {
                out.printf(
                        Locale.ROOT,
                        "%s: %s%s%n",
                        rule.rule(),
                        rule.rule().action.lowerCaseName(),
                        rule.rule().dryRun ? ", dry run" : "");
            }
            out.println("All rules can be used.");
            return 0;
        }
    }

    /** Writes a file's rules and lists. */
    @Command(
            name = "apply",
            description =
                    "Add a file's versions of rules, and its entries of lists, to the tables. Each job and each serve"
                            + " takes them within control.refresh-interval.")
    static final class Apply implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "YAML with rules: and lists:.")
        private Path file;

        @Mixin
        private ConfigurationMixin configuration;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() throws Exception {
            Settings settings = configuration.settings();
            RuleFile rules = RuleFile.read(file);
            try (ControlTables tables = ModelsCommand.tables(settings)) {
                Set<String> known = new HashSet<>();
                tables.lists().forEach(list -> known.add(list.name()));
                compile(rules, known, settings);
                int added = tables.apply(rules.rules(), rules.lists());
                int entries = rules.lists().stream()
                        .mapToInt(list -> list.entries().size())
                        .sum();
                command.commandLine()
                        .getOut()
                        .printf(
                                Locale.ROOT,
                                "%,d new versions of rules, %,d there already; %,d entries of lists.%n",
                                added,
                                rules.rules().size() - added,
                                entries);
            }
            return 0;
        }
    }

    /** Prints the tables as a file. */
    @Command(name = "list", description = "Print all versions of rules and all lists as such a file.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private ConfigurationMixin configuration;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() throws Exception {
            try (ControlTables tables = ModelsCommand.tables(configuration.settings())) {
                command.commandLine().getOut().print(new RuleFile(tables.rules(), tables.lists()).yaml());
                command.commandLine().getOut().flush();
            }
            return 0;
        }
    }

    /**
     * The rules of a file.
     *
     * @param known lists beside those of the file
     * @throws BadInputException naming everything that is wrong
     */
    private static List<CompiledRule> compile(RuleFile file, Set<String> known, Settings settings) {
        Set<String> lists = new HashSet<>(known);
        file.lists().stream().map(IdList::name).forEach(lists::add);
        RuleCompiler compiler = new RuleCompiler(settings.get(Options.FEATURES_SET));
        DecisionSettings decisions = DecisionSettings.of(settings);
        List<CompiledRule> compiled = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String remedy = "";
        Map<String, Rule> versions = new HashMap<>();
        for (Rule rule : file.rules()) {
            try {
                if (versions.put(rule.toString(), rule) != null) {
                    throw new BadInputException(
                            rule + " is there twice", "Give each version of a rule a number of its own.");
                }
                CompiledRule usable = compiler.compile(rule);
                usable.requireLists(lists);
                decisions.require(usable);
                compiled.add(usable);
            } catch (BadInputException e) {
                problems.add(e.getMessage());
                remedy = e.remedy();
            }
        }
        if (!problems.isEmpty()) {
            throw new BadInputException(String.join("; ", problems), remedy);
        }
        return compiled;
    }
}
