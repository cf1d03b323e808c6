package io.cardwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.datagen.Profile;
import io.cardwatch.feature.FeatureBenchmark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every benchmark runs once with little to do, so that none rots. What it measures then means nothing. */
class BenchmarksTest {
    /** A benchmark that prints its results. */
    private interface Benchmark {
        void run(PrintStream out) throws Exception;
    }

    @Test
    void decodingIsMeasuredForJsonCsvAndTheWire() throws Exception {
        assertThat(results(out -> DecodeBenchmark.run(1, 1, out))).hasSize(3);
    }

    @Test
    void theWindowsAreMeasuredForThreeSizesOfKeys() throws Exception {
        assertThat(results(out -> FeatureBenchmark.run(6_000, 1, out))).hasSize(3);
    }

    @Test
    void theTreesAreMeasuredWithAndWithoutMissingValues() throws Exception {
        assertThat(results(out -> TreeBenchmark.run(1_000, 1, out))).hasSize(2);
    }

    @Test
    void theWarehouseIsMeasuredForThreeBatchSizes() throws Exception {
        assertThat(results(out -> WarehouseBenchmark.run(1_000, 1, out))).hasSize(3);
    }

    @Test
    void theTopologyIsMeasuredWithoutAndWithScoring_onBothStateBackends() throws Exception {
        Profile world =
                Profile.reference().customers(50).terminals(100).days(60).build();

        assertThat(results(out -> TopologyBenchmark.run(world, 1, out))).hasSize(4);
    }

    private static List<String> results(Benchmark benchmark) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            benchmark.run(out);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines)
                .allSatisfy(line -> assertThat(line).containsPattern("[1-9]").doesNotContain("NaN", "Infinity"));
        return lines;
    }
}
