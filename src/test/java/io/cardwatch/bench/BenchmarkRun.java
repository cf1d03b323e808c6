package io.cardwatch.bench;

import com.sun.management.OperatingSystemMXBean;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.job.ScoringTopology;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;

/** What one run of a job to its end took, in a Flink of its own in this JVM, with object reuse. */
final class BenchmarkRun {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /**
     * For RocksDB, of all subtasks of a TaskManager together: half of what two units of the managed service (KPUs) have
     * beside their heaps. MiniCluster's own default of 128 MB would have RocksDB read its files for each window.
     */
    private static final MemorySize MANAGED_MEMORY = MemorySize.ofMebiBytes(1_024);

    final JobExecutionResult result;
    /** The job's run time. */
    final long millis;
    /** Of the whole process, the job's start and stop included. */
    final long cpuNanos;
    /** Heap that was freed. */
    final long garbageBytes;
    /** Of the largest checkpoint; 0 where there was none. */
    final long stateBytes;
    /** How long that one took from end to end. */
    final long checkpointMillis;

    /** A job to be built. */
    interface Job {
        void build(StreamExecutionEnvironment env) throws Exception;
    }

    private BenchmarkRun(
            JobExecutionResult result, long cpuNanos, long garbageBytes, CheckpointStatsSnapshot checkpoints) {
        this.result = result;
        this.millis = result.getNetRuntime(TimeUnit.MILLISECONDS);
        this.cpuNanos = cpuNanos;
        this.garbageBytes = garbageBytes;
        long largest = 0;
        long duration = 0;
        if (checkpoints != null) {
            for (var checkpoint : checkpoints.getHistory().getCheckpoints()) {
                if (checkpoint instanceof CompletedCheckpointStats && checkpoint.getStateSize() > largest) {
                    largest = checkpoint.getStateSize();
                    duration = checkpoint.getEndToEndDuration();
                }
            }
        }
        this.stateBytes = largest;
        this.checkpointMillis = duration;
    }

    /**
     * Runs a job.
     *
     * @param backend where it keeps state
     * @param checkpointMillis interval of checkpoints, 0 for none
     */
    @SuppressWarnings("try") // closing may be interrupted, and the benchmark then ends
    static BenchmarkRun of(Backend backend, int parallelism, int checkpointMillis, Job job) throws Exception {
        Path directory = Files.createTempDirectory("benchmark");
        StreamExecutionEnvironment env = environment(backend, directory, parallelism, checkpointMillis);
        job.build(env);
        try (MiniCluster cluster = cluster(env, 1, parallelism)) {
            cluster.start();
            JobGraph graph = env.getStreamGraph().getJobGraph();
            long garbageBefore = Garbage.collected();
            long cpuBefore = processCpuNanos();
            cluster.submitJob(graph).get();
            JobExecutionResult result = cluster.requestJobResult(graph.getJobID())
                    .get()
                    .toJobExecutionResult(Candidate.class.getClassLoader());
            long cpuNanos = processCpuNanos() - cpuBefore;
            return new BenchmarkRun(
                    result,
                    cpuNanos,
                    Garbage.collected() - garbageBefore,
                    cluster.getExecutionGraph(graph.getJobID()).get().getCheckpointStatsSnapshot());
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
    }

    /** CPU time of the whole process until now, those that compile and collect garbage included. */
    static long processCpuNanos() {
        return PROCESS.getProcessCpuTime();
    }

    /** What all benchmarked jobs run with, as the job itself does; checkpoints go to {@code directory}. */
    static StreamExecutionEnvironment environment(
            Backend backend, Path directory, int parallelism, int checkpointMillis) {
        Configuration configuration = backend.configuration();
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MANAGED_MEMORY);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        env.setBufferTimeout(CardwatchJob.BUFFER_TIMEOUT_MILLIS);
        if (checkpointMillis > 0) {
            env.enableCheckpointing(checkpointMillis);
        }
        return env;
    }

    /** A Flink for a job of {@code env}, not started yet. */
    static MiniCluster cluster(StreamExecutionEnvironment env, int taskManagers, int slotsOfEach) {
        Configuration configuration = new Configuration((Configuration) env.getConfiguration());
        configuration.set(RestOptions.BIND_PORT, "0");
        return new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(slotsOfEach)
                .build());
    }
}
