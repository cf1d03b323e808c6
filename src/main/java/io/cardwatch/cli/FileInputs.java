package io.cardwatch.cli;

import io.cardwatch.codec.Decoded;
import io.cardwatch.config.DurationText;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.files.OutputFile;
import io.cardwatch.files.RecordFiles;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.warehouse.Tables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The files that {@code score} and {@code backfill} share: the input, and the dead letters. */
final class FileInputs {
    private static final Comparator<DeadLetter> DEAD_LETTER_ORDER = Comparator.<DeadLetter, String>comparing(
                    letter -> letter.origin.stream())
            .thenComparing(letter -> letter.reason);

    @Option(
            names = "--transactions",
            required = true,
            paramLabel = "FILE",
            description = "Transactions: .csv or .jsonl, each also .gz.")
    private Path transactions;

    @ArgGroup
    private Labels labels = new Labels();

    @Option(names = "--dead-letters", paramLabel = "FILE", description = "File for the records that could not be used.")
    private Optional<Path> deadLetters;

    /** Where labels come from: a file, or the transactions themselves. */
    static final class Labels {
        @Option(
                names = "--labels",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "FILE",
                description = "Labels: .csv or .jsonl, each also .gz.")
        private Optional<Path> file = Optional.empty();

        @Option(
                names = "--label-delay",
                showDefaultValue = Visibility.NEVER,
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "Take labels from TX_FRAUD of the transactions, known this long after each, such as 7d.")
        private Optional<Duration> delay = Optional.empty();
    }

    /** Durations as the settings write them: {@code 7 d}, {@code 7d}, {@code 12 h}. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return DurationText.parse(text);
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no duration with its unit, such as 7d or 12h");
            }
        }
    }

    /**
     * Checks before the run that no two files of the call are one.
     *
     * @param out where the rows go
     * @param others the files of the call that this class does not know
     * @throws BadInputException naming the second of two
     */
    void requireDistinct(Optional<Path> out, List<Optional<Path>> others) {
        OutputFile.requireDistinct(
                Stream.concat(Stream.of(Optional.of(transactions), labels.file, out, deadLetters), others.stream())
                        .flatMap(Optional::stream)
                        .collect(Collectors.toList()));
    }

    boolean hasDeadLetterFile() {
        return deadLetters.isPresent();
    }

    boolean hasLabels() {
        return hasLabelFile() || labels.delay.isPresent();
    }

    boolean hasLabelFile() {
        return labels.file.isPresent();
    }

    /** The feature stages over these files. */
    ScoringTopology.Features features(RecordFiles files, ScoringTopology topology) {
        DataStream<Decoded<Transaction>> decoded = transactions(files);
        return topology.features(decoded, labels(files, decoded));
    }

    DataStream<Decoded<Transaction>> transactions(RecordFiles files) {
        return files.transactions(transactions);
    }

    /** The labels beside {@code decoded} transactions. */
    DataStream<Decoded<FraudLabel>> labels(RecordFiles files, DataStream<Decoded<Transaction>> decoded) {
        return labels.file
                .map(files::labels)
                .or(() -> labels.delay.map(delay -> files.delayedLabels(decoded, delay)))
                .orElseGet(() -> files.noLabels(decoded));
    }

    /** Writes dead letters into {@code --dead-letters}; without that file they are only counted. */
    void writeDeadLetters(DataStream<DeadLetter> letters) {
        if (deadLetters.isEmpty()) {
            letters.sinkTo(new DiscardingSink<>()).uid("dead-letter-discard");
            return;
        }
        BoundedOutput.write(
                letters,
                deadLetters.get(),
                Tables.DEAD_LETTERS,
                letter -> Long.parseLong(letter.origin.sequenceNumber()),
                (left, right) -> DEAD_LETTER_ORDER.compare(left, right),
                new RunTally.Rows<>(Map.of()));
    }

    /** Says which records could not be used, if any, and where they are. */
    void reportRefused(JobExecutionResult result, PrintWriter console) {
        String refused = RunTally.refused(result);
        if (!refused.isEmpty()) {
            console.println(refused
                    + deadLetters.map(file -> "; they are in " + file).orElse("; --dead-letters FILE keeps them"));
        }
    }
}
