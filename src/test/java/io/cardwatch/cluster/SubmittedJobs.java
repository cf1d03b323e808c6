package io.cardwatch.cluster;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One job after the other on a cluster, submitted as an operator submits it; each reads where the one before ended. */
public final class SubmittedJobs {
    private static final Pattern SAVEPOINT = Pattern.compile("Savepoint completed. Path: (\\S+)");
    private static final int POLL_MILLIS = 50;

    private final JobOnKinesis kinesis;
    private final FlinkCluster cluster;
    private final Path jar;
    private String uploaded;
    private String job;
    private int submitted;

    /** Of the shipped jar, with the arguments of {@code kinesis}. */
    public SubmittedJobs(JobOnKinesis kinesis, FlinkCluster cluster, Path jar) {
        this.kinesis = kinesis;
        this.cluster = cluster;
        this.jar = jar;
    }

    /** How many were submitted. */
    public int submitted() {
        return submitted;
    }

    /** Submits the jar by {@code flink run} and waits until all tasks run. */
    public void byCommandLine(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("run", "-d"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-c", "io.cardwatch.job.CardwatchJob", jar.toString()));
        arguments.addAll(arguments());
        cluster.flink(arguments.toArray(String[]::new));
        submitted++;
        awaitRunning();
    }

    /** Uploads and runs the jar by REST and waits until all tasks run. */
    public void byRest(int parallelism, String restoredFrom) throws Exception {
        if (uploaded == null) {
            uploaded = cluster.upload(jar);
        }
        cluster.run(
                uploaded,
                Map.of("programArgsList", arguments(), "parallelism", parallelism, "savepointPath", restoredFrom));
        submitted++;
        awaitRunning();
    }

    private List<String> arguments() {
        return kinesis.arguments(kinesis.kinesis().endpoint());
    }

    /** Waits until all tasks of a job run. */
    public void awaitRunning() throws Exception {
        job = cluster.awaitRunningJob();
    }

    /** Waits for a checkpoint that begins after this call. */
    public void awaitCheckpoint() throws Exception {
        cluster.awaitCheckpoint(job, System.currentTimeMillis());
    }

    /** How often the job was restored. */
    public int restores() throws Exception {
        return cluster.restores(job);
    }

    /** Stops the job by {@code flink stop}; the savepoint. */
    public String stopWithSavepoint() throws Exception {
        String told = cluster.flink("stop", job);
        cluster.awaitNoJob();
        Matcher savepoint = SAVEPOINT.matcher(told);
        if (!savepoint.find()) {
            throw new AssertionError("no savepoint in: " + told);
        }
        return savepoint.group(1);
    }

    /** Cancels the job by {@code flink cancel}; its last checkpoint, which is retained. */
    public String cancelByCommandLine() throws Exception {
        cluster.flink("cancel", job);
        cluster.awaitNoJob();
        return keptCheckpoint();
    }

    /** The same by REST. */
    public String cancel() throws Exception {
        cluster.cancel(job);
        cluster.awaitNoJob();
        return keptCheckpoint();
    }

    /** The job's newest checkpoint, wherever the job is. */
    public String keptCheckpoint() throws Exception {
        return cluster.keptCheckpoint(job);
    }

    /** Sends on until so many payments are sent. */
    public void feed(LiveFeed feed, int payments) throws Exception {
        while (feed.sent() < payments) {
            if (!feed.sendNext()) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** Waits until all that was sent is written. */
    public void awaitAll(PaymentStory story) throws Exception {
        kinesis.sendLastWords();
        long all = (long) story.transactions.size()
                + story.labels.size()
                + kinesis.expectedDeadLetters().size();
        cluster.await("all rows", () -> kinesis.rows() >= all);
    }
}
