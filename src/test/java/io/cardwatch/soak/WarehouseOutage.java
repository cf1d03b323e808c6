package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.CommitCuttingProxy;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.flink.core.execution.JobClient;

/**
 * Payments and verdicts stream through the job into a warehouse that loses connections between COMMIT and answer, is
 * killed in the middle of a batch and between COMMIT and answer, and comes back. The job may not even restart.
 */
final class WarehouseOutage {
    /** Commits whose answer gets lost, before the outage and again after it. */
    static final int CUTS = 5;

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(500);
    private static final int POLL_MILLIS = 20;
    /**
     * Connections that the job keeps with the shipped settings: one for each of the two writers of predictions, one for
     * labels and one for dead letters. On PostgreSQL one more reads what is in force, and another writes
     * alerts once there are some.
     */
    private static final long WRITERS = 4;

    private static final Duration MOST_UNTIL_CLOSED = Duration.ofSeconds(30);
    private static final String OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cardwatch'";
    /** {@code customer_info} is read over a connection of its own, which a busy machine keeps for most of a second. */
    private static final String WRITING = OPEN + " AND query NOT LIKE '%customer_info%'";

    private static final String WHAT_IS_OPEN = "SELECT string_agg(state || ' ' || query, E'\\n') FROM pg_stat_activity"
            + " WHERE application_name = 'cardwatch'";

    private static final String STOPPED = OPEN + " AND wait_event_type = 'Lock' AND wait_event = 'advisory'";
    private static final int LOCK = 1;
    /** A batch is sorted by customer: the median one's payment is in the middle. */
    private static final int MOST_IN_A_BATCH = 500;

    private final OwnPostgres server;
    private final CommitCuttingProxy proxy;
    private final JobOnKinesis kinesis;
    private final PaymentStory story;
    private final LiveFeed feed;
    private JobClient job;

    private WarehouseOutage(OwnPostgres server, CommitCuttingProxy proxy, JobOnKinesis kinesis, PaymentStory story) {
        this.server = server;
        this.proxy = proxy;
        this.kinesis = kinesis;
        this.story = story;
        feed = new LiveFeed(kinesis, story);
    }

    /** Takes the warehouse away for {@code down}, on the cluster of the test; what is wrong besides the rows fails it. */
    static Reckoning survive(Path directory, WarehouseDialect dialect, int payments, Duration down, long seed)
            throws Exception {
        PaymentStory story = new PaymentStory(seed, payments);
        try (OwnPostgres server = new OwnPostgres(directory.resolve("postgres"), dialect);
                CommitCuttingProxy proxy = new CommitCuttingProxy(server.port());
                JobOnKinesis kinesis = new JobOnKinesis(
                        4, 2, server.url(), "jdbc:postgresql://localhost:" + proxy.port() + "/postgres")) {
            kinesis.loadCustomers(story.customers);
            new WarehouseOutage(server, proxy, kinesis, story).run(directory.resolve("checkpoints"), dialect, down);
            return Reckoning.of(kinesis.warehouse(), story.expectedFeatures());
        }
    }

    private void run(Path checkpoints, WarehouseDialect dialect, Duration down) throws Exception {
        int payments = story.transactions.size();
        // Customers are read often enough to miss the warehouse as well.
        job = kinesis.start(
                Restarts.none(checkpoints, CHECKPOINT_INTERVAL),
                "--customers.refresh-interval=1s",
                "--warehouse.dialect=" + dialect.name().toLowerCase(Locale.ROOT));
        feed.sendUntil(payments / 5, job);
        loseAnswers(2 * payments / 5);
        awaitConnections(dialect);
        killInTheMiddleOfABatch();
        Thread.sleep(down.toMillis());
        server.start();
        kinesis.reconnect();
        feed.sendUntil(3 * payments / 5, job);
        loseAnswers(4 * payments / 5);
        killBehindACommit();
        server.start();
        kinesis.reconnect();
        feed.sendUntil(payments, job);
        kinesis.awaitAll(job, payments + story.labels.size());
        awaitConnections(dialect);
        JobOnKinesis.stopWithSavepoint(job, checkpoints);
        kinesis.assertDeadLetters();
        kinesis.assertContacts();
    }

    /** Sends on until so many payments are sent, and some of the COMMITs that write them are not answered. */
    private void loseAnswers(int payments) throws Exception {
        int before = proxy.cuts();
        proxy.cutAfter(CUTS);
        feed.sendUntil(payments, job);
        feed.awaitWritten(job);
        assertThat(proxy.cuts()).as("answers to COMMITs lost").isEqualTo(before + CUTS);
    }

    /** The connections that were cut are noticed by the server one after the other. */
    private void awaitConnections(WarehouseDialect dialect) throws Exception {
        boolean hasAlerts = dialect == WarehouseDialect.POSTGRESQL;
        List<Long> kept = hasAlerts ? List.of(WRITERS + 1, WRITERS + 2) : List.of(WRITERS);
        Instant end = Instant.now().plus(MOST_UNTIL_CLOSED);
        long open = kinesis.number(WRITING);
        // Asked once more after the loop, it might see a reader of customers that has not asked yet.
        while (!kept.contains(open) && Instant.now().isBefore(end)) {
            Thread.sleep(POLL_MILLIS);
            open = kinesis.number(WRITING);
        }
        assertThat(open)
                .as("open connections, of them%n%s", kinesis.text(WHAT_IS_OPEN))
                .isIn(kept);
    }

    /** Some of a batch's rows are inserted, and one waits for a lock, when the server is killed. */
    private void killInTheMiddleOfABatch() throws Exception {
        try (Connection holder = server.connect();
                Statement statement = holder.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
            stopAt(statement, payment());
            while (kinesis.number(STOPPED) == 0) {
                JobOnKinesis.requireAlive(job);
                if (!feed.sendNext()) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
            server.kill();
        }
    }

    /** What it has committed it finds again when it starts; its client was not told. */
    private void killBehindACommit() throws Exception {
        int before = proxy.cuts();
        proxy.silenceNext();
        while (proxy.cuts() == before) {
            JobOnKinesis.requireAlive(job);
            if (!feed.sendNext()) {
                Thread.sleep(POLL_MILLIS);
            }
        }
        server.kill();
    }

    private static void stopAt(Statement statement, Transaction payment) throws SQLException {
        statement.execute("CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(" + LOCK + "); RETURN NEW; END $$");
        statement.execute("CREATE TRIGGER stop BEFORE INSERT ON cust_payment_tx_fraud_predictions FOR EACH ROW"
                + " WHEN (NEW.transaction_id = " + payment.transactionId + ") EXECUTE FUNCTION wait_for_lock()");
    }

    private Transaction payment() {
        return story.transactions.subList(feed.sent(), feed.sent() + MOST_IN_A_BATCH).stream()
                .sorted(Comparator.comparingLong(payment -> payment.customerId))
                .skip(MOST_IN_A_BATCH / 2)
                .findFirst()
                .orElseThrow();
    }
}
