package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.files.OutputFile;
import io.cardwatch.score.TrainingProfile;
import io.cardwatch.training.evaluation.CostModel;
import io.cardwatch.training.report.ScorecardReport;
import io.cardwatch.training.report.ScorecardText;
import io.cardwatch.training.scorecard.Period;
import io.cardwatch.training.scorecard.Scorecard;
import io.cardwatch.training.scorecard.ScorecardReader;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells how models and rules did in the warehouse, on payments whose labels have had time to come. */
@Command(
        name = "scorecard",
        description = {
            "Tell how models and rules did: alerts a day, precision, recall, ranking and money with intervals, drift since"
                    + " training, and gaps in the data.",
            "Only whole UTC days count whose labels have had time to come; a payment of theirs without a label counts as"
                    + " genuine."
        })
final class ScorecardCommand implements Callable<Integer> {
    @Option(
            names = "--label-delay",
            paramLabel = "DURATION",
            converter = FileInputs.DurationConverter.class,
            description = "How long labels may take, such as 7d; features.terminal-delay if left out.")
    private Optional<Duration> labelDelay;

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description = "Look from this moment, such as 2026-01-31T00:00:00Z; now if left out.")
    private Optional<Instant> asOf;

    @Option(names = "--from", paramLabel = "DATE", description = "First day to judge, such as 2026-01-01, UTC.")
    private Optional<LocalDate> from;

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "Judge N days at most: from --from on, or the last ones; the last 30 without both.")
    private Optional<Integer> days;

    @Option(
            names = "--costs",
            paramLabel = "FILE",
            description = "Tell money, too: JSON like {\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10}.")
    private Optional<Path> costs;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            showDefaultValue = Visibility.NEVER,
            description = {
                "Model directory whose training rows are compared with the payments of its version; may be given several"
                        + " times.",
                "The shipped models and that of model.path are known."
            })
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write everything as JSON, too, - for standard output; an existing file is replaced at the end.")
    private Optional<Path> json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write one page of HTML, too; an existing file is replaced at the end.")
    private Optional<Path> html;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws SQLException, IOException {
        Settings settings = configuration.settings();
        Period period = Period.of(
                asOf.orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS)),
                labelDelay.orElseGet(() -> settings.get(Options.FEATURES_TERMINAL_DELAY)),
                from,
                days);
        Optional<CostModel> prices = costs.map(CostModel::read);
        List<Path> files = Stream.of(json, html).flatMap(Optional::stream).collect(Collectors.toList());
        OutputFile.requireDistinct(files);
        files.forEach(OutputFile::requireWritable);
        Scorecard scorecard = new Scorecard(read(settings, period, profiles(settings)), period, prices);
        PrintWriter out = files.stream().anyMatch(OutputFile::isStandardOutput)
                ? command.commandLine().getErr()
                : command.commandLine().getOut();
        out.print(ScorecardText.of(scorecard));
        out.flush();
        if (json.isPresent()) {
            write(json.get(), scorecard.json());
        }
        if (html.isPresent()) {
            write(html.get(), ScorecardReport.html(scorecard));
        }
        return 0;
    }

    private Map<String, TrainingProfile> profiles(Settings settings) {
        Map<String, TrainingProfile> profiles = new HashMap<>();
        for (FeatureSet set : FeatureSet.values()) {
            profiles.putAll(TrainingProfile.shipped(set));
        }
        settings.get(Options.MODEL_PATH).ifPresent(path -> profiles.putAll(TrainingProfile.byVersion(path)));
        models.forEach(model -> profiles.putAll(TrainingProfile.byVersion(model.toString())));
        return profiles;
    }

    private static ScorecardReader read(Settings settings, Period period, Map<String, TrainingProfile> profiles)
            throws SQLException {
        WarehouseConnection warehouse = WarehouseConnection.of(settings);
        warehouse.check(List.of());
        try (WarehouseConnectionProvider connections = new WarehouseConnectionProvider(warehouse)) {
            return ScorecardReader.read(connections.getOrEstablishConnection(), warehouse.schema, period, profiles);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try (OutputFile output = new OutputFile(file)) {
            output.stream().write(text.getBytes(UTF_8));
            output.complete();
        }
    }
}
