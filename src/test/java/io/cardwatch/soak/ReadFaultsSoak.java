package io.cardwatch.soak;

import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link ReadFaults} for two minutes. */
@Tag("soak")
class ReadFaultsSoak {
    private static final Duration SPELL = Duration.ofMinutes(2);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    @Timeout(1_200)
    void twoMinutesOfThrottledFailedAndStalledReads_restartNothingAndLoseNothing(
            @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints, TestInfo test) throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("ReadFaultsSoak");
        ReadFaults.Outcome outcome = ReadFaults.survive(cluster, checkpoints, 20_000, SPELL, seed);
        SoakResult.report(test, String.valueOf(seed), outcome.injected(), outcome.rows(), outcome.restarts(), start);
        outcome.rows().assertExact();
    }
}
