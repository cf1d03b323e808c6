package io.cardwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.bench.BenchmarkInput.Shape;
import io.cardwatch.datagen.Profile;
import io.cardwatch.feature.FeatureBenchmark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every benchmark runs once with little to do, so that none rots; those that start a dozen jobs, with the soak tests. What it
 * measures then means nothing.
 */
class BenchmarksTest {
    /** A benchmark that prints its results. */
    private interface Benchmark {
        void run(PrintStream out) throws Exception;
    }

    private static final Profile WORLD =
            Profile.reference().customers(300).terminals(600).days(40).build();
    private static final Profile SMALL_WORLD =
            Profile.reference().customers(60).terminals(120).days(12).build();

    @Test
    void decodingIsMeasured() throws Exception {
        assertThat(results(out -> DecodeBenchmark.run(1, 1, out))).isNotEmpty();
    }

    @Test
    void theWindowsAreMeasured() throws Exception {
        assertThat(results(out -> FeatureBenchmark.run(10_000, 1, out))).isNotEmpty();
    }

    @Test
    void theTreesAreMeasured() throws Exception {
        assertThat(results(out -> TreeBenchmark.run(1_000, 1, out))).isNotEmpty();
    }

    @Test
    void rulesAreMeasuredBesideCel() throws Exception {
        assertThat(results(out -> RulesBenchmark.run(20, 20, 20, 1, out))).hasSize(2);
    }

    @Test
    void verifyingASignatureIsMeasured() throws Exception {
        assertThat(results(out -> SignatureBenchmark.run(100, 1, out))).hasSize(5);
    }

    @Test
    void answersOverHttpAreMeasured() throws Exception {
        assertThat(results(out -> ServeBenchmark.run(SMALL_WORLD, 1_000, 200, out)))
                .hasSize(6)
                .allMatch(line -> line.contains("sorted sets") || line.endsWith(" 0 not 200"));
    }

    @Test
    void publishingIsMeasured() throws Exception {
        assertThat(results(out -> PublishBenchmark.run(SMALL_WORLD, 1, out))).hasSize(2);
    }

    @Test
    void theAnomalyScoreIsMeasured() throws Exception {
        assertThat(results(out -> AnomalyBenchmark.run(SMALL_WORLD, 1, out))).hasSize(2);
    }

    @Test
    void theReasonsAreMeasured() throws Exception {
        assertThat(results(out -> ReasonsBenchmark.run(20, 1, out))).hasSize(3);
    }

    @Test
    void changesOfWhatIsInForceAreMeasured() throws Exception {
        assertThat(results(out -> ControlBenchmark.run(1, 1_000, out))).hasSize(2);
    }

    @Test
    void theWarehouseIsMeasured() throws Exception {
        assertThat(results(out -> WarehouseBenchmark.run(500, 1, out))).isNotEmpty();
    }

    @Test
    void stagingAndMergingIsMeasured() throws Exception {
        assertThat(results(out -> RedshiftBenchmark.run(1_000, 500, 1, out))).hasSize(2);
    }

    @Test
    @Tag("soak")
    void deliveriesAreMeasured() throws Exception {
        assertThat(results(out -> DeliveryBenchmark.run(SMALL_WORLD, 500, 2, out)))
                .hasSize(2);
    }

    @Test
    void latencyIsMeasuredInProcess_andOverTheWire() throws Exception {
        assertThat(results(out -> LatencyBenchmark.inProcess(SMALL_WORLD, 2_000, out)))
                .isNotEmpty();
        assertThat(results(out -> LatencyBenchmark.overTheWire(500, 2, out))).isNotEmpty();
    }

    @Test
    void theWholeJobIsMeasuredBesideItsWriters() throws Exception {
        assertThat(results(out -> WholeJobBenchmark.run(WORLD, 2, out))).isNotEmpty();
    }

    @Test
    @Tag("soak")
    void badInputIsMeasured() throws Exception {
        assertThat(results(out -> reliability(out).badInput(SMALL_WORLD))).isNotEmpty();
    }

    @Test
    @Tag("soak")
    void checkpointsAndRecoveryAreMeasured() throws Exception {
        assertThat(results(out -> {
                    reliability(out).checkpoints(WORLD);
                    reliability(out).recovery(WORLD);
                }))
                .isNotEmpty();
    }

    private static ReliabilityBenchmark reliability(PrintStream out) throws Exception {
        return new ReliabilityBenchmark(new ReliabilityBenchmark.Times(100, 1_000, 250, 0.1), 1, out);
    }

    @Test
    void theRowsOfTheTopologyAndOfItsPeersAreTheLoops() throws Exception {
        Map<String, Double> shares = TopologyBenchmark.equalRows(SMALL_WORLD, Shape.UNIFORM);

        assertThat(shares.values().stream().filter(share -> !share.isNaN())).hasSizeGreaterThan(8);
        shares.forEach((candidate, share) -> {
            if (candidate.startsWith("SQL")) {
                // Its windows end at other edges.
                assertThat(share).isGreaterThan(0.95);
            } else if (!share.isNaN()) {
                assertThat(share).as(candidate).isEqualTo(1);
            }
        });
    }

    @Test
    @Tag("soak")
    void growthIsMeasured_andALineFitted() throws Exception {
        assertThat(results(out -> GrowthBenchmark.run(1, 500, 20_000, new int[] {300, 3_000}, new int[] {30}, out)))
                .anyMatch(line -> line.startsWith("fitted: "));
    }

    @Test
    void theOtherInputsHaveMoreKeys_orOneThatIsBusy_orComeLate() {
        BenchmarkInput.load(WORLD, Shape.UNIFORM);
        int keys = BenchmarkInput.keys();
        int payments = BenchmarkInput.transactions();
        BenchmarkInput.load(WORLD, Shape.TEN_TIMES_THE_KEYS);
        assertThat(BenchmarkInput.keys()).isBetween(8 * keys, 10 * keys);
        BenchmarkInput.load(WORLD, Shape.BUSY_TERMINAL);
        long busy = IntStream.range(0, BenchmarkInput.size())
                .mapToObj(BenchmarkInput::inOrder)
                .filter(entry -> !entry.label && entry.terminalId == 0)
                .count();
        assertThat((double) busy / payments).isBetween(0.28, 0.33);
        assertThat(late(BenchmarkInput::entry)).isLessThan(1e-4);
        assertThat(late(BenchmarkInput::inOrder)).isZero();
        BenchmarkInput.load(WORLD, Shape.OUT_OF_ORDER);
        assertThat(late(BenchmarkInput::entry)).isBetween(0.05, 0.15);
        assertThat(late(BenchmarkInput::inOrder)).isBetween(0.05, 0.15);
    }

    /** Share of records that come after one of a later time. */
    private static double late(IntFunction<BenchmarkInput.Entry> records) {
        return IntStream.range(1, BenchmarkInput.size())
                        .filter(position -> records.apply(position - 1).millis > records.apply(position).millis)
                        .count()
                / (double) BenchmarkInput.size();
    }

    private static List<String> results(Benchmark benchmark) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            benchmark.run(out);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines)
                .allSatisfy(line -> assertThat(line).containsPattern("[1-9a-z]").doesNotContain("NaN", "Infinity"));
        return lines;
    }
}
