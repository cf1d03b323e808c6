package io.cardwatch.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.flink.util.function.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink in Flink's own writer operator, against a real PostgreSQL. */
class WarehouseSinkTest {
    private static final WritePolicy PATIENT = new WritePolicy(1000, Duration.ofSeconds(1), Duration.ofMinutes(1));
    private static final WritePolicy IMPATIENT = new WritePolicy(1000, Duration.ofSeconds(1), Duration.ZERO);
    private static final String COUNT = "SELECT count(*) FROM cust_payment_tx_fraud_predictions";
    private static final String OPEN_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity"
            + " WHERE application_name = 'cardwatch' AND datname = current_database()";

    private static final Deque<String> PASSWORDS = new ArrayDeque<>();

    private String url;
    private Connection reader;

    @BeforeEach
    void freshDatabase() throws SQLException {
        url = Postgres.freshDatabase();
        reader = Postgres.connect(url);
    }

    @AfterEach
    void closeReader() throws SQLException {
        reader.close();
    }

    @Test
    void anIdentityTwiceInABatch_isOneRow_andTheFirstStays() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT)) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(1, 1, Rows.NOON, 2000, 0.9));
            sink.checkpoint();
            assertThat(query("SELECT tx_amount FROM cust_payment_tx_stream")).containsExactly("10.00");

            sink.write(Rows.scored(1, 1, Rows.NOON, 3000, 0.9));
            sink.write(Rows.scored(1, 1, Rows.NOON, 4000, 0.9));
            sink.write(Rows.scored(1, 2, Rows.NOON, 5000, 0.9));
            sink.checkpoint();
        }
        assertThat(query("SELECT tx_amount FROM cust_payment_tx_stream ORDER BY transaction_id"))
                .containsExactly("10.00", "50.00");
    }

    @Test
    void theSameIdOfAnotherCustomerOrDay_isAnotherRow() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT)) {
            sink.write(Rows.scored(1, 0, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(2, 0, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(1, 0, Rows.NOON + 86_400, 1000, 0.1));
            sink.checkpoint();
        }
        assertThat(query(COUNT)).containsExactly("3");
    }

    @Test
    void backfillingAgain_refreshesTheHistory() throws Exception {
        try (var sink = open(Tables.history(FeatureSet.REFERENCE), PATIENT)) {
            sink.write(Rows.labelled(1, 1, Rows.NOON, 1000, 0));
            sink.checkpoint();
            sink.write(Rows.labelled(1, 1, Rows.NOON, 1000, 1));
            sink.checkpoint();
        }
        assertThat(query("SELECT tx_fraud FROM cust_payment_tx_history")).containsExactly("1");
    }

    @Test
    void ofTwoVerdictsOfOneSecond_theLaterToArriveHolds() throws Exception {
        FraudLabel genuine = Rows.label(1, 1, Rows.NOON, false, 7);
        FraudLabel fraud = Rows.label(1, 1, Rows.NOON, true, 7);
        FraudLabel earlierFraud = Rows.label(1, 1, Rows.NOON, true, 6);
        try (var predictions = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT);
                var labels = open(Tables.LABELS, PATIENT)) {
            predictions.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            predictions.checkpoint();
            for (FraudLabel label : List.of(fraud, genuine, fraud, earlierFraud)) {
                labels.write(label);
            }
            labels.checkpoint();
        }
        assertThat(query("SELECT count(*) FROM cust_payment_tx_labels")).containsExactly("3");
        assertThat(query("SELECT tx_fraud || ' ' || label_datetime FROM cust_payment_tx_outcomes"))
                .containsExactly("0 2024-03-08 12:00:00");
    }

    @Test
    void aFullBatchIsWrittenAtOnce() throws Exception {
        try (var sink =
                open(Tables.predictions(FeatureSet.REFERENCE), new WritePolicy(2, Duration.ofDays(1), Duration.ZERO))) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            assertThat(query(COUNT)).containsExactly("0");
            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            sink.awaitStored();
            assertThat(query(COUNT)).containsExactly("2");
        }
    }

    @Test
    void whileTheWarehouseIsSlow_rowsAreTaken_andThoseThatWaitedLongEnoughFollowAtOnce() throws Exception {
        try (var sink = open(
                Tables.predictions(FeatureSet.REFERENCE),
                new WritePolicy(2, Duration.ofSeconds(1), Duration.ofMinutes(1)))) {
            sink.setProcessingTime(10_000);
            lock(() -> {
                sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
                sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
                sink.write(Rows.scored(1, 3, Rows.NOON, 1000, 0.1));
                sink.setProcessingTime(12_000);
            });
            sink.awaitStored();
            sink.awaitStored();
            assertThat(query(COUNT)).containsExactly("3");
        }
    }

    @Test
    void closingWhileTheWarehouseIsSlow_doesNotWaitForIt_andLeavesNoConnection() throws Exception {
        var sink =
                open(Tables.predictions(FeatureSet.REFERENCE), new WritePolicy(2, Duration.ofDays(1), Duration.ZERO));
        lock(() -> {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            awaitWaitingForALock();
            sink.close();
        });
        assertOpenConnections(reader, 0);
        assertThat(query(COUNT)).containsExactly("0");
    }

    @Test
    void aRefusedRowFailsTheJob_thoughNoRowFollows() throws Exception {
        try (var sink =
                open(Tables.predictions(FeatureSet.REFERENCE), new WritePolicy(2, Duration.ofDays(1), Duration.ZERO))) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, Double.NaN));
            assertThatThrownBy(sink::awaitStored).hasStackTraceContaining("transaction_id=2");
        }
    }

    @Test
    void aRowWaitsForTheFlushIntervalAtTheMost() throws Exception {
        try (var sink = open(
                Tables.predictions(FeatureSet.REFERENCE),
                new WritePolicy(1000, Duration.ofSeconds(1), Duration.ZERO))) {
            sink.setProcessingTime(10_000);
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.setProcessingTime(10_999);
            assertThat(query(COUNT)).containsExactly("0");
            sink.setProcessingTime(11_000);
            sink.awaitStored();
            assertThat(query(COUNT)).containsExactly("1");

            sink.setProcessingTime(20_000);
            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            sink.setProcessingTime(21_000);
            sink.awaitStored();
            assertThat(query(COUNT)).containsExactly("2");
        }
    }

    @Test
    void nothingIsInMemoryOnly_afterACheckpointAndAtTheEndOfInput() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT)) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.checkpoint();
            assertThat(query(COUNT)).containsExactly("1");

            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            sink.endInput();
            assertThat(query(COUNT)).containsExactly("2");
        }
        assertOpenConnections(reader, 0);
    }

    @Test
    void aRefusedRowFailsTheJob_namesItsKey_andWritesNothingOfItsBatch() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT)) {
            for (int id = 0; id < 100; id++) {
                double probability = id == 63 ? Double.NaN : 0.1;
                sink.write(Rows.scored(7, id, Rows.NOON, 1000, probability));
            }
            assertThatThrownBy(() -> sink.checkpoint())
                    .hasStackTraceContaining("customer_id=7, transaction_id=63, tx_datetime=2024-03-01 12:00:00")
                    .hasStackTraceContaining("23514")
                    .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("Lovelace"));
            assertOpenConnections(reader, 0);
        }
        assertThat(query(COUNT)).containsExactly("0");
    }

    @Test
    void closingAfterAFailedFlush_leavesNoConnection() throws Exception {
        var sink = open(Tables.predictions(FeatureSet.REFERENCE), IMPATIENT);
        sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
        sink.checkpoint();
        assertOpenConnections(reader, 1);
        execute("DROP TABLE cust_payment_tx_fraud_predictions CASCADE");
        sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));

        assertThatThrownBy(sink::endInput).hasStackTraceContaining("42P01");
        sink.close();

        assertOpenConnections(reader, 0);
    }

    @Test
    void aLostConnectionIsMadeAnew() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), PATIENT)) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.checkpoint();
            execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cardwatch'"
                    + " AND datname = current_database()");
            sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            sink.checkpoint();

            assertThat(query(COUNT)).containsExactly("2");
            assertOpenConnections(reader, 1);
        }
    }

    @Test
    void aStatementThatWasCancelled_isSentAgain() throws Exception {
        try (var sink = open(
                Tables.predictions(FeatureSet.REFERENCE),
                new WritePolicy(2, Duration.ofDays(1), Duration.ofMinutes(1)))) {
            lock(() -> {
                sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
                sink.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
                awaitWaitingForALock();
                execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'cardwatch'"
                        + " AND datname = current_database()");
            });
            sink.awaitStored();
            assertThat(query(COUNT)).containsExactly("2");
        }
    }

    @Test
    void statementsThatWaitForALock_endOnTheServer_beforeTheyAreSentAgain() throws Exception {
        WarehouseConnection warehouse =
                new WarehouseConnection(url + "?socketTimeout=1", Postgres.USER, () -> "", "public");
        try (CapturedLog log = new CapturedLog();
                var sink = open(
                        Tables.predictions(FeatureSet.REFERENCE),
                        warehouse,
                        new WritePolicy(1, Duration.ofDays(1), Duration.ofMinutes(1)))) {
            lock(() -> {
                sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
                while (log.text().split("will be written again", -1).length <= 3) {
                    Thread.sleep(20);
                }
                // The reader, within its transaction, sees the connections that there were at its beginning.
                try (Connection observer = Postgres.connect(url)) {
                    assertOpenConnections(observer, 1);
                }
            });
            sink.awaitStored();
            assertThat(log.text()).contains(": 57014");
            assertThat(query(COUNT)).containsExactly("1");
        }
    }

    @Test
    void aLimitOfStatements_thatTheServerHasForUs_stays() throws Exception {
        WarehouseConnection warehouse = new WarehouseConnection(url, Postgres.USER, () -> "", "public");
        execute("ALTER ROLE CURRENT_USER SET statement_timeout = '30s'");
        try (Connection connection = warehouse.open()) {
            assertThat(WarehouseTablesTest.strings(connection, "SHOW statement_timeout"))
                    .containsExactly("30s");
        } finally {
            execute("ALTER ROLE CURRENT_USER RESET statement_timeout");
        }
        try (Connection connection = warehouse.open()) {
            assertThat(WarehouseTablesTest.strings(connection, "SHOW statement_timeout"))
                    .containsExactly("50s");
        }
    }

    @Test
    void aWarehouseThatStaysAway_failsTheJobAfterTheRetryTimeout() throws Exception {
        try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), IMPATIENT)) {
            execute("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on");
            try {
                sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
                assertThatThrownBy(() -> sink.checkpoint())
                        .hasStackTraceContaining("warehouse.retry-timeout")
                        .hasStackTraceContaining("25006");
            } finally {
                execute("ALTER ROLE CURRENT_USER RESET default_transaction_read_only");
            }
        }
    }

    @Test
    void aRestartOfTheServerLosesAndDoublesNothing(@TempDir Path data) throws Exception {
        try (OwnPostgres server = new OwnPostgres(data)) {
            url = server.url();
            try (var sink = open(
                    Tables.predictions(FeatureSet.REFERENCE),
                    new WritePolicy(50, Duration.ofDays(1), Duration.ofMinutes(1)))) {
                for (int id = 0; id < 120; id++) {
                    sink.write(Rows.scored(1, id, Rows.NOON, 1000, 0.1));
                }
                server.stop();
                Future<?> restart = inBackground(() -> {
                    Thread.sleep(1000);
                    server.start();
                    return null;
                });
                for (int id = 120; id < 200; id++) {
                    sink.write(Rows.scored(1, id, Rows.NOON, 1000, 0.1));
                }
                sink.checkpoint();
                restart.get();
                try (Connection connection = server.connect()) {
                    assertThat(WarehouseTablesTest.strings(connection, COUNT)).containsExactly("200");
                    assertOpenConnections(connection, 1);
                }
            }
        }
    }

    @Test
    void aRotatedPasswordIsAskedForAnew(@TempDir Path data) throws Exception {
        try (OwnPostgres server = new OwnPostgres(data)) {
            server.createRoleWithPassword("job", "new");
            PASSWORDS.addAll(List.of("old", "new"));
            WarehouseConnection warehouse = new WarehouseConnection(server.url(), "job", PASSWORDS::remove, "public");
            try (var sink = open(Tables.predictions(FeatureSet.REFERENCE), warehouse, PATIENT)) {
                sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
                sink.checkpoint();
            }
            try (Connection connection = server.connect()) {
                assertThat(WarehouseTablesTest.strings(connection, COUNT)).containsExactly("1");
            }
            PASSWORDS.clear();
        }
    }

    @Test
    void twoWritersOfTheSameKeysInOppositeOrder_neverDeadlock() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        Callable<Void> upwards = () -> writeOverlapping(start, 1);
        Callable<Void> downwards = () -> writeOverlapping(start, -1);
        Future<?> first = inBackground(upwards);
        Future<?> second = inBackground(downwards);
        first.get();
        second.get();
        assertThat(query(COUNT)).containsExactly("20000");
    }

    /** Holds the table while {@code work} is done. */
    private void lock(ThrowingRunnable<Exception> work) throws Exception {
        reader.setAutoCommit(false);
        execute("LOCK TABLE cust_payment_tx_fraud_predictions IN ACCESS EXCLUSIVE MODE");
        work.run();
        reader.rollback();
        reader.setAutoCommit(true);
    }

    private void awaitWaitingForALock() throws Exception {
        try (Connection observer = Postgres.connect(url)) {
            while (WarehouseTablesTest.strings(
                            observer,
                            "SELECT 1 FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database"
                                    + " WHERE datname = current_database())")
                    .isEmpty()) {
                Thread.sleep(20);
            }
        }
    }

    /** Twenty batches of a thousand rows each, in both writers the same keys, impatient of any deadlock. */
    private Void writeOverlapping(CyclicBarrier start, int direction) throws Exception {
        try (var sink = open(
                Tables.predictions(FeatureSet.REFERENCE), new WritePolicy(10_000, Duration.ofDays(1), Duration.ZERO))) {
            for (int batch = 0; batch < 20; batch++) {
                start.await();
                for (int i = 0; i < 1000; i++) {
                    int id = direction > 0 ? i : 999 - i;
                    sink.write(Rows.scored(id, batch, Rows.NOON, 1000, 0.1));
                }
                sink.checkpoint();
            }
        }
        return null;
    }

    private <T> SinkHarness<T> open(Table<T> table, WritePolicy policy) throws Exception {
        SerializableSupplier<String> noPassword = () -> "";
        return open(table, new WarehouseConnection(url, Postgres.USER, noPassword, "public"), policy);
    }

    private static <T> SinkHarness<T> open(Table<T> table, WarehouseConnection warehouse, WritePolicy policy)
            throws Exception {
        return new SinkHarness<>(new WarehouseSink<>(table, warehouse, policy));
    }

    private static Future<?> inBackground(Callable<?> task) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(task);
        } finally {
            thread.shutdown();
        }
    }

    /** The server takes a moment to notice that a connection was closed. */
    private static void assertOpenConnections(Connection connection, int expected) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String open = WarehouseTablesTest.strings(connection, OPEN_CONNECTIONS).get(0);
        while (!open.equals(String.valueOf(expected)) && System.nanoTime() < deadline) {
            Thread.sleep(20);
            open = WarehouseTablesTest.strings(connection, OPEN_CONNECTIONS).get(0);
        }
        assertThat(open).isEqualTo(String.valueOf(expected));
    }

    private List<String> query(String sql) throws SQLException {
        return WarehouseTablesTest.strings(reader, sql);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = reader.createStatement()) {
            statement.execute(sql);
        }
    }
}
