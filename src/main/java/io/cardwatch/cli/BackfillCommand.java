package io.cardwatch.cli;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.job.WarehouseSinks;
import io.cardwatch.platform.Options;
import io.cardwatch.platform.Settings;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Computes the features of past transactions with the stages of the streaming job and keeps them with their labels. */
@Command(
        name = "backfill",
        description = "Compute features of past transactions, with their labels, into cust_payment_tx_history.")
final class BackfillCommand implements Callable<Integer> {
    private static final String ROWS = "rows";
    private static final String FRAUDS = "frauds";
    private static final String UNDECIDED = "undecided";
    private static final TypeInformation<Tuple3<Long, Long, Long>> IDENTITY =
            Types.TUPLE(Types.LONG, Types.LONG, Types.LONG);

    @Mixin
    private FileInputs inputs;

    @Option(
            names = "--out",
            showDefaultValue = Visibility.NEVER,
            paramLabel = "FILE",
            description =
                    "Write a CSV file with the columns of the table instead of the table; an existing one is replaced at"
                            + " the end.")
    private Optional<Path> out = Optional.empty();

    @Option(
            names = "--dead-letters",
            showDefaultValue = Visibility.NEVER,
            paramLabel = "FILE",
            description = "Where records go that could not be used.")
    private Optional<Path> deadLetters = Optional.empty();

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        BoundedOutput.requireDistinct(Stream.concat(
                        inputs.files().stream(), Stream.of(out, deadLetters).flatMap(Optional::stream))
                .collect(Collectors.toList()));
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
            sinks.check(table);
            sinks.writeHistory(
                    history.map(tally).returns(WireTypes.FEATURED_TRANSACTION).uid("history-tally"));
        }
        BoundedOutput.writeDeadLetters(features.deadLetters, deadLetters);
        report(env.execute("cardwatch backfill"), command.commandLine().getOut());
        return 0;
    }

    private static DataStream<FeaturedTransaction> withLastVerdict(ScoringTopology.Features features) {
        return features.featured
                .connect(features.labels)
                .keyBy(
                        row -> Tuple3.of(
                                row.transaction.customerId, row.transaction.transactionId, row.transaction.epochSecond),
                        label -> Tuple3.of(label.customerId, label.transactionId, label.txEpochSecond),
                        IDENTITY)
                .process(new VerdictJoin<>(), WireTypes.FEATURED_TRANSACTION)
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
                out.map(Path::toString).orElse(Tables.history(FeatureSet.REFERENCE).name));
        BoundedOutput.reportRefused(result, deadLetters, console);
    }
}
