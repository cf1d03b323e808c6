package io.cardwatch.soak;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
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

/** {@link TaskManagerKills} at its full size. */
@Tag("soak")
class TaskManagerKillsSoak {
    private static final int PAYMENTS = 1_000_000;
    private static final int KILLS = 20;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(TaskManagerKills.TASK_MANAGERS)
            .setNumberSlotsPerTaskManager(1)
            .build());

    @Test
    @Timeout(3_600)
    void twentyLostTaskManagers_loseDoubleAndChangeNoRow(
            @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints, TestInfo test) throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("TaskManagerKillsSoak");
        TaskManagerKills.Outcome outcome =
                TaskManagerKills.survive(cluster, checkpoints, WarehouseDialect.POSTGRESQL, PAYMENTS, KILLS, seed);
        SoakResult.report(
                test,
                String.valueOf(seed),
                PAYMENTS + " payments and " + outcome.kills() + " TaskManagers killed",
                outcome.rows(),
                outcome.restarts(),
                start);
        outcome.rows().assertExact();
    }
}
