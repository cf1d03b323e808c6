package io.cardwatch.bench;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.delivery.Deliveries;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.FileUtils;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * What the job delivers beside the warehouse. The archive: rows per second that the whole job commits with it ÷ without it,
 * in pairs. The stream of predictions: rows per second that the sink puts into an emulator, beside the same requests
 * from threads that do nothing else, which is the emulator's own limit.
 *
 * <pre>mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.DeliveryBenchmark</pre>
 */
public final class DeliveryBenchmark {
    private static final String STREAM = "predictions";
    private static final int SHARDS = 4;
    private static final int REQUEST = 500;
    private static final int THREADS = 8;

    private DeliveryBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(Profile.reference().days(60).build(), 100_000, 4, System.out);
    }

    /** Prints a line for the archive and one for the stream; the first of {@code rounds} warms up. */
    public static void run(Profile world, int puts, int rounds, PrintStream out) throws Exception {
        BenchmarkInput.load(world, BenchmarkInput.Shape.UNIFORM);
        archive(rounds, out);
        stream(Math.min(puts, BenchmarkInput.size()), rounds, out);
    }

    private static void archive(int rounds, PrintStream out) throws Exception {
        Samples without = new Samples(rounds - 1);
        Samples with = new Samples(rounds - 1);
        Samples ratio = new Samples(rounds - 1);
        for (int round = 0; round < rounds; round++) {
            double plain = WholeJobBenchmark.rowsPerSecond(true, List.of());
            Path folder = Files.createTempDirectory("benchmark");
            double archived = WholeJobBenchmark.rowsPerSecond(true, List.of("--archive.path=" + folder.toUri()));
            FileUtils.deleteDirectory(folder.toFile());
            if (round > 0) {
                without.set(round - 1, plain);
                with.set(round - 1, archived);
                ratio.set(round - 1, archived / plain);
            }
        }
        out.printf(
                Locale.ROOT,
                "whole job %s rows/s, with the archive %s rows/s, %s of it%n",
                without.text("%,.0f"),
                with.text("%,.0f"),
                ratio.text("%.2f"));
    }

    private static void stream(int rows, int rounds, PrintStream out) throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        Samples sink = new Samples(rounds - 1);
        Samples emulator = new Samples(rounds - 1);
        for (int round = 0; round < rounds; round++) {
            double alone = alone(rows);
            double put = put(rows);
            if (round > 0) {
                emulator.set(round - 1, alone);
                sink.set(round - 1, put);
            }
        }
        out.printf(
                Locale.ROOT,
                "predictions.stream %s rows/s, the emulator alone %s rows/s%n",
                sink.text("%,.0f"),
                emulator.text("%,.0f"));
    }

    private static double put(int rows) throws Exception {
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream(STREAM, SHARDS);
            Settings settings = Settings.fromArguments(
                    List.of("--source.endpoint-url=" + kinesis.endpoint(), "--predictions.stream=" + STREAM));
            BenchmarkRun run = BenchmarkRun.of(Backend.HEAP, BenchmarkInput.PARALLELISM, 0, env -> {
                DataStream<Long> positions = env.fromSource(
                        new NumberSequenceSource(0, rows - 1L), WatermarkStrategy.noWatermarks(), "Memory");
                DataStream<ScoredTransaction> scored =
                        PeerDecode.of(positions).map(WholeJobBenchmark::scored).returns(WireTypes.SCORED_TRANSACTION);
                new Deliveries(settings).deliver(scored, scored);
            });
            int records = kinesis.records(STREAM).size();
            return records / (run.millis / 1e3);
        }
    }

    private static double alone(int rows) throws Exception {
        Table<ScoredTransaction> table = Tables.predictions(FeatureSet.REFERENCE, Contacts.LEFT_OUT);
        byte[] json = table.json(WarehouseBenchmark.row(1));
        List<PutRecordsRequestEntry> entries = IntStream.range(0, REQUEST)
                .mapToObj(i -> PutRecordsRequestEntry.builder()
                        .partitionKey(Integer.toString(i))
                        .data(SdkBytes.fromByteArray(json))
                        .build())
                .collect(Collectors.toList());
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream(STREAM, SHARDS);
            KinesisClient client = kinesis.client();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            long start = System.nanoTime();
            for (int sent = 0; sent < rows; sent += REQUEST) {
                threads.execute(() ->
                        client.putRecords(request -> request.streamName(STREAM).records(entries)));
            }
            threads.shutdown();
            threads.awaitTermination(10, TimeUnit.MINUTES);
            return rows / ((System.nanoTime() - start) / 1e9);
        }
    }
}
