package io.cardwatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/** A job of two subtasks without an end, on a Flink of its own in this process, until it is closed. */
final class RunningJob implements AutoCloseable {
    private static final long SAMPLE_NANOS = 50_000_000;

    final MiniCluster cluster;
    private final Path directory;
    private final JobID id;

    /**
     * Starts it.
     *
     * @param taskManagers between which the two slots are divided, 1 or 2
     * @param checkpointMillis between checkpoints, which go to a local directory; 0 for none
     */
    RunningJob(Backend backend, int taskManagers, int checkpointMillis, Consumer<StreamExecutionEnvironment> topology)
            throws Exception {
        directory = Files.createTempDirectory("benchmark");
        StreamExecutionEnvironment env =
                BenchmarkRun.environment(backend, directory, BenchmarkInput.PARALLELISM, checkpointMillis);
        topology.accept(env);
        cluster = BenchmarkRun.cluster(env, taskManagers, BenchmarkInput.PARALLELISM / taskManagers);
        cluster.start();
        id = cluster.submitJob(env.getStreamGraph().getJobGraph()).get().getJobID();
    }

    /** Waits until {@code count} is at least {@code goal}. */
    void await(LongSupplier count, long goal) throws Exception {
        while (count.getAsLong() < goal) {
            if (cluster.getJobStatus(id).get().isGloballyTerminalState()) {
                cluster.requestJobResult(id).get().toJobExecutionResult(RunningJob.class.getClassLoader());
            }
            LockSupport.parkNanos(SAMPLE_NANOS);
        }
    }

    /**
     * By how much {@code count} grows in a second, from now on.
     *
     * @param millis for how long at the least
     * @param checkpoints that are completed meanwhile at the least
     */
    double perSecond(LongSupplier count, long millis, int checkpoints) throws Exception {
        long completed = completedCheckpoints();
        long before = count.getAsLong();
        long start = System.nanoTime();
        Thread.sleep(millis);
        await(this::completedCheckpoints, completed + checkpoints);
        long after = count.getAsLong();
        return (after - before) * 1e9 / (System.nanoTime() - start);
    }

    long completedCheckpoints() {
        CheckpointStatsSnapshot checkpoints = checkpoints();
        return checkpoints == null ? 0 : checkpoints.getCounts().getNumberOfCompletedCheckpoints();
    }

    long lastCheckpointBytes() {
        return checkpoints().getHistory().getLatestCompletedCheckpoint().getStateSize();
    }

    /** Null where there are none. */
    private CheckpointStatsSnapshot checkpoints() {
        return cluster.getExecutionGraph(id).join().getCheckpointStatsSnapshot();
    }

    /** How often it has been started again. */
    long restarts() {
        return StreamSupport.stream(
                        cluster.getExecutionGraph(id)
                                .join()
                                .getAllExecutionVertices()
                                .spliterator(),
                        false)
                .mapToInt(subtask -> subtask.getCurrentExecutionAttempt().getAttemptNumber())
                .max()
                .orElse(0);
    }

    @Override
    public void close() throws IOException {
        cluster.cancelJob(id).join();
        cluster.requestJobResult(id).join();
        cluster.closeAsync().join();
        FileUtils.deleteDirectory(directory.toFile());
    }
}
