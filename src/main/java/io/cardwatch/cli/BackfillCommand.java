package io.cardwatch.cli;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.files.LabelJoin;
import io.cardwatch.files.OutputFile;
import io.cardwatch.files.RecordFiles;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.job.WarehouseSinks;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Computes the features of past transactions with the stages of the streaming job and keeps them with their labels. */
@Command(
        name = "backfill",
        description =
                "Write past transactions with their features and labels to cust_payment_tx_history, or fill the windows"
                        + " of a new job.")
final class BackfillCommand implements Callable<Integer> {
    /** The stream is read again from this long before the last transaction, because records may have been late. */
    private static final Duration OVERLAP = Duration.ofHours(1);

    /** A path that needs no quotes in a shell. */
    private static final Pattern PLAIN = Pattern.compile("[\\w./:-]+");

    private static final String ROWS = "rows";
    private static final String FRAUDS = "frauds";
    private static final String UNDECIDED = "undecided";
    private static final TypeInformation<Tuple3<Long, Long, Long>> IDENTITY =
            Types.TUPLE(Types.LONG, Types.LONG, Types.LONG);

    @Mixin
    private FileInputs inputs;

    @ArgGroup
    private Destination destination = new Destination();

    /** Where the past goes instead of the table. */
    static final class Destination {
        @Option(
                names = "--out",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "FILE",
                description =
                        "Write a CSV file with the columns of the table instead of the table, - for standard output;"
                                + " an existing file is replaced at the end.")
        private Optional<Path> out = Optional.empty();

        @Option(
                names = "--savepoint",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "DIR",
                description =
                        "Write a savepoint instead of rows, into a new or empty directory; run or a cluster starts"
                                + " from it with full windows.")
        private Optional<Path> savepoint = Optional.empty();
    }

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        if (destination.savepoint.isPresent()) {
            writeSavepoint(destination.savepoint.get());
        } else {
            writeRows(destination.out);
        }
        return 0;
    }

    private void writeRows(Optional<Path> out) throws Exception {
        inputs.requireDistinct(out, List.of(configuration.file()));
        Settings settings = configuration.settings();
        StreamExecutionEnvironment env = LocalFlink.bounded();
        ScoringTopology.Features features =
                inputs.features(new RecordFiles(env, settings), ScoringTopology.bounded(settings));
        DataStream<FeaturedTransaction> history = inputs.hasLabelFile() ? withLastVerdict(features) : features.featured;
        RunTally.Rows<FeaturedTransaction> tally = new RunTally.Rows<>(Map.of(
                ROWS, row -> true,
                FRAUDS, row -> row.transaction.fraud == 1,
                UNDECIDED, row -> row.transaction.fraud == Transaction.ABSENT));
        Table<FeaturedTransaction> table = Tables.history(settings.get(Options.FEATURES_SET));
        if (out.isPresent()) {
            BoundedOutput.writeTransactions(history, out.get(), table, row -> row.transaction, tally);
        } else {
            WarehouseSinks sinks = new WarehouseSinks(settings);
            sinks.warehouse.check(List.of(), List.of(table));
            sinks.writeHistory(
                    history.map(tally).returns(WireTypes.FEATURED_TRANSACTION).uid("history-tally"));
        }
        inputs.writeDeadLetters(features.deadLetters);
        CommandLine console = command.commandLine();
        report(
                env.execute("cardwatch backfill"),
                out.filter(OutputFile::isStandardOutput).isPresent() ? console.getErr() : console.getOut());
    }

    private void writeSavepoint(Path target) throws Exception {
        if (inputs.hasDeadLetterFile()) {
            throw new ParameterException(
                    command.commandLine(), "--dead-letters needs rows; --savepoint only counts dead letters");
        }
        Settings settings = configuration.settings();
        HistorySavepoint.requireEmpty(target);
        report(
                HistorySavepoint.write(inputs, settings, target),
                settings,
                command.commandLine().getOut());
    }

    private static void report(HistorySavepoint savepoint, Settings settings, PrintWriter console) {
        console.printf(
                Locale.ROOT,
                "%,d transactions up to %s are in the windows of %s%n",
                savepoint.transactions,
                Instant.ofEpochSecond(savepoint.lastSecond),
                savepoint.directory);
        if (!savepoint.refused.isEmpty()) {
            console.println(savepoint.refused + "; backfill --out FILE --dead-letters FILE keeps them");
        }
        FeatureSet set = settings.get(Options.FEATURES_SET);
        String start = (set == FeatureSet.REFERENCE ? "" : " --features.set=" + set.lowerCaseName())
                + " --source.initial-position=AT_TIMESTAMP --source.initial-timestamp="
                + Instant.ofEpochSecond(savepoint.lastSecond).minus(OVERLAP);
        String directory = quoted(savepoint.directory.toString());
        console.println("Start from it once, with the settings of features given here and those of your warehouse,"
                + " either by");
        console.println("  java -jar cardwatch.jar run --from " + directory + start);
        console.println("or, after copying it to where the cluster can read it, by");
        console.println(
                "  flink run -d -s " + directory + " -c io.cardwatch.job.CardwatchJob cardwatch-job.jar" + start);
    }

    /** The path, quoted for a shell if it must be. */
    private static String quoted(String path) {
        return PLAIN.matcher(path).matches() ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    private static DataStream<FeaturedTransaction> withLastVerdict(ScoringTopology.Features features) {
        return features.featured
                .connect(features.labels)
                .keyBy(
                        row -> Tuple3.of(
                                row.transaction.customerId, row.transaction.transactionId, row.transaction.epochSecond),
                        label -> Tuple3.of(label.customerId, label.transactionId, label.txEpochSecond),
                        IDENTITY)
                .process(new LabelJoin<>(), WireTypes.FEATURED_TRANSACTION)
                .uid("last-verdict")
                .name("Last verdict");
    }

    private void report(JobExecutionResult result, PrintWriter console) {
        console.printf(
                Locale.ROOT,
                "%,d transactions with features, %,d of them fraud, %,d without a verdict: %s%n",
                RunTally.count(result, ROWS),
                RunTally.count(result, FRAUDS),
                RunTally.count(result, UNDECIDED),
                destination.out.map(Path::toString).orElse(Tables.history(FeatureSet.REFERENCE).name));
        inputs.reportRefused(result, console);
    }
}
