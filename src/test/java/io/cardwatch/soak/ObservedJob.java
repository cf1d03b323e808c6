package io.cardwatch.soak;

import io.cardwatch.testing.JobOnKinesis;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.RestoredCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;

/** A job as its JobManager sees it: how often it was restarted, and from which checkpoint. */
final class ObservedJob {
    private static final int POLL_MILLIS = 20;

    final MiniCluster cluster;
    final JobClient client;

    ObservedJob(MiniCluster cluster, JobClient client) {
        this.cluster = cluster;
        this.client = client;
    }

    private AccessExecutionGraph graph() throws Exception {
        return cluster.getExecutionGraph(client.getJobID()).get();
    }

    /** Attempts after the first. All tasks of this job restart together. */
    int restarts() throws Exception {
        return restarts(graph());
    }

    static int restarts(AccessExecutionGraph graph) {
        return StreamSupport.stream(graph.getAllExecutionVertices().spliterator(), false)
                .mapToInt(vertex -> vertex.getCurrentExecutionAttempt().getAttemptNumber())
                .max()
                .orElse(0);
    }

    /** Waits until the job has been restarted so often and all of it runs. */
    void awaitRunning(int restarts) throws Exception {
        for (AccessExecutionGraph graph = graph(); restarts(graph) < restarts || !runs(graph); graph = graph()) {
            JobOnKinesis.requireAlive(client);
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Whether all tasks run. */
    static boolean runs(AccessExecutionGraph graph) {
        return graph.getState() == JobStatus.RUNNING
                && StreamSupport.stream(graph.getAllExecutionVertices().spliterator(), false)
                        .allMatch(vertex -> vertex.getExecutionState() == ExecutionState.RUNNING);
    }

    /** When the latest checkpoint was completed, UTC epoch milliseconds, or {@link Long#MAX_VALUE} while none is. */
    long latestCheckpointMillis() throws Exception {
        return completedMillis(graph().getCheckpointStatsSnapshot().getHistory().getLatestCompletedCheckpoint());
    }

    /** When the checkpoint that the job was restored from last was completed, or {@link Long#MAX_VALUE}. */
    long restoredCheckpointMillis() throws Exception {
        CheckpointStatsSnapshot checkpoints = graph().getCheckpointStatsSnapshot();
        RestoredCheckpointStats restored = checkpoints.getLatestRestoredCheckpoint();
        return restored == null
                ? Long.MAX_VALUE
                : completedMillis(checkpoints.getHistory().getCheckpointById(restored.getCheckpointId()));
    }

    private static long completedMillis(AbstractCheckpointStats checkpoint) {
        return checkpoint == null ? Long.MAX_VALUE : checkpoint.getLatestAckTimestamp();
    }
}
