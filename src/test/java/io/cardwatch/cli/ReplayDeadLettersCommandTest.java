package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Restarts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Dead letters in PostgreSQL, sent into a Kinesis server; in one test the job reads them. */
@Timeout(600)
class ReplayDeadLettersCommandTest {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static final String PREDICTIONS = "SELECT count(*) FROM cust_payment_tx_fraud_predictions";

    private static final String NO_DELAY = "--features.terminal-delay=0s";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private JobOnKinesis servers;
    private KinesaliteServer kinesis;
    private Connection warehouse;
    private List<String> settings;

    @BeforeEach
    void startServers() throws SQLException {
        servers = new JobOnKinesis(2, 1);
        kinesis = servers.kinesis();
        warehouse = servers.warehouse();
        settings = new ArrayList<>(servers.arguments(kinesis.endpoint()));
        settings.add(NO_DELAY);
    }

    @AfterEach
    void stopServers() throws SQLException {
        servers.close();
    }

    @Test
    void whatTheWarehouseRefused_isARowAfterTheReplay_andOneRowAfterTwo() throws Exception {
        execute("ALTER TABLE cust_payment_tx_fraud_predictions ADD CONSTRAINT closed CHECK (terminal_id <> 66);"
                + " ALTER TABLE cust_payment_tx_labels ADD CONSTRAINT closed CHECK (terminal_id <> 66)");
        JobClient job = servers.start(Restarts.none(directory, Duration.ofMillis(500)), NO_DELAY);
        send("payments", "7", payment(1, "10:00:00", 7, 5));
        send("payments", "7", payment(2, "10:00:01", 7, 66));
        send("payments", "7", payment(3, "10:00:02", 7, 5));
        send("payments", "8", "{nonsense");
        send(
                "verdicts",
                "66",
                "{\"TRANSACTION_ID\":2,\"TX_DATETIME\":\"2024-03-01 10:00:01\",\"CUSTOMER_ID\":7,"
                        + "\"TERMINAL_ID\":66,\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"2024-03-02 10:00:00\"}");
        await(job, PREDICTIONS, "2");
        await(
                job,
                "SELECT string_agg(reason, ' ' ORDER BY stream_name, reason) FROM cust_payment_tx_dead_letters",
                "BAD_JSON WAREHOUSE_REJECTED WAREHOUSE_REJECTED");

        execute("ALTER TABLE cust_payment_tx_fraud_predictions DROP CONSTRAINT closed;"
                + " ALTER TABLE cust_payment_tx_labels DROP CONSTRAINT closed");
        assertThat(replay("--reason=WAREHOUSE_REJECTED,BAD_JSON", "--since=2020-01-01T00:00:00Z"))
                .isZero();
        assertThat(out.toString())
                .isEqualTo("2 refused rows written; 0 were there already\n"
                        + "1 records sent to payments and 0 to verdicts\n");
        await(job, PREDICTIONS, "3");
        await(job, "SELECT count(*) FROM cust_payment_tx_outcomes WHERE transaction_id = 2 AND tx_fraud = 1", "1");

        assertThat(replay("--reason=WAREHOUSE_REJECTED")).isZero();
        send("payments", "7", payment(4, "10:00:03", 7, 66));
        await(job, PREDICTIONS, "4");
        job.cancel().get();

        assertThat(query("SELECT string_agg(transaction_id || ':' || customer_id_nb_tx_1day_window || ','"
                        + " || terminal_id_nb_tx_1day_window, ' ' ORDER BY transaction_id)"
                        + " FROM cust_payment_tx_fraud_predictions"))
                .isEqualTo("1:1,1 2:2,1 3:3,2 4:4,2");
        assertThat(query("SELECT count(*) FROM cust_payment_tx_dead_letters WHERE reason = 'WAREHOUSE_REJECTED'"))
                .isEqualTo("2");
    }

    @Test
    void aTableThatAnswersTooLate_isToldWithWhatHelps() throws Exception {
        settings.replaceAll(setting -> setting.startsWith("--warehouse.url=") ? setting + "?socketTimeout=1" : setting);
        warehouse.setAutoCommit(false);
        execute("LOCK TABLE cust_payment_tx_dead_letters");

        assertThat(replay("--reason=BAD_JSON")).isEqualTo(3);
        assertThat(err.toString()).contains("statement timeout", "--since", "?socketTimeout=600");
    }

    @Test
    void recordsKeepTheirBytes_theirOrderAndTheirShard_andIdenticalOnesGoOnce() throws Exception {
        List<String> payments = new ArrayList<>();
        for (int id = 0; id < 300; id++) {
            String payment = payment(id, "10:00:00", id % 3, 5);
            payments.add(payment);
            store("payments", id, DeadLetterReason.TOO_OLD, payment.getBytes(UTF_8), Contacts.KEPT);
        }
        store("payments", 300, DeadLetterReason.TOO_OLD, payments.get(0).getBytes(UTF_8), Contacts.KEPT);
        store("payments", 301, DeadLetterReason.EMPTY, new byte[] {' '}, Contacts.KEPT);

        assertThat(replay("--reason", "TOO_OLD")).isZero();

        List<Record> sent = kinesis.records("payments");
        assertThat(sent).hasSize(300);
        for (int customer = 0; customer < 3; customer++) {
            String key = String.valueOf(customer);
            List<String> ofCustomer = sent.stream()
                    .filter(record -> record.partitionKey().equals(key))
                    .map(record -> record.data().asUtf8String())
                    .toList();
            assertThat(ofCustomer)
                    .isEqualTo(payments.stream()
                            .filter(payment -> payment.contains("\"CUSTOMER_ID\":" + key + ","))
                            .toList());
        }
    }

    @Test
    void whatWasNotKeptInFull_isLeftOut_andSaid() throws Exception {
        store("payments", 1, DeadLetterReason.OVERSIZE, new byte[70_000], Contacts.KEPT);
        store(
                "payments",
                2,
                DeadLetterReason.TOO_OLD,
                payment(2, "10:00:00", 1, 5).getBytes(UTF_8),
                Contacts.LEFT_OUT);
        store("verdicts", 3, DeadLetterReason.TYPE, "{}".getBytes(UTF_8), Contacts.KEPT);

        assertThat(replay("--reason=OVERSIZE,TOO_OLD,TYPE")).isZero();

        assertThat(out.toString())
                .startsWith(
                        "0 records sent to payments and 1 to verdicts\n2 skipped: they were stored truncated (OVERSIZE)");
        assertThat(kinesis.records("payments")).isEmpty();
        assertThat(kinesis.records("verdicts"))
                .extracting(Record::partitionKey)
                .containsExactly(DeadLetter.sha256("{}".getBytes(UTF_8)));
    }

    @Test
    void onlyWhatArrivedBetweenTheTwoTimesIsSent() throws Exception {
        for (int second = 0; second < 4; second++) {
            store("payments", second, DeadLetterReason.BAD_JSON, ("x" + second).getBytes(UTF_8), Contacts.KEPT);
        }

        replay("--reason=BAD_JSON", "--since=2026-01-31T00:00:01Z", "--until=2026-01-31T00:00:03Z");

        assertThat(kinesis.records("payments"))
                .extracting(record -> record.data().asUtf8String())
                .containsExactlyInAnyOrder("x1", "x2");
    }

    @Test
    void deadLettersOfAFileOrAnotherStreamAreRefused_andNothingIsSent() throws Exception {
        store("payments", 1, DeadLetterReason.TYPE, "{}".getBytes(UTF_8), Contacts.KEPT);
        store("transactions.csv", 2, DeadLetterReason.TYPE, "{}".getBytes(UTF_8), Contacts.KEPT);

        assertThat(replay("--reason=TYPE")).isEqualTo(3);

        assertThat(err.toString().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("error: some of these dead letters came from transactions.csv, which is neither");
        assertThat(kinesis.records("payments")).isEmpty();
    }

    @Test
    void aReasonIsNeeded_andMustBeOne() {
        assertThat(replay()).isEqualTo(2);
        assertThat(replay("--reason=WRONG")).isEqualTo(2);
        assertThat(replay("--reason=TYPE", "--since=yesterday")).isEqualTo(2);
    }

    private static String payment(long id, String time, long customer, long terminal) {
        return "{\"TRANSACTION_ID\":" + id + ",\"TX_DATETIME\":\"2024-03-01 " + time + "\",\"CUSTOMER_ID\":" + customer
                + ",\"TERMINAL_ID\":" + terminal + ",\"TX_AMOUNT\":12.30}";
    }

    private void send(String stream, String key, String record) {
        kinesis.client()
                .putRecord(
                        request -> request.streamName(stream).partitionKey(key).data(SdkBytes.fromUtf8String(record)));
    }

    /** A dead letter whose sequence number is the second at which its record arrived. */
    private void store(String stream, int sequence, DeadLetterReason reason, byte[] bytes, Contacts contacts)
            throws SQLException {
        DeadLetter letter = DeadLetter.of(reason, "", null, bytes, contacts);
        try (PreparedStatement insert = warehouse.prepareStatement("INSERT INTO cust_payment_tx_dead_letters"
                + " VALUES (?, 'shard', ?, ?, ?, '', ?, timestamp '2026-01-31 00:00:00' + ? * interval '1 second')")) {
            insert.setString(1, stream);
            insert.setString(2, String.valueOf(sequence));
            insert.setString(3, reason.name());
            insert.setString(4, letter.sha256);
            insert.setString(5, Base64.getEncoder().encodeToString(letter.raw));
            insert.setInt(6, sequence);
            insert.executeUpdate();
        }
    }

    private int replay(String... options) {
        List<String> arguments = new ArrayList<>(List.of("replay-dead-letters"));
        arguments.addAll(Arrays.asList(options));
        arguments.addAll(settings);
        out.getBuffer().setLength(0);
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    private void await(JobClient job, String query, String expected) throws Exception {
        while (!expected.equals(query(query))) {
            if (job.getJobStatus().get() == JobStatus.FAILED) {
                job.getJobExecutionResult().get();
            }
            Thread.sleep(50);
        }
    }

    private String query(String sql) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = warehouse.createStatement()) {
            statement.execute(sql);
        }
    }
}
