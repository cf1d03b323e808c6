package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.cluster.FlinkCluster;
import io.cardwatch.cluster.Residue;
import io.cardwatch.cluster.SubmittedJobs;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ClusterIT} does in every build, for longer, and with the loss of the JobManager. */
@Tag("soak")
@Timeout(3_600)
class ClusterSoak {
    private static final Path JAR = Path.of("target/cardwatch-job.jar");
    private static final int PAYMENTS = 24_000;
    private static final int SUBMISSIONS = 16;
    /** Submissions of which every so many-th loses a TaskManager. */
    private static final int KILL_EVERY = 3;

    private static final int JOB_MANAGER_LOST_AT = 10;
    private static final int MOST_LINES_A_MINUTE = 100;
    private static final int MOST_KIB_MORE = 8 * 1024;
    private static final int MOST_THREADS_MORE = 10;

    @TempDir
    Path directory;

    @Test
    void sixteenSubmissions_lostTaskManagersAndALostJobManager_changeNoRowAndLeaveNothingBehind(TestInfo test)
            throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("ClusterSoak");
        PaymentStory story = new PaymentStory(seed, PAYMENTS, 15);
        int kills = 0;
        int restarts = 0;
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FlinkCluster cluster = FlinkCluster.session(directory)) {
            SubmittedJobs jobs = new SubmittedJobs(kinesis, cluster, JAR);
            kinesis.loadCustomers(story.customers);
            LiveFeed feed = new LiveFeed(kinesis, story);
            cluster.startTaskManager();
            cluster.startTaskManager();
            Process oldest = cluster.taskManagers().get(0);
            List<Residue> residues = new ArrayList<>();
            jobs.byCommandLine("-p", "3");
            while (true) {
                int number = jobs.submitted();
                jobs.feed(feed, PAYMENTS / SUBMISSIONS * (number - 1) + PAYMENTS / SUBMISSIONS / 2);
                jobs.awaitCheckpoint();
                if (number % KILL_EVERY == 0) {
                    cluster.kill(cluster.taskManagers().get(1));
                    cluster.startTaskManager();
                    kills++;
                }
                jobs.feed(feed, PAYMENTS / SUBMISSIONS * number);
                restarts += jobs.restores() - (number == 1 ? 0 : 1);
                if (number == SUBMISSIONS) {
                    break;
                }
                jobs.awaitCheckpoint();
                String end = end(jobs, cluster, number);
                residues.add(Residue.of(oldest));
                if (number % 2 == 0) {
                    jobs.byCommandLine("-p", String.valueOf(2 + number % 3), "-s", end);
                } else {
                    jobs.byRest(2 + number % 3, end);
                }
            }
            jobs.awaitAll(story);
            assertFewLines(cluster);
            jobs.cancel();
            // The loader of the job that has just ended goes with a later collection.
            cluster.await(
                    "two class loaders at the most", () -> Residue.of(oldest).loaders() <= 2);
            residues.add(Residue.of(oldest));

            Reckoning rows = Reckoning.of(kinesis.warehouse(), story.expectedFeatures());
            Residue early = residues.get(SUBMISSIONS / 4);
            Residue late = residues.get(residues.size() - 1);
            SoakResult.report(
                    test,
                    String.valueOf(seed),
                    PAYMENTS + " payments and " + SUBMISSIONS + " submissions and " + kills
                            + " TaskManagers and the JobManager killed; metaspace " + early.metaspaceKiB() + " and "
                            + late.metaspaceKiB() + " KiB; threads " + early.threads() + " and " + late.threads()
                            + "; class loaders " + late.loaders(),
                    rows,
                    restarts,
                    start);
            assertThat(restarts).as("restarts").isGreaterThanOrEqualTo(kills);
            rows.assertExact();
            kinesis.assertDeadLetters();
            kinesis.assertContacts();
            assertThat(late.metaspaceKiB()).isLessThan(early.metaspaceKiB() + MOST_KIB_MORE);
            assertThat(late.threads()).isLessThan(early.threads() + MOST_THREADS_MORE);
        }
    }

    /** Ends the job in one of three ways; where the next one starts from. */
    private static String end(SubmittedJobs jobs, FlinkCluster cluster, int number) throws Exception {
        if (number == JOB_MANAGER_LOST_AT) {
            cluster.replaceJobManager();
            return jobs.keptCheckpoint();
        }
        return number % 2 == 0 ? jobs.stopWithSavepoint() : jobs.cancel();
    }

    private static void assertFewLines(FlinkCluster cluster) throws Exception {
        int before = cluster.logLines().size();
        Thread.sleep(60_000);
        assertThat(cluster.logLines().size() - before).isLessThanOrEqualTo(MOST_LINES_A_MINUTE);
    }
}
