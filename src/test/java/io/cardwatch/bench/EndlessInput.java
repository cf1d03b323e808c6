package io.cardwatch.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * The records of {@link BenchmarkInput} again and again, in time behind one another, by two sources that each tell one
 * half of the customers and remember where they are; as they are, or every second one replaced by a record that cannot
 * be used, bad in many ways in turn.
 */
final class EndlessInput extends ProcessFunction<Long, Decoded<Transaction>> {
    private static final long POSITIONS_OF_A_HALF = 1L << 40;
    private static final String GOOD =
            "{\"TRANSACTION_ID\":7,\"TX_DATETIME\":\"2018-04-01 00:00:31\",\"CUSTOMER_ID\":596,"
                    + "\"TERMINAL_ID\":3156,\"TX_AMOUNT\":57.16,\"TX_TIME_SECONDS\":31,\"TX_TIME_DAYS\":0}";
    private static final int MOST_BYTES_OF_SHORT = 2_000;

    /** Nothing in the place of any. */
    static final List<byte[]> NO_BAD = List.of();
    /** Records bad in every way but a conflict, which is made of the payment before; two are of 20 and 64 KB. */
    static final List<byte[]> BAD = Stream.of(
                    " ",
                    GOOD.substring(0, 40),
                    GOOD + "}",
                    GOOD.replace("596", "NaN"),
                    "[" + GOOD + "]",
                    "null",
                    "[".repeat(10_000) + "]".repeat(10_000),
                    GOOD.replace("57.16", "1".repeat(1_001)),
                    GOOD + " ".repeat(OurTopology.MAX_BYTES),
                    GOOD.replace("{", "{\"CUSTOMER_ID\":596,"),
                    GOOD.replace("\"CUSTOMER_ID\":596,", ""),
                    GOOD.replace("596", "null"),
                    GOOD.replace("57.16", "\"abc\""),
                    GOOD.replace("596", "1.5"),
                    GOOD.replace("596", "9223372036854775808"),
                    GOOD.replace("2018-04-01", "2022-02-30"),
                    GOOD.replace("2018", "1970"),
                    GOOD.replace("57.16", "NaN"),
                    GOOD.replace("57.16", "-1"),
                    GOOD.replace("57.16", "1e400"),
                    // Ahead of its arrival, and long before the watermark.
                    GOOD.replace("2018", "2099"),
                    GOOD.replace("2018", "2001"))
            .map(record -> record.getBytes(UTF_8))
            .toList();
    /** Those without the two long ones. */
    static final List<byte[]> SHORT_BAD =
            BAD.stream().filter(record -> record.length <= MOST_BYTES_OF_SHORT).toList();

    private final RecordDecoder<Transaction> transactions =
            RecordDecoder.transactions(OurTopology.MAX_BYTES, Contacts.KEPT);
    private final RecordDecoder<FraudLabel> labels = RecordDecoder.labels(OurTopology.MAX_BYTES, Contacts.KEPT);
    private final List<byte[]> bad;

    private EndlessInput(List<byte[]> bad) {
        this.bad = bad;
    }

    /**
     * The transactions, and the labels as {@link OurTopology#LABELS}; parallelism 2.
     *
     * @param bad what is in the place of every second record, in turn with a conflict; empty where all are good
     */
    static SingleOutputStreamOperator<Decoded<Transaction>> of(StreamExecutionEnvironment env, List<byte[]> bad) {
        return env.fromSource(
                        new NumberSequenceSource(0, BenchmarkInput.PARALLELISM * POSITIONS_OF_A_HALF - 1),
                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                .withTimestampAssigner(
                                        (position, none) -> entry(position).millis + shiftMillis(position)),
                        "Memory")
                .uid("memory")
                .process(new EndlessInput(bad), WireTypes.DECODED_TRANSACTION)
                .uid("decode");
    }

    private static BenchmarkInput.Entry entry(long position) {
        int half = BenchmarkInput.size() / BenchmarkInput.PARALLELISM;
        return BenchmarkInput.entry(position / POSITIONS_OF_A_HALF * half + position % POSITIONS_OF_A_HALF % half);
    }

    /** How much later than in the input, milliseconds: a whole number of days for each time it has been told. */
    private static long shiftMillis(long position) {
        long half = BenchmarkInput.size() / BenchmarkInput.PARALLELISM;
        long days = 1 + TimeUnit.MILLISECONDS.toDays(BenchmarkInput.spanMillis());
        return TimeUnit.DAYS.toMillis(days * (position % POSITIONS_OF_A_HALF / half));
    }

    @Override
    public void processElement(Long position, Context context, Collector<Decoded<Transaction>> out) {
        BenchmarkInput.Entry entry = entry(position);
        if (!bad.isEmpty() && position % 2 == 1) {
            out.collect(bad(position));
        } else if (entry.label) {
            context.output(
                    OurTopology.LABELS,
                    Decoded.of(later(labels.decode(entry.bytes, origin(position)).value, shiftMillis(position))));
        } else {
            out.collect(Decoded.of(payment(position, 0)));
        }
    }

    private Decoded<Transaction> bad(long position) {
        int way = (int) (position / 2 % (bad.size() + 1));
        if (way < bad.size()) {
            return transactions.decode(bad.get(way), origin(position));
        }
        return entry(position - 1).label
                ? transactions.decode(bad.get(0), origin(position))
                : Decoded.of(payment(position - 1, 1));
    }

    private Transaction payment(long position, int moreCents) {
        Transaction told = transactions.decode(entry(position).bytes, origin(position)).value;
        return new Transaction(
                told.transactionId,
                told.epochSecond + shiftMillis(position) / 1000,
                told.customerId,
                told.terminalId,
                told.amountCents + moreCents,
                told.timeSeconds,
                told.timeDays,
                told.fraud,
                told.fraudScenario,
                told.origin,
                told.raw);
    }

    private static FraudLabel later(FraudLabel told, long millis) {
        return new FraudLabel(
                told.transactionId,
                told.txEpochSecond + millis / 1000,
                told.customerId,
                told.terminalId,
                told.fraud,
                told.labelEpochSecond + millis / 1000,
                told.labelSource,
                told.origin,
                told.raw);
    }

    /** A sequence number of its own for each position, or bad records would be one dead letter. */
    private static RecordOrigin origin(long position) {
        return BenchmarkInput.origin(
                "4959033827149025660855969253836157109" + (POSITIONS_OF_A_HALF * 1_000_000 + position),
                entry(position).millis);
    }
}
