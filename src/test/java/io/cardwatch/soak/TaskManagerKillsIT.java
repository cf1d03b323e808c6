package io.cardwatch.soak;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link TaskManagerKills} at a size for every build. */
class TaskManagerKillsIT {
    private static final int PAYMENTS = 100_000;
    private static final int KILLS = 5;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(TaskManagerKills.TASK_MANAGERS)
            .setNumberSlotsPerTaskManager(1)
            .build());

    @Test
    @Timeout(600)
    void fiveLostTaskManagers_loseDoubleAndChangeNoRow(
            @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints) throws Exception {
        long seed = Seed.of("TaskManagerKillsIT");
        TaskManagerKills.survive(cluster, checkpoints, WarehouseDialect.POSTGRESQL, PAYMENTS, KILLS, seed)
                .rows()
                .assertExact();
    }
}
