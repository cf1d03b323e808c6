package io.cardwatch.job;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job as it ships, over the real wire: a Kinesis server, two subtasks of Flink, PostgreSQL. It is stopped in the
 * middle, with a savepoint, and started again when a backlog has gathered.
 */
@Timeout(300)
class KinesisEndToEndIT {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    @Test
    void everyPaymentIsScoredOnce_asTheOracleSays_acrossASavepointAndABacklog() throws Exception {
        try (EndToEnd world = new EndToEnd(PaymentStory.ofAMonth())) {
            int all = world.story.transactions.size();
            int half = all / 2;
            JobClient job = world.start(configuration());
            world.sendLive(0, half);
            world.await(job, half / 3);
            String savepoint = stopWithSavepoint(job);
            world.sendBacklog(half, all);

            JobClient restored = world.start(configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint));
            world.awaitAll(restored);
            restored.cancel().get();

            world.assertWarehouseIsTheOracles();
        }
    }

    /** Where it fails because the job does, the job's own failure tells why. */
    private String stopWithSavepoint(JobClient job) throws Exception {
        try {
            return job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get();
        } catch (ExecutionException e) {
            job.getJobExecutionResult().get(1, TimeUnit.MINUTES);
            throw e;
        }
    }

    private Configuration configuration() {
        return new Configuration()
                .set(RestartStrategyOptions.RESTART_STRATEGY, "disable")
                .set(
                        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                        directory.toUri().toString());
    }
}
