package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job over the real wire while TaskManagers die at moments that a seed chooses, each after a completed checkpoint
 * behind which more rows have been written; of the payments one in ten comes twice and one in a hundred once more with
 * another amount, and there are records that cannot be used. Nothing is lost, added or doubled, and every feature is the
 * oracle's.
 */
@Timeout(600)
class KilledTaskManagersIT {
    private static final int PAYMENTS = 100_000;
    private static final int CUSTOMERS = 1_750;
    private static final int KILLS = 5;

    /** One slot each, and a third TaskManager before one dies: so a job of two subtasks need not wait. */
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(2)
            .setNumberSlotsPerTaskManager(1)
            .build());

    @TempDir
    Path directory;

    @Test
    void nothingIsLostAddedOrDoubledWhenTaskManagersDie(@InjectMiniCluster MiniCluster cluster) throws Exception {
        long seed = Seed.of("KilledTaskManagersIT");
        int[] moments = new Random(seed)
                .ints(KILLS, PAYMENTS / 20, PAYMENTS - PAYMENTS / 10)
                .sorted()
                .toArray();
        try (EndToEnd world = new EndToEnd(new PaymentStory(PAYMENTS, CUSTOMERS, seed))) {
            assertThat(world.story.transactions).hasSize(PAYMENTS);
            JobClient job = world.start(new Configuration()
                    .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                    .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10))
                    .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE)
                    .set(
                            CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                            directory.toUri().toString()));
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> world.sendLive(0, PAYMENTS));
            for (int kill = 0; kill < KILLS; kill++) {
                world.await(job, moments[kill]);
                awaitRowsBehindACheckpoint(cluster, job, world);
                cluster.startTaskManager();
                cluster.terminateTaskManager(kill).get();
                awaitRestarts(cluster, job, kill + 1);
            }
            sending.get();
            world.awaitAll(job);

            assertThat(restarts(cluster, job)).as("restarts, seed %d", seed).isEqualTo(KILLS);
            job.cancel().get();
            world.assertWarehouseIsTheOracles();
        }
    }

    /** Until the attempt that runs has completed a checkpoint and more rows were written since. */
    private static void awaitRowsBehindACheckpoint(MiniCluster cluster, JobClient job, EndToEnd world)
            throws Exception {
        long before = checkpoints(cluster, job);
        while (checkpoints(cluster, job) == before) {
            Thread.sleep(10);
        }
        int rows = world.rowCount();
        world.await(job, rows + 1);
    }

    private static long checkpoints(MiniCluster cluster, JobClient job) throws Exception {
        return cluster.getExecutionGraph(job.getJobID())
                .get()
                .getCheckpointStatsSnapshot()
                .getCounts()
                .getNumberOfCompletedCheckpoints();
    }

    private static void awaitRestarts(MiniCluster cluster, JobClient job, int count) throws Exception {
        while (restarts(cluster, job) < count) {
            Thread.sleep(10);
        }
    }

    /** All subtasks are connected, so each has been started as often. */
    private static int restarts(MiniCluster cluster, JobClient job) throws Exception {
        int most = 0;
        for (AccessExecutionVertex subtask :
                cluster.getExecutionGraph(job.getJobID()).get().getAllExecutionVertices()) {
            most = Math.max(most, subtask.getCurrentExecutionAttempt().getAttemptNumber());
        }
        return most;
    }
}
