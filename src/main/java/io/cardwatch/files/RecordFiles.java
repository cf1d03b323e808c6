package io.cardwatch.files;

import io.cardwatch.codec.CustomerCsv;
import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypeInfo;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Transactions, labels and customers from files ({@code .csv} or {@code .jsonl}, each also {@code .gz}) for a bounded
 * run, with the timestamps that put them into one total order: by second, labels before transactions, then by line.
 */
public final class RecordFiles {
    private static final int LINE_BITS = 30;
    private static final long TRANSACTION_BIT = 1L << LINE_BITS;
    private static final long BEFORE_EVERYTHING = 0;

    private final StreamExecutionEnvironment env;
    private final int maxRecordBytes;
    private final Contacts contacts;

    /** Files for a run of {@code env}. */
    public RecordFiles(StreamExecutionEnvironment env, Settings settings) {
        this.env = env;
        this.maxRecordBytes = settings.get(Options.SOURCE_MAX_RECORD_BYTES);
        this.contacts = settings.get(Options.ENRICHMENT_CONTACT_COLUMNS);
    }

    /** Transactions, by second and line. */
    public DataStream<Decoded<Transaction>> transactions(Path file) {
        String name = file.toString();
        int max = maxRecordBytes;
        Contacts keep = contacts;
        return read(
                        file,
                        header -> header == null
                                ? RecordDecoder.transactionLines(max, keep)
                                : RecordDecoder.transactionRows(header, name, max, keep),
                        WireTypes.DECODED_TRANSACTION,
                        value -> order(value.epochSecond, TRANSACTION_BIT, value.origin.sequenceNumber()))
                .uid("transaction-file");
    }

    /** Labels, by the second of LABEL_DATETIME and line. */
    public DataStream<Decoded<FraudLabel>> labels(Path file) {
        String name = file.toString();
        int max = maxRecordBytes;
        Contacts keep = contacts;
        return read(
                        file,
                        header -> header == null
                                ? RecordDecoder.labels(max, keep)
                                : RecordDecoder.labelRows(header, name, max, keep),
                        WireTypes.DECODED_FRAUD_LABEL,
                        value -> order(value.labelEpochSecond, 0, value.origin.sequenceNumber()))
                .uid("label-file");
    }

    /**
     * Labels from the TX_FRAUD of the transactions themselves, each known {@code delay} after its transaction. Every
     * row that could be read gives its label, even if a later stage refuses it: a label stream would give that label
     * too.
     */
    public DataStream<Decoded<FraudLabel>> delayedLabels(
            DataStream<Decoded<Transaction>> transactions, Duration delay) {
        long delaySeconds = delay.toSeconds();
        return transactions
                .flatMap(
                        (Decoded<Transaction> record, Collector<Decoded<FraudLabel>> out) -> {
                            if (record.accepted() && record.value.fraud == 1) {
                                out.collect(Decoded.of(label(record.value, delaySeconds)));
                            }
                        },
                        WireTypes.DECODED_FRAUD_LABEL)
                .uid("delayed-labels")
                .assignTimestampsAndWatermarks(ordered((record, previous) ->
                        order(record.value.labelEpochSecond, 0, record.value.origin.sequenceNumber())))
                .uid("delayed-labels-order");
    }

    /** No labels at all. Flink has no empty source, so this takes the transactions and drops them all. */
    public DataStream<Decoded<FraudLabel>> noLabels(DataStream<Decoded<Transaction>> transactions) {
        return transactions
                .flatMap(
                        (Decoded<Transaction> record, Collector<Decoded<FraudLabel>> out) -> {},
                        WireTypes.DECODED_FRAUD_LABEL)
                .uid("no-labels");
    }

    /** Customers, before everything else. */
    public DataStream<CustomerChange> customers(Path file) {
        String path = file.toString();
        InputFile.requireFile(file);
        return env.fromData(Types.STRING, path)
                .flatMap(
                        (String each, Collector<CustomerChange> out) -> {
                            try (InputStream in = InputFile.open(Path.of(each))) {
                                CustomerCsv.read(in, each, customer -> out.collect(CustomerChange.to(customer)));
                            } catch (IOException e) {
                                throw BadInputException.unreadable(Path.of(each), e, "Check that it is whole.");
                            }
                        },
                        WireTypes.CUSTOMER_CHANGE)
                .uid("customer-file")
                .assignTimestampsAndWatermarks(ordered((change, previous) -> BEFORE_EVERYTHING))
                .uid("customer-file-order");
    }

    private <T> DataStreamSource<Decoded<T>> read(
            Path file,
            LineFormat.DecoderFactory<T> decoders,
            WireTypeInfo<Decoded<T>> type,
            SerializableFunction<T, Long> order) {
        LineFormat<T> format = new LineFormat<>(file.toString(), isCsv(file), maxRecordBytes, decoders, type);
        try (InputStream bytes = Files.newInputStream(file)) {
            format.open(bytes);
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Check that it is whole.");
        }
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(file.toUri());
        return env.fromSource(
                        FileSource.forBulkFileFormat(format, path)
                                // Flink's own enumerator skips names that begin with _ or a dot.
                                .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(each -> true))
                                .build(),
                        ordered((record, previous) ->
                                record.accepted() ? order.apply(record.value) : BEFORE_EVERYTHING),
                        file.getFileName().toString())
                .setParallelism(1);
    }

    private static <T> WatermarkStrategy<T> ordered(SerializableTimestampAssigner<T> order) {
        return WatermarkStrategy.<T>noWatermarks().withTimestampAssigner(order);
    }

    /** A timestamp of 33 bits of seconds, one bit that puts transactions after labels, and 30 bits of line number. */
    private static long order(long epochSecond, long kind, String line) {
        return (epochSecond << (LINE_BITS + 1)) | kind | Long.parseLong(line);
    }

    private static FraudLabel label(Transaction transaction, long delaySeconds) {
        return new FraudLabel(
                transaction.transactionId,
                transaction.epochSecond,
                transaction.customerId,
                transaction.terminalId,
                transaction.fraud == 1,
                transaction.epochSecond + delaySeconds,
                "",
                transaction.origin,
                transaction.raw);
    }

    private static boolean isCsv(Path file) {
        InputFile.requireFile(file);
        String name = file.toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        if (name.endsWith(".csv") || name.endsWith(".jsonl")) {
            return name.endsWith(".csv");
        }
        throw new BadInputException(
                file + " is of no known format", "Give a file that ends in .csv, .jsonl, .csv.gz or .jsonl.gz.");
    }
}
