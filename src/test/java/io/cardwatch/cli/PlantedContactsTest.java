package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.OwnPostgres;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.training.SyntheticHistory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A name, an e-mail address and a telephone number, planted wherever a careless producer may put them, and a password:
 * where each is found after {@code run} was stopped with a savepoint.
 */
@Timeout(600)
class PlantedContactsTest {
    private static final String NAME = "Zerlina Canarybird";
    private static final String EMAIL = "zerlina.canarybird@nest.example";
    private static final String PHONE = "+49 5550 1901901";
    private static final String PASSWORD = "canary-pass-phrase";
    private static final String ALL_THREE = NAME + " " + EMAIL + " " + PHONE;
    private static final String CHECKPOINTS = "the check points";
    private static final String SAVEPOINT = "savepoint";
    private static final String WITHOUT_CONTACTS = "savepoint without contacts";
    private static final int DAYS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final LocalDateTime FIRST_NOON = LocalDateTime.of(2024, 3, 1, 12, 0);
    private static final List<String> LABEL_SOURCES = List.of("chargeback", NAME, EMAIL, PHONE);

    /** Records that cannot be used, each for its reason; one more takes time, see {@link #awaitRows}. */
    private static final Map<DeadLetterReason, String> BAD_PAYMENTS = Map.of(
            DeadLetterReason.BAD_JSON, "{\"TRANSACTION_ID\":1,\"NOTE\":\"" + ALL_THREE,
            DeadLetterReason.NOT_UTF8, "{\"NOTE\":\"" + ALL_THREE + "\u00ff\"}",
            DeadLetterReason.NOT_OBJECT, "[\"" + ALL_THREE + "\"]",
            DeadLetterReason.DUPLICATE_KEY, "{\"" + ALL_THREE + "\":1,\"" + ALL_THREE + "\":2}",
            DeadLetterReason.MISSING, "{\"NOTE\":\"" + ALL_THREE + "\"}",
            DeadLetterReason.TYPE, payment(1, 1, "\"" + ALL_THREE + "\""),
            DeadLetterReason.BAD_DATETIME, payment(1, 1, "1").replace("2024-03-02 12:00:00", ALL_THREE),
            DeadLetterReason.FUTURE, payment(26_000, 1, "1"),
            DeadLetterReason.CONFLICT, payment(DAYS - 1, 1, "2"),
            DeadLetterReason.OVERSIZE, "{\"NOTE\":\"" + ALL_THREE + " ".repeat(70_000) + "\"}");

    private static final Set<DeadLetterReason> REASONS = EnumSet.of(
            DeadLetterReason.TOO_OLD,
            DeadLetterReason.LABEL_INVALID,
            DeadLetterReason.LABEL_UNMATCHED,
            DeadLetterReason.WAREHOUSE_REJECTED);

    /** A payment whose row the warehouse refuses, in words that quote its customer. */
    private static final long REFUSED = 13;

    static {
        REASONS.addAll(BAD_PAYMENTS.keySet());
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private OwnPostgres server;
    private OwnRedis redis;
    private Connection admin;
    private KinesaliteServer kinesis;
    private CapturedLog log;
    private final StringWriter printed = new StringWriter();
    private final Map<String, String> found = new TreeMap<>();
    private Path passwordFile;

    @BeforeEach
    void start() throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        passwordFile = Files.writeString(directory.resolve("password"), PASSWORD);
        server = new OwnPostgres(directory.resolve("postgres"));
        server.createRoleWithPassword("job", PASSWORD);
        admin = server.connect();
        execute("INSERT INTO customer_info (customer_id, full_name, email_address, phone_number) VALUES (1, '" + NAME
                + "', '" + EMAIL + "', '" + PHONE + "')");
        refuseTheFirstWrites();
        refuseOnePaymentAndQuoteItsCustomer();
        redis = new OwnRedis(Files.createDirectories(directory.resolve("redis")), "requirepass " + PASSWORD);
        kinesis = KinesaliteServer.start();
        kinesis.createStream("payments", 1);
        kinesis.createStream("verdicts", 1);
        log = new CapturedLog();
    }

    @AfterEach
    void stop() throws Exception {
        log.close();
        kinesis.close();
        redis.close();
        admin.close();
        server.close();
        List.of("aws.accessKeyId", "aws.secretKey", "aws.secretAccessKey").forEach(System::clearProperty);
    }

    @Test
    void withoutContactColumnsTheyAreNowhereButInCustomerInfo() throws Exception {
        runTheJob(false);

        assertThat(log.text()).contains("will be written again");
        for (String planted : List.of(NAME, EMAIL, PHONE, PASSWORD)) {
            assertThat(placesOf(planted)).as(planted).isSubsetOf("table customer_info");
        }
    }

    /** So the search can find what there is; and even then no log holds them. */
    @Test
    void withContactColumnsTheyAreInStateAndTables_butInNoLog() throws Exception {
        runTheJob(true);

        for (String planted : List.of(NAME, EMAIL, PHONE)) {
            assertThat(placesOf(planted))
                    .as(planted)
                    .contains(
                            "checkpoint",
                            SAVEPOINT,
                            "table customer_info",
                            "table cust_payment_tx_dead_letters",
                            "table cust_payment_tx_fraud_predictions",
                            "table cust_payment_tx_labels")
                    .doesNotContain("log", "printed", "web", "refusal", "redis");
        }
        assertThat(placesOf(PASSWORD)).isEmpty();
    }

    @Test
    void aJobThatGoesOnWithoutThem_leavesThemOutOfItsState() throws Exception {
        runTheJob(true);
        goOnWithoutContacts();

        for (String planted : List.of(NAME, EMAIL, PHONE)) {
            assertThat(placesOf(planted)).as(planted).contains(SAVEPOINT).doesNotContain(WITHOUT_CONTACTS);
        }
    }

    @Test
    void aModelAndItsReportDoNotHoldThem() throws Exception {
        String planted = "," + String.join(",", NAME, EMAIL, PHONE) + "\n";
        String history = SyntheticHistory.header() + ",FULL_NAME,EMAIL_ADDRESS,PHONE_NUMBER\n"
                + SyntheticHistory.csv()
                        .lines()
                        .skip(1)
                        .map(row -> row + planted)
                        .collect(Collectors.joining());
        Path model = directory.resolve("model");
        Path file = Files.writeString(directory.resolve("history.csv"), history);
        PrintWriter console = new PrintWriter(printed, true);

        assertThat(Cardwatch.run(console, console, "train", "--history=" + file, "--out=" + model, "--rounds=10"))
                .as(printed.toString())
                .isZero();

        found.put("history", history);
        found.put("model", contents(model));
        keepWhatWasSaid();
        assertThat(found.get("model")).contains("report.html", "Fraud model");
        for (String text : List.of(NAME, EMAIL, PHONE)) {
            assertThat(placesOf(text)).as(text).containsExactly("history");
        }
    }

    @Test
    void aRefusedPasswordIsNotRepeated_evenInAStackTrace() throws Exception {
        Files.writeString(passwordFile, "wrong-canary-phrase");

        assertThat(command("run", true, "--verbose", "--web-port=" + freePort()).join())
                .isEqualTo(Failure.BAD_INPUT);

        keepWhatWasSaid();
        assertThat(found.get("printed")).contains("refused user job", "PSQLException");
        assertThat(placesOf("wrong-canary-phrase")).isEmpty();
    }

    /** Runs all of {@link #REASONS} and good records through the job, stops it, and keeps what it left anywhere. */
    private void runTheJob(boolean contacts) throws Exception {
        assertThat(command("validate-config", contacts).join()).isZero();
        int port = freePort();
        CompletableFuture<Integer> running = command("run", contacts, "--web-port=" + port);
        int verdicts = sendVerdicts();
        await(running, () -> numberOf("cust_payment_tx_labels") == verdicts);
        sendPayments();
        awaitRows(running);
        awaitPublished(running);
        found.put("redis", keepStore());
        found.put("checkpoint", contents(directory.resolve(CHECKPOINTS)));
        URI flink = URI.create("http://localhost:" + port);
        String job = firstGroup("\"id\":\"([0-9a-f]{32})\"", get(flink, "/jobs"));
        String pages = Stream.of("", "/config", "/plan", "/exceptions", "/checkpoints", "/accumulators")
                .map(page -> get(flink, "/jobs/" + job + page))
                .collect(Collectors.joining());
        found.put("web", pages + get(flink, "/jobmanager/config") + get(flink, "/jobmanager/environment"));
        stopWithSavepoint(running, flink, SAVEPOINT);
        keepTables();
        keepWhatWasSaid();
        assertThat(found.get("printed")).contains("warehouse.password-file", "Running");
        assertThat(found.get("web")).contains("Terminal windows");
    }

    /**
     * Starts the job from the savepoint that the one with contacts left, and stops it after two more payments, of which
     * one is waited for by a label that has its record's bytes.
     */
    private void goOnWithoutContacts() throws Exception {
        String from = "--from=" + directory.resolve(SAVEPOINT);
        assertThat(command("run", false, "--web-port=" + freePort(), from).join())
                .isEqualTo(Failure.BAD_INPUT);
        assertThat(printed.toString()).contains("remedy: Start it with --allow-non-restored-state");

        int port = freePort();
        CompletableFuture<Integer> running =
                command("run", false, "--web-port=" + port, from, "--allow-non-restored-state");
        put("payments", ALL_THREE, payment(DAYS - 1, 7, "1"));
        put("payments", ALL_THREE, payment(DAYS, 1, "1"));
        await(
                running,
                () -> strings("SELECT 1 FROM cust_payment_tx_fraud_predictions WHERE full_name IS NULL")
                                .size()
                        == 2);
        stopWithSavepoint(running, URI.create("http://localhost:" + port), WITHOUT_CONTACTS);
    }

    private CompletableFuture<Integer> command(String command, boolean contacts, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                command,
                "--source.endpoint-url=" + kinesis.endpoint(),
                "--source.stream=payments",
                "--labels.stream=verdicts",
                "--source.max-jump=365d",
                "--source.max-drift=30d",
                "--enrichment.contact-columns=" + contacts,
                "--warehouse.url=" + server.url(),
                "--warehouse.user=job",
                "--warehouse.password-file=" + passwordFile,
                "--online.url=" + redis.url(),
                "--online.password-file=" + passwordFile));
        if (command.equals("run")) {
            arguments.add("--checkpoints=" + directory.resolve(CHECKPOINTS));
        }
        arguments.addAll(List.of(more));
        PrintWriter console = new PrintWriter(printed, true);
        return CompletableFuture.supplyAsync(() -> Cardwatch.run(console, console, arguments.toArray(String[]::new)));
    }

    /**
     * Sends them before the payments, whose event time would make old ones too old.
     *
     * @return how many of them can be used
     */
    private int sendVerdicts() {
        for (int day = 0; day < DAYS; day++) {
            put("verdicts", day % 2 == 0 ? "1" : ALL_THREE, verdict(day, 1, 1, LABEL_SOURCES.get(day % 4)));
        }
        put("verdicts", "1", verdict(1, 1, 2, ALL_THREE));
        // Of payments that never come: one is given up, the other waits in the windows' state.
        put("verdicts", "1", verdict(0, 7, 1, NAME));
        put("verdicts", "1", verdict(DAYS - 1, 7, 1, EMAIL));
        return DAYS + 2;
    }

    private void sendPayments() {
        for (int day = 0; day < DAYS; day++) {
            put("payments", day % 2 == 0 ? "1" : ALL_THREE, payment(day, 1, "1"));
        }
        put("payments", ALL_THREE, payment(DAYS - 1, REFUSED, "1"));
        BAD_PAYMENTS.values().forEach(record -> put("payments", ALL_THREE, record));
    }

    /** A payment is too old once the watermark has passed it, which nothing but trying tells. */
    private void awaitRows(CompletableFuture<Integer> running) throws Exception {
        await(running, () -> numberOf("cust_payment_tx_fraud_predictions") >= DAYS);
        AtomicInteger id = new AtomicInteger(100);
        await(running, () -> {
            boolean tooOld = reasons().contains(DeadLetterReason.TOO_OLD);
            if (!tooOld) {
                put("payments", "1", payment(0, id.incrementAndGet(), "1"));
            }
            return tooOld;
        });
        await(running, () -> reasons().equals(REASONS) && checkpointed());
    }

    /** Until windows and transactions of the last payment are in the online store. */
    private void awaitPublished(CompletableFuture<Integer> running) throws Exception {
        String last = time(DAYS - 1);
        await(running, () -> {
            String store = keepStore();
            return store.contains("as_of=" + last) && store.contains("\"tx_datetime\":\"" + last);
        });
    }

    /** Everything that the online store holds. */
    private String keepStore() {
        StringBuilder contents = new StringBuilder();
        try (Jedis jedis = redis.connect()) {
            jedis.auth(PASSWORD);
            for (String key : jedis.keys("*")) {
                contents.append(key).append('\n');
                switch (jedis.type(key)) {
                    case "hash" -> jedis.hgetAll(key.getBytes(UTF_8))
                            .forEach((field, value) -> contents.append(new String(field, ISO_8859_1))
                                    .append('=')
                                    .append(new String(value, ISO_8859_1))
                                    .append('\n'));
                    case "zset" -> contents.append(jedis.zrange(key, 0, -1)).append('\n');
                    default -> contents.append(jedis.get(key)).append('\n');
                }
            }
        }
        return contents.toString();
    }

    private void await(CompletableFuture<Integer> running, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertThat(running).as(() -> printed + log.text()).isNotDone();
            assertThat(Instant.now()).as("dead letters so far: %s", reasons()).isBefore(end);
            Thread.sleep(200);
        }
    }

    private boolean checkpointed() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(CHECKPOINTS))) {
            return files.anyMatch(file -> file.endsWith("_metadata"));
        }
    }

    private void put(String stream, String partitionKey, String record) {
        kinesis.client().putRecord(request -> request.streamName(stream)
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArray(record.getBytes(record.indexOf('\u00ff') < 0 ? UTF_8 : ISO_8859_1))));
    }

    private static String payment(int day, long id, String amount) {
        return "{\"TRANSACTION_ID\":" + id + ",\"TX_DATETIME\":\"" + time(day) + "\",\"CUSTOMER_ID\":1,"
                + "\"TERMINAL_ID\":1,\"TX_AMOUNT\":" + amount + ",\"" + ALL_THREE + "\":1,\"NOTE\":[\"" + ALL_THREE
                + "\"]}";
    }

    private static String verdict(int day, long id, int fraud, String source) {
        return "{\"TRANSACTION_ID\":" + id + ",\"TX_DATETIME\":\"" + time(day) + "\",\"CUSTOMER_ID\":1,"
                + "\"TERMINAL_ID\":1,\"TX_FRAUD\":" + fraud + ",\"LABEL_DATETIME\":\"" + time(day)
                + "\",\"LABEL_SOURCE\":\"" + source + "\",\"NOTE\":\"" + ALL_THREE + "\"}";
    }

    private static String time(int day) {
        return FIRST_NOON.plusDays(day).toString().replace('T', ' ') + ":00";
    }

    /** Each table's first two writes fail for a passing reason, with the row in the error's sentence and its detail. */
    private void refuseTheFirstWrites() throws SQLException {
        // What the server itself logs of it, the embedded one would log here.
        execute("ALTER SYSTEM SET log_min_messages = panic");
        execute("SELECT pg_reload_conf()");
        execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF nextval(TG_TABLE_NAME || '_writes') <= 2 THEN"
                        + " RAISE EXCEPTION 'busy with %', NEW USING ERRCODE = '40001', DETAIL = NEW::text; END IF; RETURN NEW; END $$");
        for (String table : List.of(
                "cust_payment_tx_fraud_predictions", "cust_payment_tx_labels", "cust_payment_tx_dead_letters")) {
            execute("CREATE SEQUENCE " + table + "_writes");
            execute("CREATE TRIGGER refusal BEFORE INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION refuse()");
        }
    }

    /** As a careless trigger may, from a table that the job may not even read, and not as it is written there. */
    private void refuseOnePaymentAndQuoteItsCustomer() throws SQLException {
        execute("CREATE FUNCTION refuse_payment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " RAISE EXCEPTION 'not for %', (SELECT upper(c::text) FROM customer_info c"
                + " WHERE c.customer_id = NEW.customer_id); END $$");
        execute("CREATE TRIGGER refuse_payment BEFORE INSERT ON cust_payment_tx_fraud_predictions FOR EACH ROW"
                + " WHEN (NEW.transaction_id = " + REFUSED + ") EXECUTE FUNCTION refuse_payment()");
    }

    /** Stops the job that runs, and keeps the savepoint that it leaves in a directory of that name. */
    private void stopWithSavepoint(CompletableFuture<Integer> running, URI flink, String name) throws Exception {
        String job = firstGroup("\"id\":\"([0-9a-f]{32})\"", get(flink, "/jobs"));
        Path target = directory.resolve(name);
        String body = "{\"targetDirectory\":\"" + target + "\",\"drain\":false}";
        HttpRequest request = HttpRequest.newBuilder(flink.resolve("/jobs/" + job + "/stop"))
                .POST(BodyPublishers.ofString(body))
                .build();
        assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        assertThat(running.get(1, TimeUnit.MINUTES)).as(printed.toString()).isZero();
        found.put(name, contents(target));
        assertThat(found.get(name)).contains("terminal-window");
    }

    private static String get(URI flink, String page) {
        try {
            return HTTP.send(HttpRequest.newBuilder(flink.resolve(page)).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String firstGroup(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static String contents(Path files) throws IOException {
        StringBuilder contents = new StringBuilder();
        try (Stream<Path> walk = Files.walk(files)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                contents.append(file).append(new String(Files.readAllBytes(file), ISO_8859_1));
            }
        }
        return contents.toString();
    }

    private void keepTables() throws SQLException {
        for (String table : strings("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")) {
            found.put("table " + table, String.join("\n", strings("SELECT t::text FROM " + table + " t")));
        }
        String bytes = String.join(
                "\n",
                strings("SELECT encode(decode(raw_base64, 'base64'), 'escape') FROM cust_payment_tx_dead_letters"));
        found.merge("table cust_payment_tx_dead_letters", bytes, String::concat);
        String refusal = strings("SELECT message FROM cust_payment_tx_dead_letters WHERE reason = 'WAREHOUSE_REJECTED'")
                .get(0);
        assertThat(refusal).contains("P0001");
        found.put("refusal", refusal);
    }

    private void keepWhatWasSaid() {
        found.put("log", log.text());
        found.put("printed", printed.toString());
    }

    /** Wherever it is written in any case. */
    private Set<String> placesOf(String planted) {
        String sought = planted.toLowerCase(Locale.ROOT);
        return found.keySet().stream()
                .filter(place -> found.get(place).toLowerCase(Locale.ROOT).contains(sought))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<DeadLetterReason> reasons() throws SQLException {
        return strings("SELECT DISTINCT reason FROM cust_payment_tx_dead_letters").stream()
                .map(DeadLetterReason::valueOf)
                .collect(Collectors.toSet());
    }

    private int numberOf(String table) throws SQLException {
        return Integer.parseInt(strings("SELECT count(*) FROM " + table).get(0));
    }

    private List<String> strings(String query) throws SQLException {
        List<String> strings = new ArrayList<>();
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
        }
        return strings;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
