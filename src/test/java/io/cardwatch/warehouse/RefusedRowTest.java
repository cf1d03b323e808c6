package io.cardwatch.warehouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.testing.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that a real PostgreSQL refuses for their content, among rows that it takes. */
class RefusedRowTest {
    private static final int BATCH = 4_096;
    private static final Table<ScoredTransaction> PREDICTIONS = Tables.predictions(FeatureSet.REFERENCE);
    private static final WritePolicy POLICY = new WritePolicy(100_000, Duration.ofDays(1), Duration.ZERO);
    private static final String ROWS = "SELECT transaction_id FROM cust_payment_tx_fraud_predictions";
    private static final String LETTERS = "SELECT raw_base64 FROM cust_payment_tx_dead_letters";

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

    @ParameterizedTest
    @ValueSource(strings = {"0", "4095", "2048", "0,1,2047,2048,3000,4095"})
    void theGoodRowsAreStored_theRefusedOnesAreDeadLetters_withFewStatements(String positions) throws Exception {
        countInserts();
        Set<Integer> bad = Pattern.compile(",")
                .splitAsStream(positions)
                .map(Integer::valueOf)
                .collect(Collectors.toSet());
        write(bad);

        assertStored(bad);
        int halvings = 12;
        assertThat(inserts()).isBetween(1 + halvings, 2 + bad.size() * 2 * halvings);
    }

    @Test
    void whereEveryRowIsRefused_allAreDeadLetters() throws Exception {
        write(IntStream.range(0, BATCH).boxed().collect(Collectors.toSet()));

        assertThat(query(ROWS)).isEmpty();
        assertThat(query(LETTERS)).hasSize(BATCH);
    }

    @Test
    void aDeadLetterSaysWhereTheRecordCameFrom_andWhy() throws Exception {
        write(Set.of(7));

        assertThat(query("SELECT stream_name || ' ' || shard_id || ' ' || sequence_number || ' ' || reason || ' '"
                        + " || approximate_arrival_timestamp FROM cust_payment_tx_dead_letters"))
                .containsExactly("cust-payment-txn-stream shardId-000000000000 495900 WAREHOUSE_REJECTED"
                        + " 2024-03-01 12:00:00.25");
        assertThat(query("SELECT message FROM cust_payment_tx_dead_letters").get(0))
                .isEqualTo("The warehouse refused the row of cust_payment_tx_fraud_predictions: 23514, constraint"
                        + " cust_payment_tx_fraud_predictions_fraud_probability_check");
    }

    @ParameterizedTest
    @ValueSource(strings = {"22003", "23505", "P0001"})
    void whatATriggerRefuses_isADeadLetter_thatDoesNotQuoteThePerson(String state) throws Exception {
        refuse("BEFORE INSERT ON cust_payment_tx_fraud_predictions", state);

        writeRows(List.of(good(1), good(2), good(13)));

        assertThat(query(ROWS + " ORDER BY 1")).containsExactly("1", "2");
        assertThat(query("SELECT message FROM cust_payment_tx_dead_letters"))
                .containsExactly("The warehouse refused the row of cust_payment_tx_fraud_predictions: " + state);
    }

    @Test
    void aConstraintThatIsCheckedAtTheCommitOnly_refusesItsRowAlone() throws Exception {
        execute("CREATE TABLE allowed (id bigint PRIMARY KEY); INSERT INTO allowed SELECT generate_series(0, 99);"
                + " ALTER TABLE cust_payment_tx_fraud_predictions ADD FOREIGN KEY (transaction_id)"
                + " REFERENCES allowed DEFERRABLE INITIALLY DEFERRED");

        writeRows(List.of(good(1), good(100), good(2)));

        assertThat(query(ROWS + " ORDER BY 1")).containsExactly("1", "2");
        assertThat(query(LETTERS)).hasSize(1);
    }

    @Test
    void theSameBatchAgain_addsNothing() throws Exception {
        write(Set.of(3, 4));
        write(Set.of(3, 4));

        assertStored(Set.of(3, 4));
    }

    @Test
    void aDeadLetterThatCannotBeWritten_failsTheJob_andNothingOfTheBatchIsKept() throws Exception {
        execute("ALTER TABLE cust_payment_tx_dead_letters ADD CHECK (reason <> 'WAREHOUSE_REJECTED')");

        assertThatThrownBy(() -> write(Set.of(5)))
                .hasStackTraceContaining("cust_payment_tx_dead_letters")
                .hasStackTraceContaining("23514");

        assertThat(query(ROWS)).isEmpty();
        assertThat(query(LETTERS)).isEmpty();
    }

    @Test
    void aRefusedDeadLetterFailsTheJob() throws Exception {
        execute("ALTER TABLE cust_payment_tx_dead_letters ADD CHECK (reason <> 'EMPTY')");
        DeadLetter letter = DeadLetter.of(DeadLetterReason.EMPTY, "Nothing.", Rows.KINESIS, new byte[0], Contacts.KEPT);

        assertThatThrownBy(() -> SinkHarness.writeAll(url, Tables.DEAD_LETTERS, List.of(letter)))
                .hasStackTraceContaining("reason=EMPTY");
    }

    @Test
    void onceItsCauseIsMended_aRefusedRowIsWrittenAsItWas_andOnce() throws Exception {
        execute("CREATE TABLE wanted AS SELECT * FROM cust_payment_tx_fraud_predictions;"
                + " ALTER TABLE cust_payment_tx_fraud_predictions ADD CONSTRAINT closed CHECK (customer_id <> 1)");
        writeRows(List.of(good(1), good(2)));
        assertThat(query(ROWS)).isEmpty();
        assertThat(query("SELECT sha256 FROM cust_payment_tx_dead_letters WHERE sha256 = '"
                        + DeadLetter.sha256(RecordJson.encode(good(2).transaction)) + "'"))
                .hasSize(1);

        assertThat(writeAgain()).isEqualTo("0 written, 0 there, 2 refused");
        execute("ALTER TABLE cust_payment_tx_fraud_predictions DROP CONSTRAINT closed");
        assertThat(writeAgain()).isEqualTo("2 written, 0 there, 0 refused");
        List<String> repaired = query("SELECT p::text FROM cust_payment_tx_fraud_predictions p ORDER BY 1");
        assertThat(writeAgain()).isEqualTo("0 written, 2 there, 0 refused");
        assertThat(query(LETTERS)).hasSize(2);

        execute("DELETE FROM cust_payment_tx_fraud_predictions");
        writeRows(List.of(good(1), good(2)));
        assertThat(query("SELECT p::text FROM cust_payment_tx_fraud_predictions p ORDER BY 1"))
                .isEqualTo(repaired);
    }

    @Test
    void aRepairedRowHasTheFeaturesItWasDecidedBy_alsoThoseBeyondTheReference() throws Exception {
        execute("ALTER TABLE cust_payment_tx_fraud_predictions ADD CONSTRAINT closed CHECK (customer_id <> 1)");
        double[] features = new double[FeatureSet.EXTENDED.size()];
        features[Feature.CUSTOMER_ID_AMOUNT_RATIO.index()] = 2.75;
        ScoredTransaction row = new ScoredTransaction(
                Rows.transaction(1, 3, Rows.NOON, 1000), features, new Decision(0.1, 0.5, "v"), 0, null, null, null);
        WarehouseSink<ScoredTransaction> sink = new WarehouseSink<>(
                        Tables.predictions(FeatureSet.EXTENDED), warehouse(), POLICY)
                .withDeadLetters(each -> each.transaction.origin, each -> RecordJson.encode(each.transaction));
        try (SinkHarness<ScoredTransaction> harness = new SinkHarness<>(sink)) {
            harness.write(row);
            harness.endInput();
        }
        execute("ALTER TABLE cust_payment_tx_fraud_predictions DROP CONSTRAINT closed");

        assertThat(writeAgain()).isEqualTo("1 written, 0 there, 0 refused");
        assertThat(query("SELECT customer_id_amount_ratio FROM cust_payment_tx_fraud_predictions"))
                .containsExactly("2.75");
    }

    private String writeAgain() {
        RefusedRows rows = new RefusedRows(warehouse(), Duration.ZERO);
        new StoredDeadLetters(warehouse())
                .forEach(
                        new StoredDeadLetters.Selection(
                                Set.of(DeadLetterReason.WAREHOUSE_REJECTED), Optional.empty(), Optional.empty()),
                        rows::add);
        rows.flush();
        assertThat(rows.unreadable).isZero();
        return rows.written + " written, " + rows.there + " there, " + rows.refused + " refused";
    }

    private void assertStored(Set<Integer> refused) throws Exception {
        assertThat(query(ROWS).stream().map(Integer::valueOf))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, BATCH)
                        .boxed()
                        .filter(id -> !refused.contains(id))
                        .toList());
        assertThat(query(LETTERS)).hasSize(refused.size()).allSatisfy(raw -> {
            JsonNode row = new JsonMapper().readTree(Base64.getDecoder().decode(raw.getBytes(UTF_8)));
            assertThat(row.get("table").textValue()).isEqualTo("cust_payment_tx_fraud_predictions");
            assertThat(refused).contains(row.get("transaction_id").asInt());
            assertThat(row.get("tx_amount").textValue()).isEqualTo("10.00");
            assertThat(row.get("fraud_probability").textValue()).isEqualTo("NaN");
        });
    }

    /** Sequences do not take part in transactions: what is rolled back counts as well. */
    private void countInserts() throws SQLException {
        execute(
                "CREATE SEQUENCE inserts; CREATE FUNCTION count_insert() RETURNS trigger LANGUAGE plpgsql AS"
                        + " $$ BEGIN PERFORM nextval('inserts'); RETURN NULL; END $$; CREATE TRIGGER count_inserts"
                        + " BEFORE INSERT ON cust_payment_tx_fraud_predictions FOR EACH STATEMENT EXECUTE FUNCTION count_insert()");
    }

    private int inserts() throws Exception {
        return Integer.parseInt(query("SELECT last_value FROM inserts").get(0));
    }

    private void refuse(String when, String state) throws SQLException {
        execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " IF NEW.transaction_id = 13 THEN RAISE EXCEPTION 'no thirteen for %, %', upper(NEW.full_name),"
                + " reverse(NEW.email_address) USING ERRCODE = '" + state + "'; END IF; RETURN NEW; END $$;"
                + " CREATE TRIGGER refuse " + when + " FOR EACH ROW EXECUTE FUNCTION refuse()");
    }

    /** Writes one batch, in which the rows of these ids have no number for a probability. */
    private void write(Set<Integer> bad) throws Exception {
        writeRows(IntStream.range(0, BATCH)
                .mapToObj(id -> bad.contains(id) ? bad(id) : good(id))
                .toList());
    }

    private void writeRows(List<ScoredTransaction> rows) throws Exception {
        try (SinkHarness<ScoredTransaction> sink = open()) {
            for (ScoredTransaction row : rows) {
                sink.write(row);
            }
            sink.endInput();
        }
    }

    private SinkHarness<ScoredTransaction> open() throws Exception {
        return new SinkHarness<>(new WarehouseSink<>(PREDICTIONS, warehouse(), POLICY)
                .withDeadLetters(row -> row.transaction.origin, row -> RecordJson.encode(row.transaction)));
    }

    private WarehouseConnection warehouse() {
        return new WarehouseConnection(url, Postgres.USER, () -> "", "public");
    }

    private static ScoredTransaction good(int id) {
        return Rows.scored(1, id, Rows.NOON, 1000, 0.1);
    }

    private static ScoredTransaction bad(int id) {
        return Rows.scored(1, id, Rows.NOON, 1000, Double.NaN);
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
