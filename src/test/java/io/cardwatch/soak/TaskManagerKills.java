package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.EventTime;
import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.delivery.ArchivedRows;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Payments and verdicts stream through the job, some twice and among records that cannot be used, while TaskManagers are
 * terminated at moments that the seed decides: each time after a checkpoint is complete and later rows are written. With
 * every second one the online store dies, too, and comes back empty.
 */
final class TaskManagerKills {
    private static final String PREDICTIONS = "predictions";
    private static final JsonMapper JSON = new JsonMapper();
    /** TaskManagers that hold the job, of one slot each. */
    static final int TASK_MANAGERS = 2;

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
    private static final int MOST_UNCHECKPOINTED = 100;
    private static final int POLL_MILLIS = 20;

    private final PaymentStory story;
    private final JobOnKinesis kinesis;
    private final ObservedJob job;
    private final OwnRedis redis;
    private final Random random;
    private final LiveFeed feed;
    /** Those that hold the job, by their number in the cluster; one more stands by. */
    private final Deque<Integer> taskManagers = new ArrayDeque<>(List.of(0, 1));

    private int terminated;
    /** When the checkpoint was completed that the job was restored from last. */
    private long restoredMillis = Long.MAX_VALUE;

    private TaskManagerKills(PaymentStory story, JobOnKinesis kinesis, ObservedJob job, OwnRedis redis, Random random) {
        this.story = story;
        this.kinesis = kinesis;
        this.job = job;
        this.redis = redis;
        this.random = random;
        feed = new LiveFeed(kinesis, story);
    }

    /** Runs on a cluster of two TaskManagers of a slot each; what is wrong besides the rows fails it. */
    static Outcome survive(
            MiniCluster cluster, Path checkpoints, WarehouseDialect dialect, int payments, int kills, long seed)
            throws Exception {
        PaymentStory story = new PaymentStory(seed, payments);
        try (JobOnKinesis kinesis = new JobOnKinesis(4, 2, dialect);
                OwnRedis redis = new OwnRedis(Files.createDirectories(checkpoints.resolve("redis")))) {
            kinesis.loadCustomers(story.customers);
            kinesis.kinesis().createStream(PREDICTIONS, 2);
            Path archive = checkpoints.resolve("archive");
            // As in production, with windows that wait in the shipped cache for the next checkpoint.
            Configuration configuration = Restarts.always(checkpoints, CHECKPOINT_INTERVAL)
                    .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
                    .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true)
                    .set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, CHECKPOINT_INTERVAL);
            // The writers' batches wait long enough that one is lost with a TaskManager, unless a checkpoint wrote it.
            ObservedJob job = new ObservedJob(
                    cluster,
                    kinesis.start(
                            configuration,
                            "--source.poll-interval=20ms",
                            "--warehouse.flush-interval=300ms",
                            "--warehouse.dialect=" + dialect.name().toLowerCase(Locale.ROOT),
                            "--predictions.stream=" + PREDICTIONS,
                            "--archive.path=" + archive.toUri(),
                            "--archive.rollover=2s",
                            "--warehouse.fraud-by-minute=true",
                            "--online.url=" + redis.url()));
            TaskManagerKills run = new TaskManagerKills(story, kinesis, job, redis, new Random(seed));
            run.sendAndKill(kills);
            kinesis.awaitAll(job.client, payments + story.labels.size());
            new PublishedWindowsOf(story, redis).awaitEqual(job.client);
            run.awaitArchived(archive);
            JobOnKinesis.stopWithSavepoint(job.client, checkpoints);
            int restarts = job.restarts();
            assertThat(restarts).as("restarts").isEqualTo(run.terminated);
            kinesis.assertDeadLetters();
            kinesis.assertContacts();
            run.assertDelivered(archive);
            run.assertMinutes();
            return new Outcome(Reckoning.of(kinesis.warehouse(), story.expectedFeatures()), run.terminated, restarts);
        }
    }

    /** Rows of a file that is younger than archive.rollover when the job stops are seen only after it has started again. */
    private void awaitArchived(Path archive) throws Exception {
        while (archived(archive) < story.transactions.size()) {
            JobOnKinesis.requireAlive(job.client);
            Thread.sleep(500);
        }
    }

    private static int archived(Path archive) throws IOException {
        return ArchivedRows.read(archive.resolve("predictions")).size();
    }

    /** Each prediction is once in the archive, and at least once in the stream. */
    private void assertDelivered(Path archive) throws Exception {
        Set<String> expected =
                story.transactions.stream().map(PaymentStory::name).collect(Collectors.toSet());
        List<String> archived = ArchivedRows.read(archive.resolve("predictions")).stream()
                .map(row -> name(row.json()))
                .toList();
        assertThat(archived).hasSameSizeAs(expected);
        assertThat(Set.copyOf(archived)).isEqualTo(expected);
        Set<String> streamed = new HashSet<>();
        for (Record record : kinesis.kinesis().records(PREDICTIONS)) {
            streamed.add(name(JSON.readTree(record.data().asByteArray())));
        }
        assertThat(streamed).isEqualTo(expected);
    }

    /** The minutes are those of the predictions; of the newest the watermark may not have seen the end. */
    private void assertMinutes() throws Exception {
        String minutes = "SELECT date_trunc('minute', tx_datetime) AS tx_minute, count(*) AS payments,"
                + " sum(fraud_prediction) AS alerts, sum(tx_amount) AS tx_amount,"
                + " sum(tx_amount * fraud_prediction) AS alert_amount FROM cust_payment_tx_fraud_predictions GROUP BY 1";
        String told = "SELECT tx_minute, payments, alerts, tx_amount, alert_amount FROM fraud_by_minute";
        assertThat(kinesis.number("SELECT count(*) FROM (" + told + " EXCEPT " + minutes + ") AS wrong"))
                .as("minutes that are not the predictions'")
                .isZero();
        assertThat(kinesis.number("SELECT count(*) FROM (" + minutes + " EXCEPT " + told + ") AS missing"
                        + " WHERE tx_minute < (SELECT max(tx_datetime) - interval '1 hour'"
                        + " FROM cust_payment_tx_fraud_predictions)"))
                .as("minutes that are missing")
                .isZero();
        assertThat(kinesis.number("SELECT count(*) FROM fraud_by_minute")).isPositive();
    }

    private static String name(JsonNode row) {
        return row.get("customer_id").longValue() + " "
                + row.get("transaction_id").longValue() + " "
                + EventTime.parse(row.get("tx_datetime").textValue());
    }

    private void sendAndKill(int kills) throws Exception {
        job.awaitRunning(terminated);
        job.cluster.startTaskManager();
        int killed = 0;
        long killAt = killAt(killed, kills);
        int uncheckpointed = 1 + random.nextInt(MOST_UNCHECKPOINTED);
        while (!feed.isDone() || killed < kills) {
            if (!feed.sendNext()) {
                if (feed.isDone() && killed < kills) {
                    assertThat(kinesis.predictions())
                            .as("payments written with %d kills to come", kills - killed)
                            .isLessThan(story.transactions.size());
                }
                JobOnKinesis.requireAlive(job.client);
                Thread.sleep(POLL_MILLIS);
            }
            if (killed < kills && feed.sent() >= killAt && isDue(uncheckpointed) && kill()) {
                killed++;
                killAt = killAt(killed, kills);
                uncheckpointed = 1 + random.nextInt(MOST_UNCHECKPOINTED);
            }
        }
    }

    /** Whether there is a checkpoint since the last restart, and so many later rows. */
    private boolean isDue(int uncheckpointed) throws Exception {
        long checkpoint = job.latestCheckpointMillis();
        return checkpoint != restoredMillis && written(checkpoint, Long.MAX_VALUE) >= uncheckpointed;
    }

    /** Sent payments from which on a kill is due: somewhere in the kill's own part of the story. */
    private long killAt(int kill, int kills) {
        return (long) ((kill + 0.8 * random.nextDouble()) / (kills + 1) * story.transactions.size());
    }

    /** False when a checkpoint came in between, and the kill cost no row that was written after it. */
    private boolean kill() throws Exception {
        long before = restoredMillis;
        int victim = random.nextInt(TASK_MANAGERS);
        if (victim > 0) {
            taskManagers.add(taskManagers.remove());
        }
        long written = System.currentTimeMillis();
        job.cluster.terminateTaskManager(taskManagers.remove()).get();
        terminated++;
        if (terminated % 2 == 0) {
            redis.kill();
            redis.start();
        }
        taskManagers.add(TASK_MANAGERS - 1 + terminated);
        job.awaitRunning(terminated);
        job.cluster.startTaskManager();
        restoredMillis = job.restoredCheckpointMillis();
        return restoredMillis != before && written(restoredMillis, written) > 0;
    }

    /**
     * Rows that were scored after one moment and up to another, UTC epoch milliseconds. A checkpoint has all that was
     * scored before its barrier came to the score, and so nothing that was scored after it was complete.
     */
    private long written(long afterMillis, long untilMillis) throws SQLException {
        // The feed told only these since, and there is an index: a checkpoint is not to come before the answer.
        long since = story.transactions.get(feed.sent() - 1).epochSecond - 2 * Events.DAY;
        return kinesis.number("SELECT count(*) FROM cust_payment_tx_fraud_predictions"
                + " WHERE tx_datetime >= to_timestamp(" + since + ") AT TIME ZONE 'UTC'"
                + " AND extract(epoch FROM scored_at) * 1000 > " + afterMillis
                + " AND extract(epoch FROM scored_at) * 1000 <= " + untilMillis);
    }

    /** What is left to judge, and how it came to it. */
    record Outcome(Reckoning rows, int kills, int restarts) {}
}
