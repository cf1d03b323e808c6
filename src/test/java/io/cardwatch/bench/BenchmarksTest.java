package io.cardwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.bench.BenchmarkInput.Shape;
import io.cardwatch.datagen.Profile;
import io.cardwatch.feature.FeatureBenchmark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every benchmark runs once with little to do, so that none rots. What it measures then means nothing. */
class BenchmarksTest {
    /** A benchmark that prints its results. */
    private interface Benchmark {
        void run(PrintStream out) throws Exception;
    }

    private static final Profile WORLD =
            Profile.reference().customers(300).terminals(600).days(40).build();

    @Test
    void decodingIsMeasuredForJsonCsvAndTheWire() throws Exception {
        assertThat(results(out -> DecodeBenchmark.run(1, 1, out))).hasSize(3);
    }

    @Test
    void theWindowsAreMeasuredForKeysOfAllSizes_inOrderAndNot() throws Exception {
        assertThat(results(out -> FeatureBenchmark.run(100_000, 1, out))).hasSize(12);
    }

    @Test
    void theTreesAreMeasuredWithAndWithoutMissingValues() throws Exception {
        assertThat(results(out -> TreeBenchmark.run(1_000, 1, out))).hasSize(2);
    }

    @Test
    void theWarehouseIsMeasuredForFiveBatchSizes() throws Exception {
        assertThat(results(out -> WarehouseBenchmark.run(1_000, 1, out))).hasSize(5);
    }

    @Test
    void latencyIsMeasuredInProcess_andOverTheWire() throws Exception {
        Profile world =
                Profile.reference().customers(100).terminals(200).days(10).build();
        assertThat(results(out -> LatencyBenchmark.inProcess(world, 2_000, out)))
                .hasSize(1);
        assertThat(results(out -> LatencyBenchmark.overTheWire(500, 4, out))).hasSize(4);
    }

    @Test
    void theWholeJobIsMeasuredBesideItsWriters() throws Exception {
        assertThat(results(out -> WholeJobBenchmark.run(WORLD, 2, out))).hasSize(3);
    }

    @Test
    void checkpointsBadInputAndRecoveryAreMeasured() throws Exception {
        assertThat(results(out -> {
                    ReliabilityBenchmark benchmark =
                            new ReliabilityBenchmark(new ReliabilityBenchmark.Times(100, 1_000, 250, 0.1), 1, out);
                    benchmark.checkpoints(WORLD);
                    benchmark.badInput(WORLD);
                    benchmark.recovery(WORLD);
                }))
                .hasSize(7);
    }

    @Test
    void theTopologyIsMeasuredBesideItsPeers_onFourInputs_andTheirRowsAreTheLoops() throws Exception {
        List<String> lines = results(out -> TopologyBenchmark.compareInputs(WORLD, 1, out));

        int withPeers = 2 + 2 + 10 + 7;
        int oursAlone = 2 + 2 + 7 + 4;
        assertThat(lines).hasSize(3 * withPeers + oursAlone + 3);
        assertThat(lines)
                .filteredOn(line -> line.matches("(scores|features|MapState).*(heap|cache|tenth|timers) .*%"))
                .hasSize(4 * 7 + 3)
                .allMatch(line -> line.endsWith(" 100.00 %"));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("SQL"))
                .hasSize(3)
                .allMatch(line -> line.matches(".* (100|9[5-9])\\.\\d\\d %"));
        assertThat(lines.subList(2 + 2 + 10, withPeers))
                .allMatch(line -> line.matches("goal: .* ÷ .*, wanted [<>]= [0-9.]+, reached [0-9.]+"));
        assertThat(lines.subList(lines.size() - 3, lines.size()))
                .allMatch(line -> line.matches(".* ÷ uniform: features, heap [0-9.]+(; [a-zA-Z, ]+ [0-9.]+){6}"));
    }

    @Test
    void growthIsMeasuredWithKeysDaysAndParallelism_andALineFitted() throws Exception {
        List<String> lines =
                results(out -> GrowthBenchmark.run(1, 500, 20_000, new int[] {300, 3_000}, new int[] {30}, out));

        assertThat(lines).hasSize(1 + 2 * 2 + 1 + 1 + 1 + 3);
        assertThat(lines.get(1)).matches("RocksDB +300 +666 +20,000 +2 .*");
        assertThat(lines.get(lines.size() - 3)).startsWith("fitted: ");
        assertThat(lines.get(lines.size() - 2)).contains("cores by CPU", "3 payments in 30 days");
        assertThat(lines.get(lines.size() - 1)).startsWith("state: ").contains(" TB; ", "25,920 of each in 30 days");
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
