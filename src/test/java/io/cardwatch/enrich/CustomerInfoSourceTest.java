package io.cardwatch.enrich;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.UserCodeClassLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drives the reader as a task would, against a real PostgreSQL. */
@Timeout(600)
class CustomerInfoSourceTest {
    private static final Duration REFRESH_INTERVAL = Duration.ofMillis(20);
    private static final Duration RETRY_TIMEOUT = Duration.ofMillis(500);
    private static final String ALL_READ = "all read";

    private String url;
    private CountedConnections connections;
    private Task task;

    @BeforeEach
    void createDatabase() throws SQLException {
        useDatabase(Postgres.freshDatabase());
    }

    @AfterEach
    void closeTask() throws Exception {
        if (task != null) {
            task.close();
        }
    }

    @Test
    void theFirstFullReadingSendsEveryCustomer_thenTheWatermark() throws Exception {
        insert(20_000); // two whole pages
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.sent).hasSize(20_001).last().isEqualTo(ALL_READ);
        assertThat(Set.copyOf(task.sent))
                .hasSize(20_001)
                .contains("1=Name1", "10000=Name10000", "10001=Name10001", "20000=Name20000");
    }

    @Test
    void everyColumnArrives_nullsIncluded() throws Exception {
        sql("INSERT INTO customer_info VALUES (9, 'Baker', 'ann@example.org', 'Ann', '555-1', 'Zürich', 'ZH'),"
                + " (10, NULL, NULL, NULL, NULL, NULL, NULL)");
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.customers)
                .containsExactlyInAnyOrder(
                        new Customer(9, "Baker", "ann@example.org", "Ann", "555-1", "Zürich", "ZH"),
                        new Customer(10, null, null, null, null, null, null));
    }

    @Test
    void anEmptyTableIsAFullReadingToo() throws Exception {
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.sent).containsExactly(ALL_READ);
    }

    @Test
    void aRefreshSendsWhatChangedCameOrWent_andNothingElse() throws Exception {
        insert(3_000);
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));
        task.sent.clear();
        task.runThroughTwoReadings();
        assertThat(task.sent).isEmpty();

        sql("UPDATE customer_info SET full_name = 'Ann' WHERE customer_id = 7;"
                + "INSERT INTO customer_info (customer_id, full_name) VALUES (5000, 'Bob');"
                + "DELETE FROM customer_info WHERE customer_id BETWEEN 101 AND 1600");
        task.runThroughTwoReadings();

        assertThat(task.sent)
                .hasSize(1_502)
                .doesNotHaveDuplicates()
                .contains("7=Ann", "5000=Bob", "101 vanished", "1600 vanished");
        task.sent.clear();
        task.runThroughTwoReadings();
        assertThat(task.sent).isEmpty();
    }

    @Test
    void aCustomerThatComesBackIsSentAgain() throws Exception {
        insert(1);
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));
        sql("DELETE FROM customer_info");
        task.runUntil(() -> task.sent.contains("1 vanished"));
        insert(1);
        task.runUntil(() -> task.sent.size() == 4);

        assertThat(task.sent).containsExactly("1=Name1", ALL_READ, "1 vanished", "1=Name1");
    }

    @Test
    void aRestoredReaderSendsOnlyWhatHappenedMeanwhile_andOpensTheGateAtOnce() throws Exception {
        insert(2_500);
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));
        byte[] checkpoint = task.checkpoint();
        task.close();
        sql("DELETE FROM customer_info WHERE customer_id = 3;"
                + "UPDATE customer_info SET city = 'Bern' WHERE customer_id = 4");

        restore(checkpoint);
        task.runThroughTwoReadings();

        assertThat(task.sent).containsExactly(ALL_READ, "4=Name4", "3 vanished");
    }

    @Test
    void aReaderRestoredInTheMiddleOfItsFirstReadingSendsEachCustomerOnce() throws Exception {
        insert(2_500);
        start();
        task.runUntil(() -> !task.sent.isEmpty());
        List<String> before = List.copyOf(task.sent);
        byte[] checkpoint = task.checkpoint();
        task.close();
        assertThat(before).hasSizeLessThan(2_500);

        restore(checkpoint);
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.sent).last().isEqualTo(ALL_READ);
        assertThat(Stream.concat(before.stream(), task.sent.stream()))
                .hasSize(2_501)
                .doesNotHaveDuplicates();
    }

    @Test
    void aServerThatRestartsDuringARefreshIsSurvived_andTheCustomersStay(@TempDir Path data) throws Exception {
        OwnPostgres server = new OwnPostgres(data.resolve("pgdata"));
        useDatabase(server.url());
        insert(2_500);
        start();
        task.runUntil(() -> task.sent.contains(ALL_READ));
        task.sent.clear();
        try (Connection locked = lockTable()) {
            awaitBlockedReading();
            server.stop();
            assertThat(locked.isValid(1)).isFalse();
        }
        int attempts = connections.attempts.get();
        task.runUntil(() -> connections.attempts.get() > attempts + 1);
        server.start();
        try {
            sql("UPDATE customer_info SET full_name = 'Ann' WHERE customer_id = 7");
            task.runUntil(() -> !task.sent.isEmpty());
            task.runThroughTwoReadings();
            assertThat(task.sent).containsExactly("7=Ann");
        } finally {
            task.close();
            server.close();
        }
    }

    @Test
    void aFirstReadingWaitsForTheTable() throws Exception {
        sql("DROP TABLE customer_info CASCADE");
        start("public", Duration.ofMinutes(1));
        task.runUntil(() -> connections.attempts.get() > 10);
        sql("CREATE TABLE customer_info AS SELECT 1 AS customer_id, 'Ann' AS full_name, '' AS job_title,"
                + " '' AS email_address, '' AS phone_number, '' AS city, '' AS state");
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.sent).containsExactly("1=Ann", ALL_READ);
    }

    @Test
    void aRowThatIsAtFaultIsNotQuoted() throws Exception {
        sql(
                "DROP TABLE customer_info CASCADE; CREATE VIEW customer_info AS SELECT 'Ann'::text::bigint AS customer_id,"
                        + " '' AS full_name, '' AS job_title, '' AS email_address, '' AS phone_number, '' AS city, '' AS state");
        start();

        assertThatThrownBy(() -> task.runUntil(() -> false))
                .hasStackTraceContaining("SQLSTATE 22P02")
                .extracting(ExceptionUtils::stringifyException, as(STRING))
                .doesNotContain("Ann");
    }

    @Test
    void aFirstReadingThatFailsAgainAndAgainFailsTheJobWithCauseAndRemedy() throws Exception {
        sql("DROP TABLE customer_info CASCADE");
        start();

        assertThatThrownBy(() -> task.runUntil(() -> false))
                .cause()
                .isInstanceOfSatisfying(BadInputException.class, failure -> {
                    assertThat(failure).hasMessageContaining("\"public.customer_info\" does not exist");
                    assertThat(failure.remedy()).contains("user and schema");
                });
        assertThat(connections.attempts.get()).isGreaterThan(2);
    }

    @Test
    void aReadingThatWaitsForALockHoldsUpNeitherCheckpointsNorClosing() throws Exception {
        insert(10);
        try (Connection locked = lockTable()) {
            start();
            awaitBlockedReading();
            task.poll();
            assertThat(task.checkpoint()).hasSize(1);

            task.close();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("customer-info-reading");
            locked.rollback();
        }
    }

    @Test
    void aSchemaIsQuoted() throws Exception {
        sql(
                "CREATE SCHEMA \"odd \"\" name\"; CREATE TABLE \"odd \"\" name\".customer_info AS TABLE customer_info;"
                        + "INSERT INTO \"odd \"\" name\".customer_info (customer_id, full_name) VALUES (1, 'Ann'), (NULL, 'Bob')");
        start("odd \" name");
        task.runUntil(() -> task.sent.contains(ALL_READ));

        assertThat(task.sent).containsExactly("1=Ann", ALL_READ);
    }

    @Test
    void aParallelismAboveOneIsRefused() {
        CustomerInfoSource source = new CustomerInfoSource(connections, "public", REFRESH_INTERVAL, RETRY_TIMEOUT);

        assertThatThrownBy(() -> source.createReader(new Context(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("parallelism of 1");
    }

    private void useDatabase(String databaseUrl) {
        url = databaseUrl;
        connections = new CountedConnections(databaseUrl);
    }

    private void start() {
        start("public");
    }

    private void start(String schema) {
        start(schema, RETRY_TIMEOUT);
    }

    private void start(String schema, Duration retryTimeout) {
        CustomerInfoSource source = new CustomerInfoSource(connections, schema, REFRESH_INTERVAL, retryTimeout);
        task = new Task(source.createReader(new Context(1)), source.getSplitSerializer());
        task.reader.start();
    }

    private void restore(byte[] checkpoint) throws IOException {
        CustomerInfoSource source = new CustomerInfoSource(connections, "public", REFRESH_INTERVAL, RETRY_TIMEOUT);
        task = new Task(source.createReader(new Context(1)), source.getSplitSerializer());
        task.reader.addSplits(List.of(task.serializer.deserialize(task.serializer.getVersion(), checkpoint)));
        task.reader.start();
    }

    private void insert(int customers) throws SQLException {
        sql("INSERT INTO customer_info (customer_id, full_name) SELECT id, 'Name' || id FROM generate_series(1, "
                + customers + ") id");
    }

    private void sql(String statements) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    /**
     * Locks the table. A reading that is under way holds a lock itself until the task has taken its steps, of which only a
     * few wait: so the task goes on meanwhile.
     */
    private Connection lockTable() throws Exception {
        Connection connection = Postgres.connect(url);
        connection.setAutoCommit(false);
        CompletableFuture<Void> lock = CompletableFuture.runAsync(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE customer_info IN ACCESS EXCLUSIVE MODE");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!lock.isDone()) {
            takeStep();
        }
        lock.join();
        return connection;
    }

    private void takeStep() throws Exception {
        if (task != null) {
            task.poll();
        }
        Thread.sleep(10);
    }

    /** Waits for a reading that waits for the lock. The one before may still have steps for the task. */
    private void awaitBlockedReading() throws Exception {
        String blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                + " AND wait_event_type = 'Lock' AND query LIKE 'SELECT%'";
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet rows = statement.executeQuery(blocked)) {
                    if (rows.next()) {
                        return;
                    }
                }
                takeStep();
            }
        }
    }

    /** Calls the reader as its task would, and notes what it sends. */
    private final class Task implements ReaderOutput<CustomerChange> {
        final SourceReader<CustomerChange, KnownCustomers> reader;
        final SimpleVersionedSerializer<KnownCustomers> serializer;
        final List<String> sent = new ArrayList<>();
        final List<Customer> customers = new ArrayList<>();

        Task(
                SourceReader<CustomerChange, KnownCustomers> reader,
                SimpleVersionedSerializer<KnownCustomers> serializer) {
            this.reader = reader;
            this.serializer = serializer;
        }

        InputStatus poll() throws Exception {
            return reader.pollNext(this);
        }

        void runUntil(BooleanSupplier condition) throws Exception {
            while (!condition.getAsBoolean()) {
                if (poll() == InputStatus.NOTHING_AVAILABLE && !condition.getAsBoolean()) {
                    reader.isAvailable().get(60, TimeUnit.SECONDS);
                }
            }
        }

        /** Runs until a reading that began after this call has been taken in. */
        void runThroughTwoReadings() throws Exception {
            int ended = connections.ended.get();
            runUntil(() -> connections.ended.get() >= ended + 3);
            while (poll() == InputStatus.MORE_AVAILABLE) {}
        }

        byte[] checkpoint() throws IOException {
            List<KnownCustomers> state = reader.snapshotState(1);
            assertThat(state).hasSize(1);
            return serializer.serialize(state.get(0));
        }

        void close() throws Exception {
            reader.close();
        }

        @Override
        public void collect(CustomerChange change) {
            if (change.vanished()) {
                sent.add(change.customerId + " vanished");
            } else {
                sent.add(change.customerId + "=" + change.customer.fullName);
                customers.add(change.customer);
            }
        }

        @Override
        public void collect(CustomerChange change, long timestamp) {
            collect(change);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            assertThat(watermark.getTimestamp()).isEqualTo(ContactJoin.ALL_CUSTOMERS_READ);
            sent.add(ALL_READ);
        }

        @Override
        public void markIdle() {
            throw new AssertionError("The source is never idle");
        }

        @Override
        public void markActive() {
            throw new AssertionError("The source is never idle");
        }

        @Override
        public SourceOutput<CustomerChange> createOutputForSplit(String splitId) {
            return this;
        }

        @Override
        public void releaseOutputForSplit(String splitId) {}
    }

    private record Context(int currentParallelism) implements SourceReaderContext {
        @Override
        public SourceReaderMetricGroup metricGroup() {
            return UnregisteredMetricsGroup.createSourceReaderMetricGroup();
        }

        @Override
        public Configuration getConfiguration() {
            return new Configuration();
        }

        @Override
        public String getLocalHostName() {
            return "localhost";
        }

        @Override
        public int getIndexOfSubtask() {
            return 0;
        }

        @Override
        public void sendSplitRequest() {}

        @Override
        public void sendSourceEventToCoordinator(org.apache.flink.api.connector.source.SourceEvent event) {}

        @Override
        public UserCodeClassLoader getUserCodeClassLoader() {
            throw new UnsupportedOperationException();
        }
    }
}
