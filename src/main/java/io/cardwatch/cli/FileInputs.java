package io.cardwatch.cli;

import io.cardwatch.codec.Decoded;
import io.cardwatch.config.DurationText;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.files.RecordFiles;
import io.cardwatch.job.ScoringTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.datastream.DataStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The input files that {@code score} and {@code backfill} share. */
final class FileInputs {
    @Option(
            names = "--transactions",
            required = true,
            paramLabel = "FILE",
            description = "Transactions: .csv or .jsonl, each also .gz.")
    private Path transactions;

    @ArgGroup
    private Labels labels = new Labels();

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
                description = "Take labels from TX_FRAUD of the transactions, known so long after each, such as 7d.")
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

    /** All files that are read. */
    List<Path> files() {
        return Stream.concat(Stream.of(transactions), labels.file.stream()).collect(Collectors.toList());
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
}
