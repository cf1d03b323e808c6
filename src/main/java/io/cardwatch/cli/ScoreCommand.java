package io.cardwatch.cli;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.files.OutputFile;
import io.cardwatch.files.RecordFiles;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.Tables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scores transactions from files with the stages of the streaming job, into a CSV file. */
@Command(name = "score", description = "Score transactions from files into a CSV file, without a cluster or database.")
final class ScoreCommand implements Callable<Integer> {
    private static final String SCORED = "scored";
    private static final String ALERTS = "alerts";

    @Mixin
    private FileInputs inputs;

    @Option(
            names = "--customers",
            paramLabel = "FILE",
            description = "Customers as CSV; without it, the contact columns stay empty.")
    private Optional<Path> customers;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Model directory; without it, the shipped model scores.")
    private Optional<String> model;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the predictions go, as CSV, - for standard output; an existing file is replaced at the"
                    + " end.")
    private Path out;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        inputs.requireDistinct(Optional.of(out), List.of(customers, configuration.file()));
        Settings settings = configuration.settings(
                "--model",
                model.map(directory -> Map.of(Options.MODEL_PATH.key, directory))
                        .orElse(Map.of()));
        FraudModel fraudModel = CardwatchJob.model(settings);
        StreamExecutionEnvironment env = LocalFlink.bounded();
        RecordFiles files = new RecordFiles(env, settings);
        ScoringTopology topology = ScoringTopology.bounded(settings);

        ScoringTopology.Features features = inputs.features(files, topology);
        DataStream<ScoredTransaction> scored = topology.score(features.featured, fraudModel, ControlSource.NONE);
        if (customers.isPresent() && settings.get(Options.ENRICHMENT_CONTACT_COLUMNS) == Contacts.KEPT) {
            scored = topology.withContacts(scored, files.customers(customers.get()));
        }
        BoundedOutput.writeTransactions(
                scored,
                out,
                Tables.predictions(settings.get(Options.FEATURES_SET)),
                row -> row.transaction,
                new RunTally.Rows<>(Map.of(SCORED, row -> true, ALERTS, row -> row.decision.prediction() == 1)));
        inputs.writeDeadLetters(features.deadLetters);
        CommandLine console = command.commandLine();
        report(env.execute("cardwatch score"), OutputFile.isStandardOutput(out) ? console.getErr() : console.getOut());
        return 0;
    }

    private void report(JobExecutionResult result, PrintWriter console) {
        console.printf(
                Locale.ROOT,
                "%,d transactions scored, %,d alerts: %s%n",
                RunTally.count(result, SCORED),
                RunTally.count(result, ALERTS),
                out);
        if (!inputs.hasLabels()) {
            console.println("No frauds of the past were known: terminals' risk is 0 without --labels or --label-delay");
        }
        inputs.reportRefused(result, console);
    }
}
