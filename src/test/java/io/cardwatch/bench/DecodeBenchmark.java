package io.cardwatch.bench;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * CPU time of a record in the codec: decoding a transaction from JSON and from CSV, and one trip over the wire. Median
 * of eleven rounds of a million records each, on one thread; the first rounds, which warm up, are left out.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.DecodeBenchmark
 * </pre>
 */
public final class DecodeBenchmark {
    private static final int RECORDS = 10_000;
    private static final int WARM_UP_ROUNDS = 4;
    private static final int MAX_BYTES = 65_536;
    private static final RecordOrigin ORIGIN = new RecordOrigin(
            "cust-payment-txn-stream",
            "596",
            "shardId-000000000003",
            "49590338271490256608559692538361571095921575989136588898",
            4_000_000_000_000L);

    private final int passes;
    private final int rounds;
    private final PrintStream out;

    private DecodeBenchmark(int passes, int rounds, PrintStream out) {
        this.passes = passes;
        this.rounds = rounds;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        run(100, 11, System.out);
    }

    /**
     * Prints one line per measurement.
     *
     * @param passes over the same ten thousand records in a round
     */
    public static void run(int passes, int rounds, PrintStream out) throws IOException {
        DecodeBenchmark benchmark = new DecodeBenchmark(passes, rounds, out);
        Transaction[] transactions = transactions();
        byte[][] json = new byte[RECORDS][];
        byte[][] csv = new byte[RECORDS][];
        for (int i = 0; i < RECORDS; i++) {
            json[i] = RecordJson.encode(transactions[i]);
            csv[i] = RecordCsv.row(transactions[i]).getBytes(StandardCharsets.UTF_8);
        }
        benchmark.measure(
                "decode JSON, " + bytesPerRecord(json) + " bytes",
                () -> decode(RecordDecoder.transactions(MAX_BYTES, Contacts.KEPT), json));
        benchmark.measure(
                "decode CSV, " + bytesPerRecord(csv) + " bytes",
                () -> decode(
                        RecordDecoder.transactionRows(RecordCsv.TRANSACTION_HEADER, "t.csv", MAX_BYTES, Contacts.KEPT),
                        csv));
        benchmark.measure("serialize and deserialize a transaction", () -> overTheWire(transactions));
    }

    private static long decode(RecordDecoder<Transaction> decoder, byte[][] records) {
        long checksum = 0;
        for (byte[] bytes : records) {
            checksum += decoder.decode(bytes, ORIGIN).value.amountCents;
        }
        return checksum;
    }

    private static long overTheWire(Transaction[] transactions) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        DataInputDeserializer in = new DataInputDeserializer();
        long checksum = 0;
        for (Transaction transaction : transactions) {
            out.clear();
            WireTypes.TRANSACTION.serializer().serialize(transaction, out);
            in.setBuffer(out.getSharedBuffer(), 0, out.length());
            checksum += WireTypes.TRANSACTION.serializer().deserialize(in).amountCents;
        }
        return checksum;
    }

    private void measure(String name, Pass pass) throws IOException {
        double[] nanos = new double[rounds];
        long checksum = 0;
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (int i = 0; i < passes; i++) {
                checksum += pass.run();
            }
            long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            if (round >= 0) {
                nanos[round] = spent / (double) passes / RECORDS;
            }
        }
        Arrays.sort(nanos);
        out.printf(
                Locale.ROOT,
                "%-45s %6.0f ns/record (%.0f to %.0f; checksum %d)%n",
                name,
                nanos[rounds / 2],
                nanos[0],
                nanos[rounds - 1],
                checksum);
    }

    private static Transaction[] transactions() {
        Random random = new Random(7);
        Transaction[] transactions = new Transaction[RECORDS];
        for (int i = 0; i < RECORDS; i++) {
            long second = random.nextInt(180 * 86_400);
            transactions[i] = new Transaction(
                    random.nextInt(2_000_000),
                    1_522_540_800L + second,
                    random.nextInt(5_000),
                    random.nextInt(10_000),
                    random.nextInt(20_000),
                    second,
                    second / 86_400,
                    Transaction.ABSENT,
                    Transaction.ABSENT,
                    ORIGIN,
                    new byte[0]);
        }
        return transactions;
    }

    private static long bytesPerRecord(byte[][] records) {
        long bytes = 0;
        for (byte[] each : records) {
            bytes += each.length;
        }
        return bytes / records.length;
    }

    /** One pass over all records. */
    private interface Pass {
        long run() throws IOException;
    }
}
