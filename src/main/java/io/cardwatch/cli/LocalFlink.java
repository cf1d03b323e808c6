package io.cardwatch.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A Flink of this process's own. A cluster brings its own settings, so nothing here applies there. */
final class LocalFlink {
    private LocalFlink() {}

    /** For a run over files: all cores, sorted inputs, no web interface. */
    static StreamExecutionEnvironment bounded() {
        Configuration configuration = new Configuration();
        // Sorting takes managed memory, 128 MB for each sorted input of the stage that runs.
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1024));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(256));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(256));
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(configuration);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        return env;
    }

    /**
     * For a job that never ends: Flink's web interface, checkpoints, restarts.
     *
     * @param webPort port of the web interface, on loopback only
     * @param checkpoints directory of the checkpoints
     * @param from savepoint or checkpoint to start from
     */
    static StreamExecutionEnvironment streaming(int webPort, Path checkpoints, Optional<String> from) {
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.PORT, webPort);
        configuration.set(RestOptions.BIND_ADDRESS, "localhost");
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        from.ifPresent(path -> configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
        return StreamExecutionEnvironment.createLocalEnvironmentWithWebUI(configuration);
    }
}
