package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import io.cardwatch.testing.Seed;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * The payments' stream goes from two shards to four to three while payments come, and each time a TaskManager is lost
 * right after a shard was read to its end.
 *
 * <p>A shard that follows another may be read before that one is at its end, so customers' features may be of another
 * order for a while, and of two payments of one identity the later might come first: there are none with other content.
 * Terminals' features look back for a week and are what they must be all along.
 */
@Tag("soak")
class ReshardingSoak {
    private static final String STREAM = "payments";
    private static final int PAYMENTS = 20_000;
    private static final int KILLS = 2;
    private static final int MOST_MILLIS_AFTER_THE_END = 500;
    private static final int POLL_MILLIS = 20;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private final long seed = Seed.of("ReshardingSoak");
    private final Random random = new Random(seed);
    private final PaymentStory story = new PaymentStory(seed, PAYMENTS).withoutConflicts();
    private JobOnKinesis kinesis;
    private LiveFeed feed;
    private ObservedJob job;
    private int killed;

    @Test
    @Timeout(1_200)
    void fromTwoShardsToFourToThree_withLossesAfterTheirEnds_losesAndDoublesNothing(
            @InjectMiniCluster MiniCluster cluster, @TempDir Path checkpoints, TestInfo test) throws Exception {
        Instant start = Instant.now();
        try (JobOnKinesis servers = new JobOnKinesis(2, 2)) {
            kinesis = servers;
            feed = new LiveFeed(kinesis, story);
            job = new ObservedJob(cluster, kinesis.start(Restarts.always(checkpoints, Duration.ofSeconds(1))));
            feed.sendUntil(PAYMENTS / 4, job.client);
            split();
            feed.sendUntil(PAYMENTS / 2, job.client);
            mergeTheFirstTwo();
            feed.sendUntil(PAYMENTS * 3 / 4, job.client);
            int settled = feed.sent();
            feed.awaitWritten(job.client);
            feed.sendUntil(PAYMENTS, job.client);
            kinesis.awaitAll(job.client, PAYMENTS + story.labels.size());
            JobOnKinesis.stopWithSavepoint(job.client, checkpoints);

            assertThat(openShards()).hasSize(3);
            kinesis.assertDeadLetters();
            Set<String> sentLater = story.transactions.subList(settled, PAYMENTS).stream()
                    .map(PaymentStory::name)
                    .collect(Collectors.toSet());
            Reckoning rows = Reckoning.of(
                    kinesis.warehouse(),
                    story.expectedFeatures(),
                    (name, feature) -> isTerminals(feature) || sentLater.contains(name));
            SoakResult.report(
                    test,
                    String.valueOf(seed),
                    PAYMENTS + " payments and shards 2 to 4 to 3 and " + KILLS + " TaskManagers killed",
                    rows,
                    job.restarts(),
                    start);
            rows.assertExact();
            assertThat(job.restarts()).isEqualTo(KILLS);
        }
    }

    private static boolean isTerminals(Feature feature) {
        return feature.name().startsWith("TERMINAL");
    }

    private void sendOrWait() throws Exception {
        if (!feed.sendNext()) {
            JobOnKinesis.requireAlive(job.client);
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void split() throws Exception {
        List<Shard> parents = openShards();
        for (Shard shard : parents) {
            BigInteger first = new BigInteger(shard.hashKeyRange().startingHashKey());
            BigInteger last = new BigInteger(shard.hashKeyRange().endingHashKey());
            String middle = first.add(last).shiftRight(1).toString();
            client().splitShard(request ->
                    request.streamName(STREAM).shardToSplit(shard.shardId()).newStartingHashKey(middle));
            awaitActive();
        }
        killAfterTheEndOf(parents.get(0));
    }

    private void mergeTheFirstTwo() throws Exception {
        List<Shard> shards = openShards();
        client().mergeShards(request -> request.streamName(STREAM)
                .shardToMerge(shards.get(0).shardId())
                .adjacentShardToMerge(shards.get(1).shardId()));
        awaitActive();
        killAfterTheEndOf(shards.get(1));
    }

    /** While more is sent: the row of its last payment is there, and a moment later the shard is at its end. */
    private void killAfterTheEndOf(Shard shard) throws Exception {
        String last = kinesis.payments().places().values().stream()
                .map(place -> place.split(" "))
                .filter(place -> place[1].equals(shard.shardId()))
                .map(place -> place[2])
                .max(Comparator.comparing(BigInteger::new))
                .orElseThrow();
        String query = "SELECT count(*) FROM cust_payment_tx_fraud_predictions WHERE shard_id = '" + shard.shardId()
                + "' AND sequence_number = '" + last + "'";
        while (kinesis.number(query) == 0) {
            sendOrWait();
        }
        Thread.sleep(random.nextInt(MOST_MILLIS_AFTER_THE_END));
        job.cluster.startTaskManager();
        job.cluster.terminateTaskManager(killed++).get();
        job.awaitRunning(killed);
    }

    /** Those that take records, by the keys that they take. */
    private List<Shard> openShards() {
        return client().listShards(request -> request.streamName(STREAM)).shards().stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .sorted(Comparator.comparing(
                        shard -> new BigInteger(shard.hashKeyRange().startingHashKey())))
                .toList();
    }

    private void awaitActive() throws InterruptedException {
        while (client().describeStreamSummary(request -> request.streamName(STREAM))
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    private KinesisClient client() {
        return kinesis.kinesis().client();
    }
}
