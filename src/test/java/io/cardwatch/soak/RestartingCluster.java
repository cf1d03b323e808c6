package io.cardwatch.soak;

import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.TestProcess;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * A Flink of one TaskManager in a process of its own, on whose class path nothing of the job is: it gets the job's jar and
 * loads it anew at each restart, as a cluster does. Tells twice a second how often the job was restarted, or -1 while not
 * all of it runs, how many threads there are, and how many classes and bytes of metaspace after a garbage collection.
 */
final class RestartingCluster {
    private static final int SLOTS = 2;
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
    private static final int PAUSE_MILLIS = 500;
    private static final String ANY_PORT = "0";

    private RestartingCluster() {}

    /** Runs until it is killed. The arguments: the jar, a directory for checkpoints, then the job's own. */
    public static void main(String[] arguments) throws Exception {
        TestProcess.endWithParentOrMain();
        Configuration configuration =
                Restarts.always(Path.of(arguments[1]), CHECKPOINT_INTERVAL).set(RestOptions.BIND_PORT, ANY_PORT);
        PackagedProgram program = PackagedProgram.newBuilder()
                .setJarFile(new File(arguments[0]))
                .setConfiguration(configuration)
                .setArguments(Arrays.copyOfRange(arguments, 2, arguments.length))
                .build();
        JobGraph graph = PackagedProgramUtils.createJobGraph(program, configuration, SLOTS, false);
        program.close();
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .setConfiguration(configuration)
                .build());
        cluster.start();
        cluster.submitJob(graph).get();
        while (true) {
            AccessExecutionGraph state =
                    cluster.getExecutionGraph(graph.getJobID()).get();
            int restarts = ObservedJob.runs(state) ? ObservedJob.restarts(state) : -1;
            System.gc();
            System.out.println(restarts + " "
                    + ManagementFactory.getThreadMXBean().getThreadCount() + " "
                    + ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() + " " + metaspace());
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }
}
