package io.cardwatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Note;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.metrics.Metric;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.SentRecords;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the job as it ships publishes while it scores payments of which some are peculiar, some are bad, and one has a
 * row that the warehouse refuses; then its connections are cut, customer_info is away, and labels come again and too late.
 * Then it is canceled; what it published last is kept.
 */
@Timeout(600)
class JobMetricsTest {
    private static final String GROUP = ".kinesisanalytics.";
    private static final String HEALTH_THREAD = "cardwatch health";
    private static final String PREDICTIONS = "cust_payment_tx_fraud_predictions";
    private static final String LABELS = "cust_payment_tx_labels";
    private static final String ALERTS = "cust_payment_tx_alerts";
    private static final String DEAD_LETTERS = "cust_payment_tx_dead_letters";
    private static final int GOOD = 50;
    private static final int CLOSED_TERMINAL = 66;
    private static final int AFTER_THE_CUT = GOOD + 2;
    private static final Instant FIRST = Instant.parse("2024-03-01T12:00:00Z");
    private static final InMemoryReporter REPORTER = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .setConfiguration(REPORTER.addToConfiguration(new Configuration()))
            .build());

    private static JobID job;
    private static long startedMillis;
    private static long threadsWhileItRan;

    @BeforeAll
    @Timeout(600)
    static void scoreAndStop(@InjectMiniCluster MiniCluster cluster, @TempDir Path folder) throws Exception {
        try (OwnRedis redis = new OwnRedis(folder);
                JobOnKinesis kinesis = new JobOnKinesis(1, 1);
                Statement statement = kinesis.warehouse().createStatement()) {
            statement.execute("INSERT INTO customer_info (customer_id, full_name) VALUES (1, 'Ada Lovelace')");
            statement.execute("ALTER TABLE " + PREDICTIONS + " ADD CHECK (terminal_id <> " + CLOSED_TERMINAL + ")");
            startedMillis = System.currentTimeMillis();
            List<String> arguments =
                    new ArrayList<>(kinesis.arguments(kinesis.kinesis().endpoint()));
            arguments.addAll(List.of("--customers.refresh-interval=1s", "--online.url=" + redis.url()));
            job = start(cluster, Settings.fromArguments(arguments));
            send(kinesis);
            awaitAll(cluster);
            cutConnections(cluster, kinesis, statement);
            statement.execute("ALTER TABLE customer_info RENAME TO customers_away");
            await(cluster, () -> sum("customer_info", "failedCustomerReadings") > 0);
            sendLabelsAgainAndTooLate(kinesis);
            await(
                    cluster,
                    () -> sum("Terminal windows", "labelsRepeated") > 0 && sum("Terminal windows", "labelsLate") > 0);
            threadsWhileItRan = healthThreads();
            cluster.cancelJob(job).get();
            cluster.requestJobResult(job).get();
        }
    }

    @AfterAll
    static void forgetMetrics() {
        REPORTER.close();
    }

    private static JobID start(MiniCluster cluster, Settings settings) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(
                new Configuration().set(StateBackendOptions.STATE_BACKEND, "rocksdb"));
        env.setParallelism(2);
        new CardwatchJob(settings).fromKinesis(env);
        return cluster.submitJob(env.getStreamGraph().getJobGraph()).get().getJobID();
    }

    /** Good payments, every second one with an unknown field, and one label; then what is not as it should be. */
    private static void send(JobOnKinesis kinesis) {
        kinesis.verdicts().add(1, label(3, time(3)), "");
        kinesis.verdicts().send();
        SentRecords payments = kinesis.payments();
        for (int number = 0; number < GOOD; number++) {
            payments.add(1, payment(number, 1, "10", number % 2 == 0 ? "" : ",\"NEW\":1"), "");
        }
        payments.add(1, payment(GOOD, CLOSED_TERMINAL, "10", ""), "");
        payments.add(1, payment(7, 1, "10", ""), "");
        payments.addRefused(1, payment(7, 1, "11", ""), DeadLetterReason.CONFLICT);
        payments.addRefused(1, "{".getBytes(UTF_8), DeadLetterReason.BAD_JSON);
        payments.addRefused(1, " ".getBytes(UTF_8), DeadLetterReason.EMPTY);
        payments.send();
    }

    /** Customer 1 is known, customer 2 is not. */
    private static byte[] payment(int number, int terminal, String amount, String more) {
        return ("{\"TRANSACTION_ID\":" + number + ",\"TX_DATETIME\":\"" + time(number) + "\",\"CUSTOMER_ID\":"
                        + (1 + number % 2) + ",\"TERMINAL_ID\":" + terminal + ",\"TX_AMOUNT\":" + amount + more + "}")
                .getBytes(UTF_8);
    }

    private static byte[] label(int number, String time) {
        return ("{\"TRANSACTION_ID\":" + number + ",\"TX_DATETIME\":\"" + time + "\",\"CUSTOMER_ID\":2,"
                        + "\"TERMINAL_ID\":1,\"TX_FRAUD\":1,\"LABEL_DATETIME\":\"2024-03-01 13:00:00\"}")
                .getBytes(UTF_8);
    }

    /** The next payment's row needs a new connection. */
    private static void cutConnections(MiniCluster cluster, JobOnKinesis kinesis, Statement statement)
            throws Exception {
        statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'cardwatch' AND datname = current_database()");
        kinesis.payments().add(1, payment(AFTER_THE_CUT, 1, "10", ""), "");
        kinesis.payments().send();
        await(cluster, () -> sum(PREDICTIONS, "rowsWritten") == GOOD + 1);
    }

    private static void sendLabelsAgainAndTooLate(JobOnKinesis kinesis) {
        kinesis.verdicts().add(1, label(3, time(3)), "");
        kinesis.verdicts().add(1, label(4, "2023-03-01 12:00:00"), "");
        kinesis.verdicts().send();
    }

    private static String time(int number) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
                .withZone(ZoneOffset.UTC)
                .format(FIRST.plusSeconds(number));
    }

    /** Until each record has come to its end, and event time to both kinds of windows. */
    private static void awaitAll(MiniCluster cluster) throws Exception {
        await(
                cluster,
                () -> sum(PREDICTIONS, "rowsWritten") == GOOD
                        && sum(PREDICTIONS, "deadLetters.WAREHOUSE_REJECTED") == 1
                        && sum(LABELS, "rowsWritten") == 1
                        && sum(DEAD_LETTERS, "rowsWritten") == 3
                        && !gauges("Customer windows", "watermarkLagMillis").isEmpty()
                        && !gauges("Terminal windows", "watermarkLagMillis").isEmpty());
    }

    private static void await(MiniCluster cluster, BooleanSupplier condition) throws Exception {
        while (!condition.getAsBoolean()) {
            if (cluster.getJobStatus(job).get().isGloballyTerminalState()) {
                cluster.requestJobResult(job).get().toJobExecutionResult(JobMetricsTest.class.getClassLoader());
            }
            Thread.sleep(20);
        }
    }

    @Test
    void exactlyTheMetricsOfTheTableArePublished_byTheOperatorsThatItNames() {
        Set<String> listed = new HashSet<>();
        Metric.markdown().lines().skip(2).forEach(line -> {
            String[] cells = line.split(" *\\| *", -1);
            for (String operator : operators(cells[2])) {
                names(cells[1].replace("`", ""), operator).forEach(name -> listed.add(operator + ": " + name));
            }
        });
        assertThat(published().map(one -> one.operator + ": " + one.name).distinct())
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    /** The operators that a cell of the table names. */
    private static List<String> operators(String cell) {
        switch (cell) {
            case "each table":
                return List.of(PREDICTIONS, LABELS, DEAD_LETTERS, ALERTS);
            case "the predictions' and the labels' table":
                return List.of(PREDICTIONS, LABELS);
            case "the predictions' table":
                return List.of(PREDICTIONS);
            default:
                return List.of(cell.split(", "));
        }
    }

    /** The names that a line of the table stands for. */
    private static Stream<String> names(String pattern, String operator) {
        String name = pattern.replace("TABLE", operator);
        if (name.endsWith(".NOTE")) {
            return Arrays.stream(Note.values()).map(note -> name.replace("NOTE", note.name()));
        }
        return name.endsWith(".REASON")
                ? Arrays.stream(DeadLetterReason.values())
                        .filter(reason -> reason != DeadLetterReason.WAREHOUSE_REJECTED)
                        .map(reason -> name.replace("REASON", reason.name()))
                : Stream.of(name);
    }

    @Test
    void allOfThemAreNumbers() {
        assertThat(published().map(one -> one.value()))
                .allSatisfy(value -> assertThat(value).isInstanceOf(Number.class));
    }

    @Test
    void countersTellWhatHappened() {
        assertThat(sum("Unwrap transactions", "records")).isEqualTo(GOOD + 6);
        assertThat(sum("Unwrap labels", "records")).isEqualTo(3);
        assertThat(sum("Unwrap transactions", "noted.UNKNOWN_FIELD")).isEqualTo(GOOD / 2);
        assertThat(sum("Customer windows", "redelivered")).isEqualTo(1);
        assertThat(sum("Score", "scored")).isEqualTo(GOOD + 2);
        assertThat(sum("Contacts", "unknownCustomers")).isEqualTo(GOOD / 2);
        assertThat(sum("Customer windows", "windowCacheHits") + sum("Customer windows", "windowCacheMisses"))
                .isEqualTo(GOOD + 4);
        assertThat(sum(PREDICTIONS, "retries")).isPositive();
        assertThat(sum("customer_info", "failedCustomerReadings")).isPositive();
        assertThat(sum("Terminal windows", "labelsRepeated")).isEqualTo(1);
        assertThat(sum("Terminal windows", "labelsLate")).isEqualTo(1);
    }

    @Test
    void eachDeadLetterIsCountedInOnePlace_thatOfARefusedRowWhereItIsWritten() {
        assertThat(published()
                        .filter(one -> one.name.contains("deadLetters.") && ((Number) one.value()).longValue() > 0)
                        .map(one -> one.operator + " " + one.name + " " + one.value()))
                .containsExactlyInAnyOrder(
                        "Count dead letters deadLetters.CONFLICT 1",
                        "Count dead letters deadLetters.BAD_JSON 1",
                        "Count dead letters deadLetters.EMPTY 1",
                        PREDICTIONS + " table." + PREDICTIONS + ".deadLetters.WAREHOUSE_REJECTED 1");
    }

    @Test
    void theShareOfDeadLettersIsThatOfTheRecordsWhichCouldNotBeUsed() {
        // Of the four good records at the end some may not be told of yet.
        assertThat(gauges("Count dead letters", "deadLetterShare"))
                .singleElement()
                .satisfies(share -> assertThat(share.doubleValue()).isBetween(3.0 / (GOOD + 9), 3.0 / (GOOD + 5)));
    }

    @Test
    void latencyIsFromArrivalToCommit_andLagFromTheWatermark() {
        long most = System.currentTimeMillis() - startedMillis;
        assertThat(sum(PREDICTIONS, "commitLatencyRows")).isEqualTo(GOOD + 2);
        assertThat(sum(PREDICTIONS, "commitLatencyMillisTotal")).isBetween(1L, (GOOD + 2) * most);
        assertThat(gauges(PREDICTIONS, "table." + PREDICTIONS + ".commitLatencyMillisOldest"))
                .isNotEmpty()
                .allSatisfy(latency -> assertThat(latency.longValue()).isBetween(1L, most));
        long sinceFirst = System.currentTimeMillis() - FIRST.toEpochMilli();
        assertThat(gauges("Terminal windows", "watermarkLagMillis"))
                .isNotEmpty()
                .allSatisfy(lag -> assertThat(lag.longValue()).isBetween(sinceFirst - 60_000, sinceFirst + 60_000));
    }

    @Test
    void theHealthThreadIsOne_andEndsWithTheJob() throws Exception {
        assertThat(threadsWhileItRan).isEqualTo(1);
        while (healthThreads() > 0) {
            Thread.sleep(10);
        }
    }

    private static long healthThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(HEALTH_THREAD))
                .count();
    }

    /** A metric of one subtask. */
    private static final class Published {
        final String operator;
        /** Below the host's group. */
        final String name;

        private final org.apache.flink.metrics.Metric metric;

        Published(String operator, String name, org.apache.flink.metrics.Metric metric) {
            this.operator = operator;
            this.name = name;
            this.metric = metric;
        }

        Object value() {
            return metric instanceof Counter ? ((Counter) metric).getCount() : ((Gauge<?>) metric).getValue();
        }
    }

    /** All that the job published in the host's group. */
    private static Stream<Published> published() {
        return REPORTER.getMetricsByGroup().entrySet().stream()
                .filter(group -> job.toHexString()
                        .equals(group.getKey().getAllVariables().get("<job_id>")))
                .flatMap(group -> group.getValue().entrySet().stream()
                        .filter(metric -> group.getKey()
                                .getMetricIdentifier(metric.getKey())
                                .contains(GROUP))
                        .map(metric -> published(group.getKey(), metric.getKey(), metric.getValue())));
    }

    private static Published published(MetricGroup group, String name, org.apache.flink.metrics.Metric metric) {
        String identifier = group.getMetricIdentifier(name);
        return new Published(
                group.getAllVariables().get("<operator_name>").replaceAll("^Source: |: Writer$", ""),
                identifier.substring(identifier.indexOf(GROUP) + GROUP.length()),
                metric);
    }

    private static Stream<Published> published(String operator, String name) {
        return published().filter(one -> one.operator.equals(operator) && one.name.endsWith(name));
    }

    /** Of all subtasks. */
    private static long sum(String operator, String name) {
        return published(operator, name)
                .mapToLong(counter -> ((Number) counter.value()).longValue())
                .sum();
    }

    private static List<Number> gauges(String operator, String name) {
        return published(operator, name).map(gauge -> (Number) gauge.value()).toList();
    }
}
