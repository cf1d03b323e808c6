package io.cardwatch.soak;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job is stopped with a savepoint while payments come, and started again in another width, ten times. Without the
 * savepoint it would begin with what comes later.
 */
@Tag("soak")
class StopsSoak {
    private static final int PAYMENTS = 50_000;
    private static final int STOPS = 10;
    private static final int[] WIDTHS = {2, 4, 1};
    private static final String LATEST = "--source.initial-position=LATEST";

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(4)
            .build());

    @TempDir
    Path directory;

    @Test
    @Timeout(1_200)
    void tenStopsWithASavepoint_loseDoubleAndChangeNoRow(TestInfo test) throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("StopsSoak");
        PaymentStory story = new PaymentStory(seed, PAYMENTS);
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2)) {
            LiveFeed feed = new LiveFeed(kinesis, story);
            JobClient job = kinesis.start(configuration(0), LATEST);
            for (int stop = 1; stop <= STOPS; stop++) {
                feed.sendUntil(PAYMENTS / (STOPS + 1) * stop, job);
                String savepoint = JobOnKinesis.stopWithSavepoint(job, directory);
                job = kinesis.start(configuration(stop).set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint), LATEST);
            }
            feed.sendUntil(PAYMENTS, job);
            kinesis.awaitAll(job, PAYMENTS + story.labels.size());
            JobOnKinesis.stopWithSavepoint(job, directory);

            kinesis.assertDeadLetters();
            Reckoning rows = Reckoning.of(kinesis.warehouse(), story.expectedFeatures());
            String injected = PAYMENTS + " payments and " + STOPS + " stops with a savepoint in widths 2 and 4 and 1";
            SoakResult.report(test, String.valueOf(seed), injected, rows, 0, start);
            rows.assertExact();
        }
    }

    private Configuration configuration(int start) {
        return Restarts.none(directory, Duration.ofMillis(500))
                .set(CoreOptions.DEFAULT_PARALLELISM, WIDTHS[start % WIDTHS.length]);
    }
}
