package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.BadInputException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.logging.LogManager;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of the command line: it finds the command, runs it, and reports a failure in two lines. */
@Command(
        name = "cardwatch",
        description = "Scores card payments for fraud while they stream in.",
        mixinStandardHelpOptions = true,
        versionProvider = Cardwatch.class,
        subcommands = {
            DemoCommand.class,
            GenerateCommand.class,
            ScoreCommand.class,
            RunCommand.class,
            ServeCommand.class,
            BackfillCommand.class,
            TrainCommand.class,
            BenchmarkModelCommand.class,
            ScorecardCommand.class,
            RulesCommand.class,
            ModelsCommand.class,
            ExplainCommand.class,
            ReplayDeadLettersCommand.class,
            ValidateConfigCommand.class
        })
public final class Cardwatch implements IVersionProvider {
    private static final int HELP_WIDTH = 120;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Print the stack trace of an error, too.")
    private boolean verbose;

    /** Runs the command in {@code arguments} and ends the process with its exit code. */
    public static void main(String[] arguments) {
        LogManager.getLogManager().reset(); // the PostgreSQL driver would write to the terminal what it throws as well
        Surroundings.placeLog();
        PrintWriter err = writer(System.err);
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            endWithoutMemory(thrown, err);
            err.print("Exception in thread \"" + thread.getName() + "\" ");
            thrown.printStackTrace(err);
        });
        try {
            System.exit(run(writer(System.out), err, arguments));
        } catch (OutOfMemoryError e) {
            endWithoutMemory(e, err);
        }
    }

    /** Halts the process if memory ran out: other threads may wait for ever for the thread that ended. */
    private static void endWithoutMemory(Throwable thrown, PrintWriter err) {
        if (thrown instanceof OutOfMemoryError) {
            Failure.of(thrown).print(err);
            Runtime.getRuntime().halt(Failure.FAILED);
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, UTF_8), true);
    }

    /** Runs the command in {@code arguments}; the exit code: 0 done, 1 failed, 2 wrong usage, 3 bad input. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Cardwatch cardwatch = new Cardwatch();
        CommandLine commandLine = new CommandLine(cardwatch)
                .setOut(out)
                .setUsageHelpWidth(HELP_WIDTH)
                .setErr(err)
                .setParameterExceptionHandler((e, given) -> report(wrongUsage(e), err))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (cardwatch.verbose) {
                        e.printStackTrace(err);
                    }
                    return report(Failure.of(e), err);
                });
        commandLine.registerConverter(Instant.class, Cardwatch::instant);
        commandLine.getSubcommands().values().forEach(Cardwatch::completeHelp);
        commandLine.setExecutionStrategy(parsed -> {
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return helped;
            }
            try {
                Surroundings.requireTemporaryFolder();
            } catch (BadInputException e) {
                return report(Failure.of(e), err);
            }
            return new RunLast().execute(parsed);
        });
        return commandLine.execute(arguments);
    }

    /** The version in the jar's manifest. */
    @Override
    public String[] getVersion() {
        String version = Cardwatch.class.getPackage().getImplementationVersion();
        return new String[] {"cardwatch " + Optional.ofNullable(version).orElse("(not from a jar)")};
    }

    private static void completeHelp(CommandLine command) {
        command.getCommandSpec().mixinStandardHelpOptions(true);
        command.getCommandSpec().usageMessage().showDefaultValues(true);
        command.getSubcommands().values().forEach(Cardwatch::completeHelp);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is no time in UTC, such as 2026-01-31T00:00:00Z");
        }
    }

    private static Failure wrongUsage(ParameterException e) {
        List<String> suggestions =
                e instanceof UnmatchedArgumentException ? ((UnmatchedArgumentException) e).getSuggestions() : List.of();
        String didYouMean = suggestions.isEmpty()
                ? ""
                : suggestions.stream().limit(3).collect(Collectors.joining(" or ", "Did you mean ", "? "));
        if (e.getMessage().contains(InvalidPathException.class.getSimpleName())) {
            return new Failure(
                    Failure.WRONG_USAGE,
                    "a path has letters that the locale of this shell does not know",
                    "Set LC_ALL=C.UTF-8, or name the file in ASCII.");
        }
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String cause = e.getMessage().replaceFirst("^Error: ", "");
        return new Failure(Failure.WRONG_USAGE, cause, didYouMean + "See " + command + " --help.");
    }

    private static int report(Failure failure, PrintWriter err) {
        failure.print(err);
        return failure.exitCode;
    }
}
