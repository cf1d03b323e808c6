package io.cardwatch.soak;

import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link ReadFaults} for a few seconds. */
class ReadFaultsIT {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    @Timeout(600)
    void throttledFailedAndStalledReads_restartNothingAndLoseNothing(
            @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints) throws Exception {
        ReadFaults.survive(cluster, checkpoints, 4_000, Duration.ofSeconds(10), Seed.of("ReadFaultsIT"))
                .rows()
                .assertExact();
    }
}
