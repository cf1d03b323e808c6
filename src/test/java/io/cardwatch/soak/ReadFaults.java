package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.FaultyKinesis;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.runtime.minicluster.MiniCluster;

/**
 * Kinesis throttles half of the reads, fails a tenth and stalls some for two seconds, while payments come; the job has
 * the shipped settings, and is not restarted once.
 */
final class ReadFaults {
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
    private static final int POLL_MILLIS = 20;
    /** What a spell must have seen to count, in proportion to what it saw at the least in two minutes: far more. */
    private static final int LEAST_THROTTLED = 20;

    private ReadFaults() {}

    /** Spreads a story of so many payments over {@code spell}, all of which is faulty. */
    static Outcome survive(MiniCluster cluster, Path checkpoints, int payments, Duration spell, long seed)
            throws Exception {
        PaymentStory story = new PaymentStory(seed, payments);
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2);
                FaultyKinesis proxy = new FaultyKinesis(kinesis.kinesis().endpoint(), seed)) {
            ObservedJob job = new ObservedJob(
                    cluster, kinesis.startThrough(proxy.endpoint(), Restarts.always(checkpoints, CHECKPOINT_INTERVAL)));
            LiveFeed feed = new LiveFeed(kinesis, story);
            proxy.failReads(true);
            Instant start = Instant.now();
            Instant end = start.plus(spell);
            while (Instant.now().isBefore(end) || !feed.isDone()) {
                Duration due = spell.multipliedBy(feed.sent()).dividedBy(payments);
                if (Instant.now().isBefore(start.plus(due)) || !feed.sendNext()) {
                    JobOnKinesis.requireAlive(job.client);
                    Thread.sleep(POLL_MILLIS);
                }
                proxy.failReads(Instant.now().isBefore(end));
            }
            kinesis.awaitAll(job.client, payments + story.labels.size());
            JobOnKinesis.stopWithSavepoint(job.client, checkpoints);
            assertThat(job.restarts()).isZero();
            assertThat(proxy.throttledReads()).isGreaterThan(LEAST_THROTTLED);
            assertThat(proxy.failedReads()).isPositive();
            assertThat(proxy.stalledReads()).isPositive();
            kinesis.assertDeadLetters();
            return new Outcome(
                    Reckoning.of(kinesis.warehouse(), story.expectedFeatures()),
                    proxy.throttledReads() + " reads throttled and " + proxy.failedReads() + " failed and "
                            + proxy.stalledReads() + " stalled",
                    job.restarts());
        }
    }

    /** What is left to judge, and what was injected. */
    record Outcome(Reckoning rows, String injected, int restarts) {}
}
