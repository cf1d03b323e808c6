package io.cardwatch.bench;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.Postgres;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/**
 * Predictions written per second into an embedded PostgreSQL by one writer, for several batch sizes; every round fills
 * an empty table. The first round of each size warms up.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.WarehouseBenchmark
 * </pre>
 */
public final class WarehouseBenchmark {
    private WarehouseBenchmark() {}

    public static void main(String[] args) throws Exception {
        run(200_000, 4, System.out);
    }

    /** Prints one line per batch size and round. */
    public static void run(int rows, int rounds, PrintStream out) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (int batchSize : new int[] {500, 1_000, 2_000, 3_000, 5_000}) {
                double seconds = write(List.of("--warehouse.url=" + Postgres.freshDatabase()), 0, rows, batchSize);
                out.printf(Locale.ROOT, "batch %5d  round %d  %,9.0f rows/s%n", batchSize, round, rows / seconds);
            }
        }
    }

    /** Seconds that it takes to write {@code rows} rows, from the {@code first} on. */
    static double write(List<String> warehouse, int first, int rows, int batchSize) throws Exception {
        List<String> arguments = new ArrayList<>(warehouse);
        arguments.addAll(List.of("--warehouse.user=" + Postgres.USER, "--warehouse.batch-size=" + batchSize));
        Settings settings = Settings.fromArguments(arguments);
        WarehouseSink<ScoredTransaction> sink = new WarehouseSink<>(
                Tables.predictions(FeatureSet.REFERENCE),
                WarehouseConnection.of(settings),
                WritePolicy.of(settings, Options.WAREHOUSE_BATCH_SIZE));
        var writer =
                new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<ScoredTransaction, Void>(sink));
        writer.open();
        long start = System.nanoTime();
        for (int i = first; i < first + rows; i++) {
            writer.processElement(row(i), 0);
        }
        writer.endInput();
        double seconds = (System.nanoTime() - start) / 1e9;
        writer.close();
        return seconds;
    }

    /** Five thousand customers, one transaction every nine seconds: about the reference simulator's rate. */
    static ScoredTransaction row(int i) {
        long customer = i * 2_654_435_761L % 5_000;
        long second = 1_700_000_000L + i * 9L;
        RecordOrigin origin = new RecordOrigin(
                "cust-payment-txn-stream",
                Long.toString(customer),
                "shardId-000000000000",
                "49590338271490256608559692538361571095921575989136588898",
                second * 1000 + 7);
        double amount = (i % 20_000) / 100.0;
        return new ScoredTransaction(
                new Transaction(
                        i, second, customer, i % 10_000, i % 20_000, second % 86_400, 3, 0, 0, origin, new byte[0]),
                new double[] {amount, 0, 1, 2, amount, 14, amount / 3, 60, amount / 7, 1, 0, 7, 1 / 7.0, 30, 1 / 30.0},
                new Decision(i % 1000 / 1000.0, 0.9, "bench"),
                second * 1000 + 60,
                "Ada Lovelace",
                "ada.lovelace@example.org",
                "+44 20 7946 0000");
    }
}
