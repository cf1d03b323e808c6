package io.cardwatch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that ships on a cluster of real processes, submitted in each of the ways of {@code deploy/README.md}: what comes
 * out of it, and what it leaves behind.
 */
@Timeout(900)
class ClusterIT {
    private static final Path JAR = Path.of("target/cardwatch-job.jar");
    private static final Pattern SAVEPOINT = Pattern.compile("Path: (\\S+)");
    private static final int PAYMENTS = 6_000;
    /** Submissions to the session cluster, each of which has a class loader of its own. */
    private static final int SUBMISSIONS = 8;

    private static final int POLL_MILLIS = 50;

    @TempDir
    Path directory;

    private final PaymentStory story = new PaymentStory(11, PAYMENTS);

    @Test
    void aTaskManagerIsKilled_theJobStoppedAndCancelled_andEachRowIsThereOnce_andNoSubmissionStays() throws Exception {
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FlinkCluster cluster = FlinkCluster.session(directory)) {
            kinesis.loadCustomers(story.customers);
            LiveFeed feed = new LiveFeed(kinesis, story);
            cluster.startTaskManager();
            Process victim = cluster.startTaskManager();

            cluster.flink(run(kinesis, "-d", "-p", "3"));
            String job = cluster.awaitRunningJob();
            feed(feed, PAYMENTS / 4);
            cluster.awaitCheckpoint(job, System.currentTimeMillis());
            feed(feed, PAYMENTS / 3);
            cluster.kill(victim);
            cluster.startTaskManager();
            feed(feed, PAYMENTS / 2);
            assertThat(cluster.restores(job)).as("restarts from a checkpoint").isPositive();

            Matcher savepoint = SAVEPOINT.matcher(cluster.flink("stop", job));
            assertThat(savepoint.find()).isTrue();
            cluster.flink(run(kinesis, "-d", "-p", "2", "-s", savepoint.group(1)));
            job = cluster.awaitRunningJob();
            feed(feed, PAYMENTS * 3 / 4);
            cluster.awaitCheckpoint(job, System.currentTimeMillis());
            cluster.flink("cancel", job);
            cluster.awaitNoJob();

            String jar = cluster.upload(JAR);
            List<Residue> residues = new ArrayList<>();
            for (int submission = 3; submission <= SUBMISSIONS; submission++) {
                job = cluster.run(
                        jar,
                        Map.of(
                                "programArgsList",
                                kinesis.arguments(kinesis.kinesis().endpoint()),
                                "parallelism",
                                3,
                                "savepointPath",
                                cluster.lastCheckpoint(job)));
                cluster.awaitRunningJob();
                if (submission == SUBMISSIONS) {
                    feed(feed, PAYMENTS);
                    kinesis.sendLastWords();
                    awaitRows(
                            kinesis,
                            PAYMENTS
                                    + story.labels.size()
                                    + kinesis.expectedDeadLetters().size());
                }
                cluster.awaitCheckpoint(job, 0);
                cluster.flink("cancel", job);
                cluster.awaitNoJob();
                System.out.println(submission + " " + Residue.of(cluster.jobManager()));
                for (Process p : cluster.taskManagers()) System.out.println(submission + " " + Residue.of(p));
            }
            Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
            kinesis.assertDeadLetters();
            kinesis.assertContacts();
        }
    }

    private static String[] run(JobOnKinesis kinesis, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-c", "io.cardwatch.job.CardwatchJob", JAR.toString()));
        arguments.addAll(kinesis.arguments(kinesis.kinesis().endpoint()));
        return arguments.toArray(String[]::new);
    }

    private static void feed(LiveFeed feed, int until) throws Exception {
        while (feed.sent() < until) {
            if (!feed.sendNext()) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private static void awaitRows(JobOnKinesis kinesis, long rows) throws Exception {
        while (kinesis.rows() < rows) {
            Thread.sleep(POLL_MILLIS);
        }
    }
}
