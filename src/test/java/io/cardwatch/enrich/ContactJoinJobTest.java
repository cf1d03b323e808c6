package io.cardwatch.enrich;

import static io.cardwatch.enrich.Samples.customer;
import static io.cardwatch.enrich.Samples.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Source and join together in a small Flink, with rows that never stop coming. */
@Timeout(600)
class ContactJoinJobTest {
    private static final int CUSTOMERS = 10;
    private static final int ROWS_PER_SECOND = 200;
    private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

    /** Rows that have been sent towards the join, and those that have left it. */
    private static final AtomicLong SENT = new AtomicLong();

    private static final Queue<ScoredTransaction> LEFT = new ConcurrentLinkedQueue<>();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .setConfiguration(METRICS.addToConfiguration(new Configuration()))
            .build());

    private MiniCluster cluster;
    private JobClient job;
    private String url;

    @BeforeEach
    void fillCustomers(@InjectMiniCluster MiniCluster miniCluster) throws SQLException {
        cluster = miniCluster;
        SENT.set(0);
        LEFT.clear();
        url = Postgres.freshDatabase();
        sql("INSERT INTO customer_info (customer_id, full_name) SELECT id, 'Name' || id FROM generate_series(1, "
                + (CUSTOMERS - 1) + ") id");
    }

    @AfterEach
    void cancelJob() throws Exception {
        if (job != null) {
            job.cancel().get();
            CommonTestUtils.waitForJobStatus(job, List.of(JobStatus.CANCELED));
        }
    }

    @Test
    void noRowLeavesBeforeTheFirstFullReading_whileCheckpointsComplete() throws Exception {
        try (Connection locked = lockTable()) {
            start(new Configuration());
            await(() -> SENT.get() > 100);
            // The rows sent so far are before its barriers, so all of them have reached the join when it completes.
            cluster.triggerCheckpoint(job.getJobID()).get();
            assertThat(LEFT).isEmpty();
            locked.rollback();
        }
        await(ContactJoinJobTest::rowsOfAllCustomersHaveLeft);

        assertEachCustomersRowsAreThereOnceInOrder();
        assertThat(LEFT).allSatisfy(ContactJoinJobTest::assertThatItHasItsContact);
        await(() -> unknownCustomers() > 0);
    }

    @Test
    void rowsThatWaitInASavepointLeaveAfterTheRestore(@TempDir Path savepoints) throws Exception {
        String savepoint;
        try (Connection locked = lockTable()) {
            start(new Configuration());
            await(() -> SENT.get() > 100);
            savepoint = stop(savepoints);
            assertThat(LEFT).isEmpty();
            locked.rollback();
        }
        start(from(savepoint));
        await(ContactJoinJobTest::rowsOfAllCustomersHaveLeft);

        assertEachCustomersRowsAreThereOnceInOrder();
    }

    @Test
    void aRestoredJobStartsOpenWithItsCustomers_andNoticesWhoVanishedMeanwhile(@TempDir Path savepoints)
            throws Exception {
        start(new Configuration());
        await(ContactJoinJobTest::rowsOfAllCustomersHaveLeft);
        String savepoint = stop(savepoints);
        sql("DELETE FROM customer_info WHERE customer_id = 1");
        LEFT.clear();
        try (Connection locked = lockTable()) {
            start(from(savepoint));
            await(ContactJoinJobTest::rowsOfAllCustomersHaveLeft);
            assertThat(LEFT).allSatisfy(ContactJoinJobTest::assertThatItHasItsContact);
            locked.rollback();
        }
        await(() -> LEFT.stream().anyMatch(row -> row.transaction.customerId == 1 && row.fullName == null));

        assertThat(LEFT)
                .filteredOn(row -> row.transaction.customerId != 1)
                .allSatisfy(ContactJoinJobTest::assertThatItHasItsContact);
    }

    @Test
    void aBoundedRunNeedsNoGate() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH).setParallelism(2);
        List<ScoredTransaction> rows = new ArrayList<>();
        List<CustomerChange> customers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            rows.add(row(i % CUSTOMERS, i));
        }
        for (int id = 1; id < CUSTOMERS; id++) {
            customers.add(CustomerChange.to(customer(id, "Name" + id)));
        }
        DataStream<ScoredTransaction> timedRows = env.fromData(rows, WireTypes.SCORED_TRANSACTION)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<ScoredTransaction>noWatermarks()
                        .withTimestampAssigner((row, previous) -> row.transaction.epochSecond));
        DataStream<CustomerChange> timedCustomers = env.fromData(customers, WireTypes.CUSTOMER_CHANGE)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<CustomerChange>noWatermarks()
                        .withTimestampAssigner((change, previous) -> Long.MIN_VALUE + 1));
        join(timedRows, timedCustomers, ContactJoin.sorted());
        env.execute();

        assertThat(LEFT).hasSize(1_000).allSatisfy(ContactJoinJobTest::assertThatItHasItsContact);
        assertEachCustomersRowsAreThereOnceInOrder();
    }

    /** Row i is of customer i mod {@link #CUSTOMERS}; customer 0 is in no table. */
    private void start(Configuration configuration) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        env.enableCheckpointing(Duration.ofHours(1).toMillis());
        DataStream<ScoredTransaction> rows = env.fromSource(
                        new DataGeneratorSource<>(
                                i -> row(i % CUSTOMERS, i),
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(ROWS_PER_SECOND),
                                WireTypes.SCORED_TRANSACTION),
                        WatermarkStrategy.noWatermarks(),
                        "rows")
                .setParallelism(1)
                .uid("rows")
                .map(row -> {
                    SENT.incrementAndGet();
                    return row;
                })
                .returns(WireTypes.SCORED_TRANSACTION)
                .setParallelism(1)
                .uid("sent");
        DataStream<CustomerChange> customers = env.fromSource(
                        new CustomerInfoSource(
                                new SimpleJdbcConnectionProvider(
                                        new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                                                .withUrl(url)
                                                .withDriverName("org.postgresql.Driver")
                                                .withUsername(Postgres.USER)
                                                .build()),
                                "public",
                                Duration.ofMillis(100),
                                Duration.ofMinutes(5)),
                        WatermarkStrategy.noWatermarks(),
                        "customers",
                        WireTypes.CUSTOMER_CHANGE)
                .setParallelism(1)
                .uid("customers");
        join(rows, customers, ContactJoin.gated(1_000_000));
        job = env.executeAsync();
        CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
    }

    private static void join(
            DataStream<ScoredTransaction> rows, DataStream<CustomerChange> customers, ContactJoin join) {
        rows.connect(customers)
                .keyBy(row -> row.transaction.customerId, change -> change.customerId)
                .transform("contact-join", WireTypes.SCORED_TRANSACTION, join)
                .uid("contact-join")
                .map(row -> {
                    LEFT.add(row);
                    return row;
                })
                .returns(WireTypes.SCORED_TRANSACTION)
                .uid("left")
                .sinkTo(new DiscardingSink<>())
                .uid("sink");
    }

    /** Of all subtasks. */
    private long unknownCustomers() {
        return METRICS.findMetrics(job.getJobID(), "kinesisanalytics.unknownCustomers").values().stream()
                .mapToLong(counter -> ((Counter) counter).getCount())
                .sum();
    }

    private String stop(Path savepoints) throws Exception {
        return job.stopWithSavepoint(false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                .get();
    }

    private static Configuration from(String savepoint) {
        return new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }

    private static boolean rowsOfAllCustomersHaveLeft() {
        return LEFT.stream().map(row -> row.transaction.customerId).distinct().count() == CUSTOMERS;
    }

    private static void assertThatItHasItsContact(ScoredTransaction row) {
        long customerId = row.transaction.customerId;
        assertThat(row.fullName).isEqualTo(customerId == 0 ? null : "Name" + customerId);
    }

    private static void assertEachCustomersRowsAreThereOnceInOrder() {
        for (long id = 0; id < CUSTOMERS; id++) {
            long customerId = id;
            List<Long> transactions = LEFT.stream()
                    .filter(row -> row.transaction.customerId == customerId)
                    .map(row -> row.transaction.transactionId)
                    .toList();
            List<Long> expected = new ArrayList<>();
            for (long i = 0; i < transactions.size(); i++) {
                expected.add(i * CUSTOMERS + id);
            }
            assertThat(transactions).isNotEmpty().isEqualTo(expected);
        }
    }

    private Connection lockTable() throws SQLException {
        Connection connection = Postgres.connect(url);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE customer_info IN ACCESS EXCLUSIVE MODE");
        }
        return connection;
    }

    private void sql(String statements) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(10);
        }
    }
}
