package io.cardwatch.cli;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.UnmatchedArgsBinding;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Gives a command {@code --config FILE} and every setting as {@code --group.key=value}, and lists them in its help. */
final class ConfigurationMixin {
    private static final Pattern SETTING = Pattern.compile("--[^.=]+\\.[^=]+(=.*)?", Pattern.DOTALL);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Property groups in JSON; settings on the command line override it.")
    private Optional<String> config;

    /** All arguments that the command itself does not know: settings, or mistakes. */
    private List<String> unmatched = List.of();

    private CommandSpec command;

    @Spec(Spec.Target.MIXEE)
    void mixInto(CommandSpec mixee) {
        command = mixee;
        mixee.addUnmatchedArgsBinding(UnmatchedArgsBinding.forStringArrayConsumer(new UnmatchedSetter()));
        mixee.usageMessage().footer(settingsHelp());
    }

    /**
     * The settings of this call: command line, over the file of {@code --config}, over the service's own file, over the
     * defaults.
     *
     * @throws io.cardwatch.domain.BadInputException naming everything that is wrong
     */
    Settings settings() {
        return loader().load();
    }

    /** Like {@link #settings()}, but the values that the command itself fixes override all others. */
    Settings settings(String fixedBy, Map<String, String> fixed) {
        return new SettingsLoader()
                .layer(fixedBy, fixed)
                .arguments(arguments())
                .serviceFile()
                .load();
    }

    /** The file of {@code --config}. */
    Optional<Path> file() {
        return config.map(Path::of);
    }

    SettingsLoader loader() {
        return new SettingsLoader().arguments(arguments()).serviceFile();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        for (String argument : unmatched) {
            boolean valueOfTheOneBefore = !argument.startsWith("--")
                    && !arguments.isEmpty()
                    && !arguments.get(arguments.size() - 1).contains("=");
            (SETTING.matcher(argument).matches() || valueOfTheOneBefore ? arguments : foreign).add(argument);
        }
        if (!foreign.isEmpty()) {
            throw new UnmatchedArgumentException(command.commandLine(), foreign);
        }
        config.ifPresent(file -> arguments.add("--config=" + file));
        return arguments;
    }

    private static String[] settingsHelp() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Settings, each with its default:");
        Options.all().forEach(option -> {
            lines.add("  --" + option.key + "=" + option.defaultText);
            lines.add("      " + option.sentence);
        });
        return lines.stream().map(line -> line.replace("%", "%%")).toArray(String[]::new);
    }

    /** Picocli calls this with the arguments that it does not know, and with null before it parses. */
    private final class UnmatchedSetter implements ISetter {
        @Override
        public <T> T set(T arguments) {
            unmatched = arguments == null ? List.of() : List.of((String[]) arguments);
            return arguments;
        }
    }
}
