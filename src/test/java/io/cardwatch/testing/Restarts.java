package io.cardwatch.testing;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;

/** What Flink is told of checkpoints, and of restarts from them. */
public final class Restarts {
    private static final Duration DELAY = Duration.ofMillis(100);

    private Restarts() {}

    /** The first failure is for good. */
    public static Configuration none(Path checkpoints, Duration interval) {
        return checkpointing(checkpoints, interval).set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
    }

    /** As often as need be. */
    public static Configuration always(Path checkpoints, Duration interval) {
        return checkpointing(checkpoints, interval)
                .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE)
                .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, DELAY);
    }

    private static Configuration checkpointing(Path checkpoints, Duration interval) {
        return new Configuration()
                .set(
                        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                        checkpoints.toUri().toString())
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
    }
}
