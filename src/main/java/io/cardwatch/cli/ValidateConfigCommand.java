package io.cardwatch.cli;

import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.RedshiftCredentials;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints every setting with its value and where that came from, or everything that is wrong. Starts nothing. */
@Command(
        name = "validate-config",
        description = "Print the effective configuration, or everything that is wrong with it.")
final class ValidateConfigCommand implements Callable<Integer> {
    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        List<BadInputException> problems = configuration.loader().problems();
        PrintWriter err = command.commandLine().getErr();
        problems.forEach(problem -> Failure.of(problem).print(err));
        if (!problems.isEmpty()) {
            return Failure.BAD_INPUT;
        }
        print(configuration.settings(), command.commandLine().getOut());
        return 0;
    }

    private static void print(Settings settings, PrintWriter out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"SETTING", "VALUE", "SOURCE"});
        for (Option<?> option : Options.all()) {
            rows.add(new String[] {
                option.key, settings.text(option).isEmpty() ? "-" : settings.text(option), settings.origin(option)
            });
        }
        int keyWidth = rows.stream().mapToInt(row -> row[0].length()).max().orElseThrow();
        int valueWidth = rows.stream().mapToInt(row -> row[1].length()).max().orElseThrow();
        String format = "%-" + keyWidth + "s  %-" + valueWidth + "s  %s%n";
        rows.forEach(row -> out.printf(format, (Object[]) row));
        out.println();
        out.println("Password of the warehouse: "
                + RedshiftCredentials.of(settings)
                        .map(login -> "****** from IAM, for " + login)
                        .orElseGet(() -> PasswordSource.ofWarehouse(settings).toString()));
        if (settings.get(Options.WAREHOUSE_URL).isEmpty()) {
            out.println(
                    "run, backfill without --out and train from a table need " + Options.WAREHOUSE_URL + " as well.");
        }
        out.flush();
    }
}
