package io.cardwatch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that ships on a cluster of real processes, submitted in each of the ways of {@code deploy/README.md}: what comes
 * out, what is lost when a process is killed, and what a job leaves behind when it has ended.
 */
@Timeout(600)
class ClusterIT {
    private static final Path JAR = Path.of("target/cardwatch-job.jar");
    private static final int PAYMENTS = 12_000;
    /** Rows that are written after a checkpoint before a TaskManager is killed. */
    private static final int SUBMISSIONS = 8;

    @TempDir
    Path directory;

    private final PaymentStory story = new PaymentStory(11, PAYMENTS);

    @Test
    void submittedEightTimesByCommandLineAndRest_killedStoppedCancelled_writesEachRowOnce_andLeavesNothingBehind()
            throws Exception {
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FlinkCluster cluster = FlinkCluster.session(directory)) {
            kinesis.loadCustomers(story.customers);
            LiveFeed feed = new LiveFeed(kinesis, story);
            Process victim = cluster.startTaskManager();
            cluster.startTaskManager();

            cluster.flink(run(kinesis, "-d", "-p", "3"));
            String job = cluster.awaitRunningJob();
            t("runs");
            feed(feed, PAYMENTS / 3);
            t("fed third");
            cluster.awaitCheckpoint(job, System.currentTimeMillis());
            feed(feed, PAYMENTS / 2);
            t("fed half");
            cluster.kill(victim);
            cluster.startTaskManager();
            t("killed");
            feed(feed, PAYMENTS * 2 / 3);
            t("fed 2/3, restarts " + cluster.restarts(job));
            assertThat(cluster.restarts(job)).as("restarts").isPositive();
            String said = cluster.flink("stop", job);
            System.out.println(said);
            cluster.awaitNoJob();
            t("stopped");
            String jarId = cluster.upload(JAR);
            t("uploaded");
            for (int i = 0; i < 7; i++) {
                job = cluster.run(
                        jarId,
                        Map.of(
                                "programArgsList",
                                kinesis.arguments(kinesis.kinesis().endpoint())));
                cluster.awaitRunningJob();
                t("runs again");
                cluster.awaitCheckpoint(job, 0);
                cluster.flink("cancel", job);
                cluster.awaitNoJob();
                System.out.println(Residue.of(cluster.jobManager()) + " "
                        + cluster.taskManagers().stream()
                                .map(p -> {
                                    try {
                                        return Residue.of(p);
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                })
                                .toList());
            }
            Thread.sleep(600000);
        }
    }

    static long t0 = System.currentTimeMillis();

    static void t(String s) {
        System.out.println((System.currentTimeMillis() - t0) / 1000.0 + " " + s);
    }

    private String[] run(JobOnKinesis kinesis, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-c", "io.cardwatch.job.CardwatchJob", JAR.toString()));
        arguments.addAll(kinesis.arguments(kinesis.kinesis().endpoint()));
        return arguments.toArray(String[]::new);
    }

    private static void feed(LiveFeed feed, int until) throws Exception {
        while (feed.sent() < until) {
            if (!feed.sendNext()) {
                Thread.sleep(50);
            }
        }
    }
}
