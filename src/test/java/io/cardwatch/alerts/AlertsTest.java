package io.cardwatch.alerts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.Settings;
import io.cardwatch.delivery.PutTarget;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.testing.Postgres;
import io.cardwatch.warehouse.WarehouseConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Decisions become rows of a real outbox, and real requests to a receiver. */
@Timeout(300)
class AlertsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "a secret of the receiver";
    /** 2024-03-01 23:59:00 UTC: on the first day, as many alerts have passed as the whole day may have. */
    private static final long SECOND = 1_709_337_540L;

    private static final List<String> ACTIONS = List.of("alert", "none", "alert", "review", "allow", "block");

    @TempDir
    Path folder;

    private String url;

    @BeforeEach
    void database() throws Exception {
        url = Postgres.freshDatabase();
        Files.writeString(folder.resolve("secret"), SECRET + "\n");
    }

    @Test
    void decisionsThatPeopleAreToldOf_areInTheOutbox_andReachTheReceiverSignedWithoutContacts() throws Exception {
        try (Receiver receiver = new Receiver(body -> 200)) {
            write(receiver.target());
            try (Dispatcher running = dispatcher(receiver)) {
                assertThat(running).isNotNull();
                await("SELECT count(*) = 0 FROM cust_payment_tx_alerts WHERE sent_at IS NULL");
            }

            assertThat(texts("SELECT action FROM cust_payment_tx_alerts ORDER BY transaction_id"))
                    .containsExactly("alert", "alert", "review", "block");
            assertThat(texts("SELECT alert_id FROM cust_payment_tx_alerts"))
                    .containsExactlyInAnyOrderElementsOf(
                            receiver.ids().stream().distinct().toList());
            assertThat(texts("SELECT DISTINCT target FROM cust_payment_tx_alerts"))
                    .containsExactly(receiver.target());
            assertThat(receiver.bodies).allMatch(body -> body.contains("\"fraud_probability\":0.75"));
            assertThat(receiver.bodies).noneMatch(body -> body.contains("full_name") || body.contains("Ada"));
        }
    }

    @Test
    void receiverThatAnswers500_getsEveryAlertInTheEnd_alsoFromTheNextDispatcher() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (Receiver receiver = new Receiver(body -> requests.incrementAndGet() < 3 ? 500 : 200)) {
            write(receiver.target());
            try (Dispatcher running = dispatcher(receiver)) {
                assertThat(running).isNotNull();
                await("SELECT count(*) > 0 FROM cust_payment_tx_alerts WHERE last_error = 'HTTP 500'");
            }
            try (Dispatcher running = dispatcher(receiver)) {
                assertThat(running).isNotNull();
                await("SELECT count(*) = 0 FROM cust_payment_tx_alerts WHERE sent_at IS NULL");
            }
            assertThat(texts("SELECT max(attempts)::text || max(last_error) FROM cust_payment_tx_alerts")
                            .get(0))
                    .matches("[23]");
        }
    }

    @Test
    void alertThatIsRefused_waitsByItself() throws Exception {
        try (Receiver receiver = new Receiver(body -> body.contains("\"transaction_id\":0,") ? 422 : 200)) {
            write(receiver.target());
            try (Dispatcher running = dispatcher(receiver)) {
                assertThat(running).isNotNull();
                await("SELECT count(*) = 1 FROM cust_payment_tx_alerts WHERE sent_at IS NULL");
                await("SELECT attempts > 1 FROM cust_payment_tx_alerts WHERE transaction_id = 0");
            }
            assertThat(texts("SELECT last_error FROM cust_payment_tx_alerts WHERE transaction_id = 0"))
                    .containsExactly("HTTP 422");
        }
    }

    @Test
    void alertsBeyondTheBudget_areHeld_andReviewsAndBlocksAreNot() throws Exception {
        write("", "--alerts.cards-per-day=1");

        assertThat(texts("SELECT action || held FROM cust_payment_tx_alerts ORDER BY transaction_id"))
                .containsExactly("alert0", "alert1", "review0", "block0");
    }

    @Test
    void customersContacts_areInAlertsOnlyWhereTheyAreAskedFor() throws Exception {
        write("", "--alerts.contacts=true");
        assertThat(texts("SELECT alert::json ->> 'full_name' FROM cust_payment_tx_alerts"))
                .containsOnly("Ada Lovelace");
    }

    @Test
    void whatIsMissing_isToldBeforeTheJobStarts() {
        assertThatThrownBy(() -> new Alerts(settings("http://localhost:1/alerts")).check())
                .isInstanceOf(BadInputException.class)
                .hasMessage("the alerts that go to http://localhost:1/alerts must be signed, and no secret is named");
        assertThatThrownBy(() -> new Alerts(Settings.fromArguments(List.of("--alerts.target=kinesis:alerts"))))
                .isInstanceOf(BadInputException.class)
                .hasMessage("alerts need an outbox in a PostgreSQL, and the warehouse is none");
    }

    private Settings settings(String target, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--warehouse.url=" + url, "--warehouse.user=postgres"));
        if (!target.isEmpty()) {
            arguments.add("--alerts.target=" + target);
        }
        arguments.addAll(List.of(more));
        return Settings.fromArguments(arguments);
    }

    /** One payment for each of {@link #ACTIONS}, each of another card. */
    private void write(String target, String... more) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        List<ScoredTransaction> plain = new ArrayList<>();
        List<ScoredTransaction> joined = new ArrayList<>();
        for (int i = 0; i < ACTIONS.size(); i++) {
            plain.add(row(i, null));
            joined.add(row(i, "Ada Lovelace"));
        }
        DataStream<ScoredTransaction> scored = env.fromData(plain, WireTypes.SCORED_TRANSACTION);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--alerts.secret-file=" + folder.resolve("secret"));
        Alerts alerts = new Alerts(settings(target, arguments.toArray(String[]::new)));
        alerts.check();
        alerts.deliver(scored, env.fromData(joined, WireTypes.SCORED_TRANSACTION));
        env.execute();
    }

    private static ScoredTransaction row(int number, String name) {
        Transaction payment = new Transaction(
                number,
                SECOND + number,
                number + 100,
                5,
                1_000,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                new RecordOrigin("stream", "7", "shard", Integer.toString(number), 0),
                new byte[0]);
        Decision decision = new Decision(0.75, 0.5, "test-1").with(DecisionColumn.ACTION, ACTIONS.get(number));
        return new ScoredTransaction(payment, new double[15], decision, SECOND * 1_000, name, null, null);
    }

    private Dispatcher dispatcher(Receiver receiver) {
        Settings settings = settings(receiver.target(), "--alerts.secret-file=" + folder.resolve("secret"));
        PutTarget target = new WebhookTarget(URI.create(receiver.target()), PasswordSource.ofAlerts(settings));
        return new Dispatcher.Factory(WarehouseConnection.of(settings), receiver.target(), target)
                .start(new AlertMetrics(Metrics.of(new UnregisteredMetricsGroup())));
    }

    private void await(String query) throws Exception {
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        while (!texts(query).equals(List.of("t"))) {
            assertThat(Instant.now()).as(query).isBefore(end);
            Thread.sleep(50);
        }
    }

    private List<String> texts(String query) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    /** Takes alerts, and checks their signatures with Java's own HMAC. */
    private static final class Receiver implements AutoCloseable {
        /** Of alerts that were taken. */
        final List<String> bodies = new CopyOnWriteArrayList<>();

        private final HttpServer server;

        Receiver(ToIntFunction<String> answers) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/alerts", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                String timestamp = exchange.getRequestHeaders().getFirst("X-Cardwatch-Timestamp");
                String signature = exchange.getRequestHeaders().getFirst("X-Cardwatch-Signature");
                boolean signed = signature.equals("sha256=" + hmac(timestamp + "." + body));
                int status = signed ? answers.applyAsInt(body) : 401;
                if (status == 200) {
                    bodies.add(body);
                }
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            server.start();
        }

        String target() {
            return "http://localhost:" + server.getAddress().getPort() + "/alerts";
        }

        List<String> ids() throws IOException {
            List<String> ids = new ArrayList<>();
            for (String body : bodies) {
                JsonNode alert = JSON.readTree(body);
                ids.add(alert.get("alert_id").textValue());
            }
            return ids;
        }

        private static String hmac(String text) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
                StringBuilder hex = new StringBuilder();
                for (byte octet : mac.doFinal(text.getBytes(UTF_8))) {
                    hex.append(String.format("%02x", octet));
                }
                return hex.toString();
            } catch (java.security.GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
