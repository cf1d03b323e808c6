package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Ninety days of payments: the job's whole state at their end is hardly larger than half way. */
@Tag("soak")
class StateSizeSoak {
    private static final int DAYS = 90;
    private static final int PAYMENTS = 90_000;
    private static final double MOST_GROWTH = 1.1;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    @Timeout(1_200)
    void stateAfterNinetyDaysIsAsLargeAsAfterFortyFive(@TempDir Path directory, TestInfo test) throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("StateSizeSoak");
        PaymentStory story = new PaymentStory(seed, PAYMENTS, DAYS);
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2)) {
            JobClient job = kinesis.start(Restarts.none(directory, Duration.ofSeconds(10)));
            LiveFeed feed = new LiveFeed(kinesis, story);
            feed.sendUntil(PAYMENTS / 2, job);
            feed.awaitWritten(job);
            long halfWay = size(savepoint(job, directory));
            feed.sendUntil(PAYMENTS, job);
            kinesis.awaitAll(job, PAYMENTS + story.labels.size());
            long atTheEnd = size(JobOnKinesis.stopWithSavepoint(job, directory));

            kinesis.assertDeadLetters();
            Reckoning rows = Reckoning.of(kinesis.warehouse(), story.expectedFeatures());
            SoakResult.report(
                    test,
                    String.valueOf(seed),
                    PAYMENTS + " payments of " + DAYS + " days; savepoint of " + (halfWay >> 10)
                            + " KiB after half of them and " + (atTheEnd >> 10) + " KiB after all",
                    rows,
                    0,
                    start);
            rows.assertExact();
            assertThat((double) atTheEnd).isLessThanOrEqualTo(MOST_GROWTH * halfWay);
        }
    }

    private static String savepoint(JobClient job, Path directory) throws Exception {
        return job.triggerSavepoint(directory.toUri().toString(), SavepointFormatType.CANONICAL)
                .get();
    }

    /** All bytes of a savepoint. */
    private static long size(String savepoint) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(Path.of(URI.create(savepoint)))) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
