package io.cardwatch.warehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.Postgres;
import io.cardwatch.testing.RedshiftDoor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Redshift's statements on a real PostgreSQL whose tables have no keys, at REPEATABLE READ: with PostgreSQL's driver, and
 * with Redshift's own.
 */
class RedshiftDialectTest {
    private static final Table<ScoredTransaction> PREDICTIONS = Tables.predictions(FeatureSet.REFERENCE);
    private static final WritePolicy PATIENT = new WritePolicy(5000, Duration.ofDays(1), Duration.ofMinutes(1));
    private static final String IDS = "SELECT transaction_id FROM cust_payment_tx_fraud_predictions ORDER BY 1";

    private String url;
    private Connection reader;
    private RedshiftDoor door;

    /** Which driver sends the statements. */
    private enum Driver {
        POSTGRESQL,
        REDSHIFT
    }

    @BeforeEach
    void freshDatabase() throws Exception {
        url = Postgres.databaseWithoutKeys();
        reader = Postgres.connect(url);
        door = new RedshiftDoor(Postgres.port(url));
    }

    @AfterEach
    void close() throws Exception {
        reader.close();
        door.close();
    }

    @ParameterizedTest
    @EnumSource
    void anIdentityTwice_inABatchAndInTheTable_isOneRow_andTheFirstStays(Driver driver) throws Exception {
        try (var sink = open(driver, PREDICTIONS)) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.write(Rows.scored(1, 1, Rows.NOON, 2000, 0.9));
            sink.checkpoint();
            sink.write(Rows.scored(1, 1, Rows.NOON, 3000, 0.9));
            sink.write(Rows.scored(1, 2, Rows.NOON, 5000, 0.9));
            sink.write(Rows.scored(2, 1, Rows.NOON + 86_400, 7000, 0.9));
            sink.checkpoint();
        }
        assertThat(query("SELECT tx_amount FROM cust_payment_tx_stream ORDER BY tx_amount"))
                .containsExactly("10.00", "50.00", "70.00");
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreThoseThatPostgresHas(Driver driver) throws Exception {
        Table<ScoredTransaction> table = Tables.predictions(FeatureSet.EXTENDED);
        double[] features = new double[FeatureSet.EXTENDED.size()];
        for (int i = 0; i < features.length; i++) {
            features[i] = FeatureSet.EXTENDED.features().get(i).isWhole() ? i : 1 / (i + 1.0);
        }
        Decision decision = new Decision(0.1 + 0.2, 0.5, "m")
                .with(DecisionColumn.ANOMALY_SCORE, Math.PI)
                .with(DecisionColumn.RULES, "[]");
        List<ScoredTransaction> rows = List.of(
                new ScoredTransaction(
                        Rows.transaction(1, 3, Rows.NOON, 12_345_678_901L),
                        features,
                        decision,
                        1_709_294_400_123L,
                        "Ada",
                        null,
                        ""),
                new ScoredTransaction(
                        Rows.transaction(2, 4, Rows.NOON + 1, 0),
                        features,
                        new Decision(0, 0.5, "m"),
                        ScoredTransaction.NOT_TIMED,
                        null,
                        "\0",
                        null));
        try (SinkHarness<ScoredTransaction> sink = open(driver, table)) {
            for (ScoredTransaction row : rows) {
                sink.write(row);
            }
            sink.endInput();
        }
        String other = Postgres.freshDatabase();
        SinkHarness.writeAll(other, table, rows);

        String all = "SELECT row_to_json(p)::text FROM cust_payment_tx_fraud_predictions p ORDER BY transaction_id";
        try (Connection postgres = Postgres.connect(other)) {
            assertThat(query(all)).hasSize(2).isEqualTo(WarehouseTablesTest.strings(postgres, all));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoVerdictsOfOneSecond_theLaterToArriveHolds_inTheSameBatchAndInTheNext(Driver driver) throws Exception {
        FraudLabel genuine = Rows.label(1, 1, Rows.NOON, false, 7);
        FraudLabel fraud = Rows.label(1, 1, Rows.NOON, true, 7);
        try (var predictions = open(driver, PREDICTIONS);
                var labels = open(driver, Tables.LABELS)) {
            predictions.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            predictions.write(Rows.scored(1, 2, Rows.NOON, 1000, 0.1));
            predictions.checkpoint();
            labels.write(fraud);
            labels.write(genuine);
            labels.write(Rows.label(1, 2, Rows.NOON, false, 7));
            labels.checkpoint();
            labels.write(Rows.label(1, 2, Rows.NOON, true, 7));
            labels.write(fraud);
            labels.checkpoint();
        }
        assertThat(query("SELECT count(*) FROM cust_payment_tx_labels")).containsExactly("4");
        assertThat(query("SELECT transaction_id || ' ' || tx_fraud FROM cust_payment_tx_outcomes ORDER BY 1"))
                .containsExactly("1 0", "2 1");
    }

    @ParameterizedTest
    @EnumSource
    void backfillingAgain_refreshesTheHistory(Driver driver) throws Exception {
        try (var sink = open(driver, Tables.history(FeatureSet.REFERENCE))) {
            sink.write(Rows.labelled(1, 1, Rows.NOON, 1000, 0));
            sink.write(Rows.labelled(1, 2, Rows.NOON, 1000, 0));
            sink.checkpoint();
            sink.write(Rows.labelled(1, 1, Rows.NOON, 1000, 1));
            sink.checkpoint();
        }
        assertThat(query("SELECT transaction_id || ' ' || tx_fraud FROM cust_payment_tx_history ORDER BY 1"))
                .containsExactly("1 1", "2 0");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedRowIsADeadLetterThatQuotesNobody_andTheOthersAreWritten(Driver driver) throws Exception {
        for (int attempt = 0; attempt < 2; attempt++) {
            try (var sink = withDeadLetters(driver)) {
                for (int id = 0; id < 2_000; id++) {
                    // Sixteen digits have no room in decimal(14,2).
                    sink.write(Rows.scored(7, id, Rows.NOON, id % 900 == 63 ? 9_999_999_999_999_999L : 1000, 0.1));
                }
                sink.checkpoint();
            }
        }
        assertThat(query(IDS)).hasSize(1_997).doesNotContain("63", "963", "1863");
        assertThat(query("SELECT DISTINCT message FROM cust_payment_tx_dead_letters"))
                .containsExactly("The warehouse refused the row of cust_payment_tx_fraud_predictions: 22003");
        assertThat(query("SELECT count(*) FROM cust_payment_tx_dead_letters")).containsExactly("3");

        List<DeadLetter> read = new ArrayList<>();
        new StoredDeadLetters(warehouse(driver))
                .forEach(
                        new StoredDeadLetters.Selection(
                                Set.of(DeadLetterReason.WAREHOUSE_REJECTED), Optional.empty(), Optional.empty()),
                        read::add);
        assertThat(read).hasSize(3).allSatisfy(letter -> assertThat(new String(letter.raw, UTF_8))
                .contains("99999999999999.99"));
    }

    @ParameterizedTest
    @EnumSource
    void textsAreCutAtACharactersEdge_jsonIsNot(Driver driver) throws Exception {
        String long_ = "é".repeat(255) + "x€" + "y".repeat(10); // € would be the bytes 511 to 514 of 512
        ScoredTransaction row = Rows.scored(1, 1, Rows.NOON, 1000, 0.1);
        ScoredTransaction cut = new ScoredTransaction(
                row.transaction,
                row.features,
                row.decision,
                row.scoredAtMillis,
                long_,
                "é".repeat(256),
                "\ud83d\ude00".repeat(33));
        ScoredTransaction json = new ScoredTransaction(
                Rows.transaction(1, 2, Rows.NOON, 1000),
                row.features,
                row.decision.with(DecisionColumn.RULES, '[' + " ".repeat(65_535) + ']'),
                row.scoredAtMillis,
                null,
                null,
                null);
        try (var sink = withDeadLetters(driver)) {
            sink.write(cut);
            sink.write(json);
            sink.checkpoint();
        }
        assertThat(query("SELECT full_name FROM cust_payment_tx_fraud_predictions"))
                .containsExactly("é".repeat(255) + "x");
        assertThat(query("SELECT email_address FROM cust_payment_tx_fraud_predictions"))
                .containsExactly("é".repeat(256));
        assertThat(query("SELECT phone_number FROM cust_payment_tx_fraud_predictions"))
                .containsExactly("\ud83d\ude00".repeat(32));
        assertThat(query("SELECT count(*) FROM cust_payment_tx_dead_letters")).containsExactly("1");
    }

    @Test
    void theBytesOfALargeDeadLetterAreCut_soThatTheyCanBeDecoded() throws Exception {
        DeadLetter letter =
                DeadLetter.of(DeadLetterReason.EMPTY, "Large.", Rows.KINESIS, new byte[60_000], Contacts.KEPT);
        try (var sink = open(Driver.POSTGRESQL, Tables.DEAD_LETTERS)) {
            sink.write(letter);
            sink.endInput();
        }
        assertThat(Base64.getDecoder()
                        .decode(query("SELECT raw_base64 FROM cust_payment_tx_dead_letters")
                                .get(0)))
                .hasSize(49_149);
    }

    /** Both see an empty table unless the lock comes before the transaction's first query. */
    @ParameterizedTest
    @EnumSource
    void aSecondWriterStartedByMistake_doublesNothing(Driver driver) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                writers.add(threads.submit(() -> {
                    try (var sink = open(driver, PREDICTIONS);
                            var history = open(driver, Tables.history(FeatureSet.REFERENCE))) {
                        for (int batch = 0; batch < 20; batch++) {
                            start.await();
                            for (int id = 0; id < 500; id++) {
                                sink.write(Rows.scored(id, batch, Rows.NOON + id, 1000, 0.1));
                                history.write(Rows.labelled(id % 100, id, Rows.NOON, 1000, batch % 2));
                            }
                            sink.checkpoint();
                            history.checkpoint();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(query("SELECT count(*) FROM cust_payment_tx_fraud_predictions"))
                .containsExactly("10000");
        assertThat(query("SELECT count(*) FROM cust_payment_tx_history")).containsExactly("500");
        assertThat(query(Files.readString(Path.of("sql/redshift/audit.sql")))).isEmpty();
    }

    @Test
    void theAuditFindsWhatIsThereTwice() throws Exception {
        try (var sink = open(Driver.POSTGRESQL, PREDICTIONS)) {
            sink.write(Rows.scored(1, 1, Rows.NOON, 1000, 0.1));
            sink.endInput();
        }
        try (Statement statement = reader.createStatement()) {
            statement.execute(
                    "INSERT INTO cust_payment_tx_fraud_predictions SELECT * FROM cust_payment_tx_fraud_predictions");
        }
        assertThat(query(Files.readString(Path.of("sql/redshift/audit.sql"))))
                .containsExactly("cust_payment_tx_fraud_predictions");
    }

    @Test
    void aConflictWithAnotherTransaction_isPassing() {
        Dialect redshift = new RedshiftDialect();
        assertThat(redshift.isPassing(
                        new SQLException("ERROR: 1023\n  Detail: Serializable isolation violation on table", "XX000")))
                .isTrue();
        assertThat(redshift.isPassing(new SQLException("could not serialize access", "40001")))
                .isTrue();
        assertThat(redshift.isPassing(new SQLException("ERROR: 10234 rows", "XX000")))
                .isFalse();
    }

    @Test
    void aTableToLockThatIsMissing_isFoundAtTheStart() throws Exception {
        warehouse(Driver.REDSHIFT).check(List.of(Tables.CUSTOMERS), List.of(PREDICTIONS, Tables.LABELS));
        try (Statement statement = reader.createStatement()) {
            statement.execute("DROP TABLE cust_payment_tx_labels_lock");
        }
        assertThatThrownBy(() -> warehouse(Driver.REDSHIFT)
                        .check(List.of(Tables.CUSTOMERS), List.of(PREDICTIONS, Tables.LABELS)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("has no table public.cust_payment_tx_labels_lock")
                .extracting(e -> ((BadInputException) e).remedy())
                .asString()
                .contains("sql/redshift");
    }

    private SinkHarness<ScoredTransaction> withDeadLetters(Driver driver) throws Exception {
        return new SinkHarness<>(new WarehouseSink<>(PREDICTIONS, warehouse(driver), PATIENT)
                .withDeadLetters(row -> row.transaction.origin, row -> RecordJson.encode(row.transaction)));
    }

    private <T> SinkHarness<T> open(Driver driver, Table<T> table) throws Exception {
        return new SinkHarness<>(new WarehouseSink<>(table, warehouse(driver), PATIENT));
    }

    private WarehouseConnection warehouse(Driver driver) {
        String address = driver == Driver.REDSHIFT ? door.url(url) : url;
        return new WarehouseConnection(new RedshiftDialect(), address, Postgres.USER, () -> "", "public");
    }

    private List<String> query(String sql) throws SQLException {
        return WarehouseTablesTest.strings(reader, sql);
    }
}
