package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.RecordCsv;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.datagen.LabelDelay;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.testing.Postgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code score} and {@code backfill} over files of a small simulated world, against the oracle. */
class FileCommandsTest {
    private static final long DELAY_SECONDS = Duration.ofDays(7).toSeconds();
    private static final long LATENESS_SECONDS = Duration.ofDays(3).toSeconds();
    private static final int BAD_INPUT = 3;

    @TempDir
    private static Path world;

    private static Simulation simulation;
    private static List<Transaction> transactions;
    private static List<FraudLabel> labels;
    private static BoundedOracle.Answers expected;

    @TempDir
    private Path out;

    private final StringWriter console = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeAll
    static void writeTheWorld() throws IOException {
        simulation = Simulation.of(Profile.reference()
                .seed(4711)
                .customers(150)
                .terminals(300)
                .firstDay(LocalDate.of(2026, 1, 1))
                .days(50)
                .labelDelay(LabelDelay.fixed(Duration.ofDays(5)))
                .genuineLabelShare(0.1)
                .build());
        transactions = new ArrayList<>();
        labels = new ArrayList<>();
        for (SimulatedEvents events = simulation.events(); events.hasNext(); ) {
            SimulatedEvent event = events.next();
            if (event.isLabel()) {
                labels.add(event.label);
            } else {
                transactions.add(event.transaction);
            }
        }
        // The order of a file decides nothing but ties, and there are hardly any ties.
        Collections.shuffle(transactions, new Random(1));
        Collections.shuffle(labels, new Random(2));
        expected = BoundedOracle.run(DELAY_SECONDS, LATENESS_SECONDS, transactions, labels);
        write(
                "transactions.csv",
                RecordCsv.TRANSACTION_HEADER,
                transactions.stream().map(RecordCsv::row));
        write("labels.csv", RecordCsv.LABEL_HEADER, labels.stream().map(RecordCsv::row));
        write(
                "customers.csv",
                RecordCsv.CUSTOMER_HEADER,
                simulation.customers().stream().map(RecordCsv::row));
        gzip("transactions.jsonl.gz", transactions.stream().map(RecordJson::encode));
        gzip("labels.jsonl.gz", labels.stream().map(RecordJson::encode));
    }

    @Test
    void scoreGivesEveryTransactionTheOraclesFeaturesAndItsCustomersContacts() throws IOException {
        assertThat(score("predictions.csv", "--customers", file("customers.csv")))
                .isZero();

        List<Map<String, String>> rows = read(out.resolve("predictions.csv"));
        assertThat(rows).hasSameSizeAs(transactions);
        Map<Long, Integer> positions = positions();
        Map<Long, Customer> customers =
                simulation.customers().stream().collect(Collectors.toMap(customer -> customer.customerId, c -> c));
        for (Map<String, String> row : rows) {
            int position = positions.get(Long.parseLong(row.get("transaction_id")));
            assertThat(features(row))
                    .as("features of %s", row)
                    .containsExactly(expected.verdicts().get(position).features);
            Customer customer = customers.get(Long.parseLong(row.get("customer_id")));
            assertThat(row)
                    .containsEntry("full_name", customer.fullName)
                    .containsEntry("email_address", customer.emailAddress)
                    .containsEntry("phone_number", customer.phoneNumber);
            assertThat(Double.parseDouble(row.get("fraud_probability"))).isBetween(0.0, 1.0);
            assertThat(row.get("scored_at") + row.get("shard_id") + row.get("sequence_number"))
                    .isEmpty();
        }
        assertThat(rows)
                .isSortedAccordingTo(Comparator.<Map<String, String>, String>comparing(row -> row.get("tx_datetime"))
                        .thenComparingLong(row -> Long.parseLong(row.get("transaction_id")))
                        .thenComparingLong(row -> Long.parseLong(row.get("customer_id"))));
    }

    @Test
    void scoreGivesTheSameBytesAgainAndFromEveryFormat() throws IOException {
        assertThat(score("once.csv")).isZero();
        assertThat(score("again.csv.gz")).isZero();
        assertThat(run(
                        "score",
                        "--transactions",
                        file("transactions.jsonl.gz"),
                        "--labels",
                        file("labels.jsonl.gz"),
                        "--out",
                        out.resolve("json.csv").toString()))
                .isZero();

        try (InputStream again = new GZIPInputStream(Files.newInputStream(out.resolve("again.csv.gz")))) {
            assertThat(again).hasSameContentAs(Files.newInputStream(out.resolve("once.csv")));
        }
        assertThat(out.resolve("json.csv")).hasSameBinaryContentAs(out.resolve("once.csv"));
    }

    @Test
    void labelDelayTakesTheLabelsFromTheTransactions() throws IOException {
        List<FraudLabel> delayed = transactions.stream()
                .filter(transaction -> transaction.fraud == 1)
                .map(transaction -> new FraudLabel(
                        transaction.transactionId,
                        transaction.epochSecond,
                        transaction.customerId,
                        transaction.terminalId,
                        true,
                        transaction.epochSecond + DELAY_SECONDS,
                        "",
                        transaction.origin,
                        transaction.raw))
                .toList();
        BoundedOracle.Answers answers = BoundedOracle.run(DELAY_SECONDS, LATENESS_SECONDS, transactions, delayed);

        assertThat(run(
                        "score",
                        "--transactions",
                        file("transactions.csv"),
                        "--label-delay",
                        "7d",
                        "--out",
                        out.resolve("predictions.csv").toString()))
                .isZero();

        assertThat(console.toString()).doesNotContain("--label-delay");
        Map<Long, Integer> positions = positions();
        for (Map<String, String> row : read(out.resolve("predictions.csv"))) {
            int position = positions.get(Long.parseLong(row.get("transaction_id")));
            assertThat(features(row)).containsExactly(answers.verdicts().get(position).features);
        }
    }

    @Test
    void recordsThatCannotBeUsedAreKeptWithTheirLineAndTheRestIsScored() throws IOException {
        Path mixed = out.resolve("mixed.jsonl");
        List<String> lines = new ArrayList<>();
        for (Transaction transaction : transactions.subList(0, 20)) {
            lines.add(new String(RecordJson.encode(transaction), StandardCharsets.UTF_8));
        }
        lines.add(3, "{\"TRANSACTION_ID\":1");
        lines.add(7, "[]");
        lines.add(lines.get(0));
        lines.add(lines.get(0).replaceAll("\"TX_AMOUNT\":[0-9.]+", "\"TX_AMOUNT\":0.99"));
        Files.write(mixed, lines);

        assertThat(run(
                        "score",
                        "--transactions",
                        mixed.toString(),
                        "--out",
                        out.resolve("predictions.csv").toString(),
                        "--dead-letters",
                        out.resolve("dead.csv").toString()))
                .isZero();

        assertThat(read(out.resolve("predictions.csv"))).hasSize(20);
        assertThat(read(out.resolve("dead.csv")))
                .extracting(row -> row.get("sequence_number") + " " + row.get("reason"))
                .containsExactly("4 BAD_JSON", "8 NOT_OBJECT", "24 CONFLICT");
        assertThat(console.toString())
                .contains("3 records could not be used: 1 BAD_JSON, 1 NOT_OBJECT, 1 CONFLICT")
                .contains("terminals' risk is 0 without --labels or --label-delay");
    }

    @Test
    void labelsWhoseTransactionNeverCameAreKeptEachWithItsLine() throws IOException {
        Transaction any = transactions.get(0);
        List<FraudLabel> strays = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            long second = any.epochSecond + day * 86_400L;
            strays.add(new FraudLabel(
                    1_000_000 + day,
                    second,
                    any.customerId,
                    any.terminalId,
                    true,
                    second + 60,
                    "",
                    any.origin,
                    any.raw));
        }
        write("strays.csv", RecordCsv.LABEL_HEADER, strays.stream().map(RecordCsv::row));

        assertThat(run(
                        "score",
                        "--transactions",
                        file("transactions.csv"),
                        "--labels",
                        file("strays.csv"),
                        "--out",
                        out.resolve("predictions.csv").toString(),
                        "--dead-letters",
                        out.resolve("dead.csv").toString()))
                .isZero();

        assertThat(read(out.resolve("dead.csv")))
                .extracting(row -> row.get("stream_name") + " " + row.get("sequence_number") + " " + row.get("reason"))
                .containsExactly(
                        file("strays.csv") + " 2 LABEL_UNMATCHED",
                        file("strays.csv") + " 3 LABEL_UNMATCHED",
                        file("strays.csv") + " 4 LABEL_UNMATCHED",
                        file("strays.csv") + " 5 LABEL_UNMATCHED",
                        file("strays.csv") + " 6 LABEL_UNMATCHED");
    }

    @Test
    void aFileWhoseNameBeginsWithAnUnderscoreIsReadLikeAnyOther() throws IOException {
        Path hidden = Files.copy(world.resolve("transactions.csv"), out.resolve("_transactions.csv"));

        assertThat(run(
                        "score",
                        "--transactions",
                        hidden.toString(),
                        "--out",
                        out.resolve("predictions.csv").toString()))
                .isZero();

        assertThat(read(out.resolve("predictions.csv"))).hasSameSizeAs(transactions);
    }

    @Test
    void aDamagedFileIsRefusedByNameAndNothingIsWritten() throws IOException {
        byte[] whole = Files.readAllBytes(world.resolve("transactions.jsonl.gz"));
        Path half = Files.write(out.resolve("half.jsonl.gz"), Arrays.copyOf(whole, whole.length / 2));

        assertRefused("half.jsonl.gz is damaged", "score", "--transactions", half.toString(), "--out", out + "/p.csv");

        assertThat(out).isDirectoryNotContaining(path -> path.toString().contains("p.csv"));
    }

    @Test
    void withoutContactColumnsNoContactIsWritten() throws IOException {
        assertThat(score("predictions.csv", "--customers", file("customers.csv"), "--enrichment.contact-columns=false"))
                .isZero();

        assertThat(read(out.resolve("predictions.csv")))
                .allSatisfy(row -> assertThat(row.get("full_name") + row.get("email_address") + row.get("phone_number"))
                        .isEmpty());
    }

    @Test
    void backfillPutsFeaturesAndTheLastVerdictIntoTheHistoryTable() throws Exception {
        List<FraudLabel> retracted = new ArrayList<>(labels);
        FraudLabel first =
                labels.stream().filter(label -> label.fraud).findFirst().orElseThrow();
        retracted.add(new FraudLabel(
                first.transactionId,
                first.txEpochSecond,
                first.customerId,
                first.terminalId,
                false,
                first.labelEpochSecond + 1,
                "analyst",
                first.origin,
                first.raw));
        write("retracted.csv", RecordCsv.LABEL_HEADER, retracted.stream().map(RecordCsv::row));
        String url = Postgres.freshDatabase();

        for (int time = 0; time < 2; time++) {
            assertThat(run(
                            "backfill",
                            "--transactions",
                            file("transactions.csv"),
                            "--labels",
                            file("retracted.csv"),
                            "--warehouse.url=" + url,
                            "--warehouse.user=" + Postgres.USER))
                    .as(errors.toString())
                    .isZero();
        }

        BoundedOracle.Answers answers = BoundedOracle.run(DELAY_SECONDS, LATENESS_SECONDS, transactions, retracted);
        Map<Long, Integer> positions = positions();
        Map<Long, Long> verdicts = new HashMap<>();
        labels.forEach(label -> verdicts.put(label.transactionId, label.fraud ? 1L : 0L));
        assertThat(console.toString())
                .contains(String.format(Locale.ROOT, "%,d without a verdict", transactions.size() - verdicts.size()));
        int rows = 0;
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM cust_payment_tx_history")) {
            while (row.next()) {
                rows++;
                Transaction transaction = transactions.get(positions.get(row.getLong("transaction_id")));
                assertThat((Long) row.getObject("tx_fraud"))
                        .isEqualTo(
                                transaction.transactionId == first.transactionId
                                        ? Long.valueOf(0)
                                        : verdicts.get(transaction.transactionId));
                assertThat(row.getLong("tx_fraud_scenario")).isEqualTo(transaction.fraudScenario);
                double[] features = new double[FeatureSet.REFERENCE.size()];
                for (Feature feature : FeatureSet.REFERENCE.features()) {
                    features[feature.index()] = row.getDouble(feature.column());
                }
                assertThat(features)
                        .containsExactly(answers.verdicts().get(positions.get(transaction.transactionId)).features);
            }
        }
        assertThat(rows).isEqualTo(transactions.size());
    }

    @Test
    void whatIsMissingOrUnreachableIsSaidInTwoLinesBeforeAnythingStarts() throws IOException {
        Path noAmount = out.resolve("no-amount.csv");
        Files.write(
                noAmount, List.of("TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID", "1,2026-01-01 00:00:00,1,1"));

        assertRefused("does not exist", "score", "--transactions", "nowhere.csv", "--out", "p.csv");
        assertRefused("TX_AMOUNT", "score", "--transactions", noAmount.toString(), "--out", "p.csv");
        assertRefused("is a directory", "score", "--transactions", world.toString(), "--out", "p.csv");
        Path parquet = Files.createFile(out.resolve("x.parquet"));
        assertRefused("no known format", "score", "--transactions", parquet.toString(), "--out", "p.csv");
        assertRefused(
                "is no directory", "score", "--transactions", file("transactions.csv"), "--out", "no/where/p.csv");
        assertRefused(
                "model",
                "score",
                "--transactions",
                file("transactions.csv"),
                "--model",
                world.toString(),
                "--out",
                "p.csv");
        assertRefused(
                "source.steam",
                "score",
                "--transactions",
                file("transactions.csv"),
                "--out",
                "p.csv",
                "--source.steam=x");
        assertRefused(
                "are one file",
                "score",
                "--transactions",
                file("transactions.csv"),
                "--out",
                out + "/x.csv",
                "--dead-letters",
                out + "/./x.csv");
        assertRefused("warehouse.url", "backfill", "--transactions", file("transactions.csv"));
        assertRefused(
                "1",
                "backfill",
                "--transactions",
                file("transactions.csv"),
                "--warehouse.url=jdbc:postgresql://localhost:1/nothing",
                "--warehouse.user=nobody");
    }

    @Test
    void aLabelDelayWithoutAUnitIsWrongUsage() {
        assertThat(run("score", "--transactions", file("transactions.csv"), "--label-delay", "7", "--out", "p.csv"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("'7' is no duration with its unit");
    }

    private void assertRefused(String cause, String... arguments) {
        errors.getBuffer().setLength(0);
        assertThat(run(arguments)).as(String.join(" ", arguments)).isEqualTo(BAD_INPUT);
        assertThat(errors.toString().lines().toList())
                .hasSize(2)
                .satisfies(
                        lines -> assertThat(lines.get(0)).startsWith("error: ").contains(cause))
                .satisfies(lines -> assertThat(lines.get(1)).startsWith("remedy: "));
    }

    private int score(String to, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "score",
                "--transactions",
                file("transactions.csv"),
                "--labels",
                file("labels.csv"),
                "--out",
                out.resolve(to).toString()));
        arguments.addAll(Arrays.asList(more));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(console), new PrintWriter(errors), arguments);
    }

    private static String file(String name) {
        return world.resolve(name).toString();
    }

    private static Map<Long, Integer> positions() {
        Map<Long, Integer> positions = new HashMap<>();
        for (int i = 0; i < transactions.size(); i++) {
            positions.put(transactions.get(i).transactionId, i);
        }
        return positions;
    }

    private static double[] features(Map<String, String> row) {
        return FeatureSet.REFERENCE.features().stream()
                .mapToDouble(feature -> Double.parseDouble(row.get(feature.column())))
                .toArray();
    }

    private static List<Map<String, String>> read(Path csv) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        String[] header = lines.get(0).split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < header.length; i++) {
                row.put(header[i], cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    private static void write(String name, String header, Stream<String> rows) throws IOException {
        List<String> lines = new ArrayList<>(List.of(header));
        rows.forEach(lines::add);
        Files.write(world.resolve(name), lines);
    }

    private static void gzip(String name, Stream<byte[]> records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream zipped = new GZIPOutputStream(bytes)) {
            for (byte[] each : records.toList()) {
                zipped.write(each);
                zipped.write('\n');
            }
        }
        Files.write(world.resolve(name), bytes.toByteArray());
    }
}
