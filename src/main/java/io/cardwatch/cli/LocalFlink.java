package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Flink inside this process. A cluster has settings of its own, so nothing here applies there. */
final class LocalFlink {
    private static final int MAX_PORT = 65_535;
    private static final int NETWORK_MEGABYTES = 256;
    /** Flink's own default for one process. */
    private static final int SMALL_NETWORK_MEGABYTES = 64;

    private static final int OTHER_DIRECT_MEGABYTES = 32;
    private static final Duration WHOLE_RUN = Duration.ofDays(365);

    private LocalFlink() {}

    /** For a run over files: all cores, sorted inputs, no web interface. */
    static StreamExecutionEnvironment bounded() {
        Surroundings.requireMemory(NETWORK_MEGABYTES + OTHER_DIRECT_MEGABYTES);
        Configuration configuration = new Configuration();
        // Sorting takes managed memory, 128 MB for each sorted input of the stage that runs.
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1024));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(NETWORK_MEGABYTES));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(NETWORK_MEGABYTES));
        StreamExecutionEnvironment env = overFiles(configuration);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        return env;
    }

    /** For a run over files that ends with a savepoint, asked for at its start: all cores, state on the heap. */
    static StreamExecutionEnvironment untilSavepoint() {
        Surroundings.requireMemory(SMALL_NETWORK_MEGABYTES + OTHER_DIRECT_MEGABYTES);
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, WHOLE_RUN);
        return overFiles(configuration);
    }

    private static StreamExecutionEnvironment overFiles(Configuration configuration) {
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        return StreamExecutionEnvironment.createLocalEnvironment(configuration);
    }

    /**
     * For a job that never ends: Flink's web interface, checkpoints and restarts.
     *
     * @param start what to start from, empty for nothing
     * @param webPort port of the web interface, on loopback only
     * @param checkpoints directory of the checkpoints
     * @param restarts how many failures the job survives within any ten minutes. So a lasting failure reaches the
     *     person who started the job, while passing failures do not add up over the years
     */
    static StreamExecutionEnvironment streaming(Configuration start, int webPort, Path checkpoints, int restarts) {
        Surroundings.requireMemory(SMALL_NETWORK_MEGABYTES + OTHER_DIRECT_MEGABYTES);
        Configuration configuration = new Configuration(start);
        configuration.set(RestOptions.PORT, webPort);
        configuration.set(RestOptions.BIND_ADDRESS, "localhost");
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, address(checkpoints));
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, restarts == 0 ? "none" : "failure-rate");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL, restarts);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL, Duration.ofMinutes(10));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_DELAY, Duration.ofSeconds(5));
        return StreamExecutionEnvironment.createLocalEnvironmentWithWebUI(configuration);
    }

    /** A local path in the form that Flink reads: it does not decode the escapes of a URI, such as those of blanks. */
    static String address(Path path) {
        return org.apache.flink.core.fs.Path.fromLocalFile(path.toFile()).toString();
    }

    /** @throws BadInputException when something else listens on {@code port} of loopback */
    static void requireFree(int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new BadInputException("--web-port " + port + " is no port", "Give one from 0 to " + MAX_PORT + ".");
        }
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            throw new BadInputException(
                    "port " + port + " is in use, and Flink's web interface wants it",
                    "Give another with --web-port, or stop what uses it.",
                    e);
        }
    }
}
