package io.cardwatch.bench;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.online.TransactionSink;
import io.cardwatch.testing.OwnRedis;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.FileUtils;
import redis.clients.jedis.Jedis;

/**
 * What publishing costs the stream at full catch-up: features and scores from memory, with and without an online store, in
 * pairs. The store is a process of its own on this machine.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.PublishBenchmark
 * </pre>
 */
public final class PublishBenchmark {
    private PublishBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(Profile.reference().customers(5_000).terminals(10_000).days(180).build(), 5, System.out);
    }

    /** Prints a line for the runs without a store, and one for those with it. */
    public static void run(Profile world, int pairs, PrintStream out) throws Exception {
        BenchmarkInput.load(world, BenchmarkInput.Shape.UNIFORM);
        Path folder = Files.createTempDirectory("benchmark");
        try (OwnRedis redis = new OwnRedis(folder)) {
            Samples without = new Samples(pairs);
            Samples with = new Samples(pairs);
            Samples ratio = new Samples(pairs);
            Samples writes = new Samples(pairs);
            rate(List.of());
            rate(List.of("--online.url=" + redis.url()));
            for (int pair = 0; pair < pairs; pair++) {
                double plain = rate(List.of());
                long before = written(redis);
                long start = System.nanoTime();
                double published = rate(List.of("--online.url=" + redis.url()));
                writes.set(pair, (written(redis) - before) / ((System.nanoTime() - start) / 1e9));
                without.set(pair, plain);
                with.set(pair, published);
                ratio.set(pair, published / plain);
            }
            out.printf(Locale.ROOT, "without a store: %s records/s%n", without.text("%,.0f"));
            out.printf(
                    Locale.ROOT,
                    "published: %s records/s, %s of it, %s script calls/s%n",
                    with.text("%,.0f"),
                    ratio.text("%.2f"),
                    writes.text("%,.0f"));
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private static double rate(List<String> online) throws Exception {
        List<String> arguments = new ArrayList<>(online);
        arguments.add("--features.cache-share=0");
        Settings settings = Settings.fromArguments(arguments);
        BenchmarkRun run = BenchmarkRun.of(Backend.HEAP, BenchmarkInput.PARALLELISM, 0, env -> build(env, settings));
        return BenchmarkInput.size() / (run.millis / 1e3);
    }

    private static void build(StreamExecutionEnvironment env, Settings settings) throws Exception {
        DataStream<Long> positions = env.fromSource(
                new NumberSequenceSource(0, BenchmarkInput.size() - 1),
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((position, none) -> BenchmarkInput.timestamp(position)),
                "Memory");
        var transactions = OurTopology.decode(positions);
        ScoringTopology topology = ScoringTopology.streaming(settings);
        ScoringTopology.Features features =
                topology.features(transactions, transactions.getSideOutput(OurTopology.LABELS));
        features.deadLetters.sinkTo(new DiscardingSink<>());
        SingleOutputStreamOperator<ScoredTransaction> scored =
                topology.score(features.featured, HundredTrees.model(), ControlSource.NONE);
        TransactionSink.of(settings).ifPresent(scored::sinkTo);
        scored.map(row -> row).returns(WireTypes.SCORED_TRANSACTION).sinkTo(new DiscardingSink<>());
    }

    private static long written(OwnRedis redis) {
        try (Jedis jedis = redis.connect()) {
            return jedis.info("commandstats")
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_evalsha:"))
                    .mapToLong(line -> Long.parseLong(line.replaceFirst("cmdstat_evalsha:calls=(\\d+),.*", "$1")))
                    .sum();
        }
    }
}
