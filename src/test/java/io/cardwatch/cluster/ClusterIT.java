package io.cardwatch.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    private static final Path SERVICE_FOLDER = Path.of("/etc/flink");
    private static final int SUBMISSIONS = 8;
    private static final int IDLE_SECONDS = 15;
    private static final int MOST_LINES_A_MINUTE = 100;
    private static final int MOST_LINES_OF_IDLE_SHARDS = 50;

    private static final Pattern OF_A_CHECKPOINT =
            Pattern.compile(" org[.]apache[.]flink[.]runtime[.](checkpoint|source[.]coordinator)[.].*[cC]heckpoint");

    @TempDir
    Path directory;

    @Test
    void killedStoppedCancelledAndSubmittedEightTimes_itWritesEachRowOnce_andLeavesNothingBehind() throws Exception {
        PaymentStory story = new PaymentStory(11, 6_000, 12);
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FlinkCluster cluster = FlinkCluster.session(directory)) {
            SubmittedJobs jobs = new SubmittedJobs(kinesis, cluster, JAR);
            kinesis.loadCustomers(story.customers);
            LiveFeed feed = new LiveFeed(kinesis, story);
            cluster.startTaskManager();
            Process victim = cluster.startTaskManager();

            jobs.byCommandLine("-p", "3");
            jobs.feed(feed, 1_500);
            jobs.awaitCheckpoint();
            jobs.feed(feed, 2_000);
            cluster.kill(victim);
            cluster.startTaskManager();
            jobs.feed(feed, 3_000);
            assertThat(jobs.restores()).as("restarts from a checkpoint").isPositive();

            jobs.byCommandLine("-p", "2", "-s", jobs.stopWithSavepoint());
            jobs.feed(feed, 4_000);
            jobs.awaitCheckpoint();
            jobs.byRest(3, jobs.cancelByCommandLine());
            while (jobs.submitted() < SUBMISSIONS) {
                jobs.awaitCheckpoint();
                jobs.byRest(2, jobs.cancel());
            }
            jobs.feed(feed, 6_000);
            jobs.awaitAll(story);

            assertFewLines(cluster);
            jobs.cancel();
            Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
            kinesis.assertDeadLetters();
            kinesis.assertContacts();
            assertNothingStays(cluster);
            assertThat(cluster.logLines())
                    .filteredOn(line -> line.contains("No active shard"))
                    .hasSizeLessThan(MOST_LINES_OF_IDLE_SHARDS);
            assertThat(cluster.logLines())
                    .noneMatch(line -> line.contains("processed as GenericType") && line.contains("io.cardwatch"));
        }
    }

    @Test
    void asAnApplicationWithTheServicesPropertyFile_itWritesEachRowOnce() throws Exception {
        PaymentStory story = new PaymentStory(12, 2_000, 12);
        boolean isThere = Files.exists(SERVICE_FOLDER);
        assumeThat(new ProcessBuilder("unshare", "--mount", "true").start().waitFor())
                .as("the right to show one process another /etc/flink")
                .isZero();
        try (JobOnKinesis kinesis = new JobOnKinesis(2, 1)) {
            kinesis.loadCustomers(story.customers);
            Path properties = directory.resolve("properties.json");
            List<String> settings =
                    new ArrayList<>(kinesis.arguments(kinesis.kinesis().endpoint()));
            String onTheCommandLine = settings.remove(settings.size() - 1);
            Files.writeString(properties, properties(settings));
            try (FlinkCluster cluster = FlinkCluster.application(
                    directory,
                    JAR,
                    List.of(
                            "unshare",
                            "--mount",
                            "sh",
                            "-c",
                            "mkdir -p " + SERVICE_FOLDER + " && mount -t tmpfs tmpfs " + SERVICE_FOLDER + " && cp "
                                    + properties + " " + SERVICE_FOLDER
                                    + "/application_properties.json && exec \"$@\"",
                            "sh"),
                    onTheCommandLine)) {
                cluster.startTaskManager();
                SubmittedJobs jobs = new SubmittedJobs(kinesis, cluster, JAR);
                jobs.awaitRunning();
                jobs.feed(new LiveFeed(kinesis, story), 2_000);
                jobs.awaitAll(story);
                String group = "flink_taskmanager_job_task_operator_kinesisanalytics_";
                assertThat(cluster.metrics())
                        .contains(group + "scored{", "operator_name=\"Score\"", "subtask_index=\"0\"")
                        .contains(group + "table_rowsWritten{", "table=\"cust_payment_tx_fraud_predictions\"")
                        .contains(group + "deadLetters_EMPTY{");

                Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
                kinesis.assertDeadLetters();
            }
        } finally {
            if (!isThere) {
                Files.deleteIfExists(SERVICE_FOLDER);
            }
        }
    }

    /** Property groups as the service hands them over. */
    private static String properties(List<String> arguments) throws Exception {
        Map<String, Map<String, String>> groups = new LinkedHashMap<>();
        for (String argument : arguments) {
            Matcher parts = Pattern.compile("--([^.]+)\\.([^=]+)=(.*)").matcher(argument);
            assertThat(parts.matches()).isTrue();
            groups.computeIfAbsent(parts.group(1), group -> new LinkedHashMap<>())
                    .put(parts.group(2), parts.group(3));
        }
        return new JsonMapper()
                .writeValueAsString(groups.entrySet().stream()
                        .map(group -> Map.of("PropertyGroupId", group.getKey(), "PropertyMap", group.getValue()))
                        .collect(Collectors.toList()));
    }

    /**
     * While nothing comes, all logs together grow by little. The JobManager's own three lines about each checkpoint are
     * left out: on a busy machine those that waited come all at once.
     */
    private static void assertFewLines(FlinkCluster cluster) throws Exception {
        Set<String> before = Set.copyOf(cluster.logLines());
        Thread.sleep(IDLE_SECONDS * 1_000L);
        List<String> lines = new ArrayList<>(cluster.logLines());
        lines.removeAll(before);
        lines.removeIf(line -> OF_A_CHECKPOINT.matcher(line).find());
        assertThat(lines).hasSizeLessThanOrEqualTo(MOST_LINES_A_MINUTE * IDLE_SECONDS / 60);
    }

    /** Class loaders go when the collector finds them; the classes of two submissions may be loaded meanwhile. */
    private static void assertNothingStays(FlinkCluster cluster) throws Exception {
        List<Process> processes = new ArrayList<>(cluster.taskManagers());
        processes.add(cluster.jobManager());
        for (Process process : processes) {
            cluster.await(
                    "two class loaders of submissions at the most",
                    () -> Residue.of(process).loaders() <= 2);
        }
    }
}
