package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.CustomerCsv;
import io.cardwatch.domain.Customer;
import io.cardwatch.testing.KinesaliteServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    private static final String[] SMALL_WORLD = {"--terminals=100", "--radius=30", "--days=15", "--first-day=2024-02-20"
    };
    private static final String FIRST_COLUMNS = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void theSameOptionsGiveTheSameFiles_anotherSeedOthers() throws IOException {
        assertThat(generate("--out=" + directory.resolve("a"))).isZero();
        assertThat(generate("--out=" + directory.resolve("b"))).isZero();
        assertThat(generate("--out=" + directory.resolve("c"), "--seed=1")).isZero();

        assertThat(names("a")).containsExactly("customers.csv", "labels.csv", "transactions.csv");
        for (String name : names("a")) {
            assertThat(directory.resolve("b").resolve(name)).hasSameBinaryContentAs(directory.resolve("a/" + name));
            assertThat(Files.readAllBytes(directory.resolve("c").resolve(name)))
                    .isNotEqualTo(Files.readAllBytes(directory.resolve("a/" + name)));
        }
        assertThat(out.toString()).contains(" payments, ").contains(" of them frauds (");
    }

    @Test
    void transactionsCarryTheirTruth_andEveryFraudHasItsLabelThreeHoursLater() throws IOException {
        generate("--out=" + directory.resolve("a"), "--label-delay=fixed:3h");

        List<String> transactions = Files.readAllLines(directory.resolve("a/transactions.csv"));
        List<String> labels = Files.readAllLines(directory.resolve("a/labels.csv"));
        assertThat(transactions.get(0))
                .isEqualTo(FIRST_COLUMNS + "TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,TX_FRAUD_SCENARIO");
        assertThat(labels.get(0)).isEqualTo(FIRST_COLUMNS + "TX_FRAUD,LABEL_DATETIME,LABEL_SOURCE");
        assertThat(transactions.get(1)).startsWith("0,2024-02-20 ");
        Map<String, String[]> frauds = new HashMap<>();
        transactions.stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(cells -> cells[7].equals("1"))
                .forEach(cells -> frauds.put(cells[0], cells));
        assertThat(labels).hasSize(frauds.size() + 1).hasSizeGreaterThan(5);
        for (String label : labels.subList(1, labels.size())) {
            String[] cells = label.split(",", -1);
            String[] fraud = frauds.get(cells[0]);
            assertThat(Arrays.copyOf(cells, 5)).containsExactly(cells[0], fraud[1], fraud[2], fraud[3], "1");
            assertThat(instant(cells[5])).isEqualTo(instant(fraud[1]).plusHours(3));
        }
    }

    @Test
    void jsonLinesAndGzipHoldTheSameRecords() throws IOException {
        generate("--out=" + directory.resolve("csv"));
        generate("--out=" + directory.resolve("json"), "--format=jsonl", "--gzip");

        assertThat(names("json")).containsExactly("customers.csv.gz", "labels.jsonl.gz", "transactions.jsonl.gz");
        List<String> json = unzipped("json/transactions.jsonl.gz");
        List<String> csv = Files.readAllLines(directory.resolve("csv/transactions.csv"));
        assertThat(json).hasSize(csv.size() - 1);
        String[] cells = csv.get(100).split(",", -1);
        assertThat(json.get(99))
                .contains(
                        "\"TRANSACTION_ID\":99,", "\"TX_DATETIME\":\"" + cells[1] + "\"", "\"TX_AMOUNT\":" + cells[4]);
        List<Customer> customers = new ArrayList<>();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(directory.resolve("json/customers.csv.gz")))) {
            CustomerCsv.read(in, "customers.csv.gz", customers::add);
        }
        assertThat(customers)
                .hasSize(50)
                .extracting(customer -> customer.customerId)
                .endsWith(49L);
    }

    @Test
    void daysCanEndOnAGivenDay() throws IOException {
        run("generate", "--customers=50", "--days=2", "--last-day=2026-03-01", "--out=" + directory.resolve("a"));

        assertThat(Files.readAllLines(directory.resolve("a/transactions.csv")).stream()
                        .skip(1)
                        .map(line -> line.split(",", -1)[1].substring(0, 10)))
                .containsOnly("2026-02-28", "2026-03-01");
    }

    @Test
    void theHandbooksFirstDayIsWrittenAsPublished() throws IOException {
        assertThat(run("generate", "--profile=handbook", "--days=1", "--out=" + directory.resolve("a")))
                .isZero();

        // zcat transactions.csv.gz | awk -F, '$7 == 0'
        List<String> transactions = lines("a/transactions.csv");
        assertThat(transactions).hasSize(1 + 9_488);
        assertThat(transactions.get(1)).isEqualTo("0,2018-04-01 00:00:31,596,3156,57.16,31,0,0,0");
        assertThat(transactions.get(9_488)).isEqualTo("9487,2018-04-01 23:59:51,554,8248,19.20,86391,0,0,0");
        assertThat(lines("a/labels.csv")).hasSize(1 + 3);
        assertThat(lines("a/customers.csv")).hasSize(1 + 5_000);
    }

    @Test
    void paymentsAndVerdictsGoIntoTwoStreams_verdictsOnlyAsFarAsTheyAreKnown() {
        try (KinesaliteServer kinesis = KinesaliteServer.start()) {
            kinesis.createStream("payments", 2);
            kinesis.createStream("verdicts", 1);
            System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
            System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);

            // As in a process of its own: KinesaliteServer has set what the command has to set itself.
            System.clearProperty("aws.cborEnabled");

            int exitCode = generateFor(
                    600,
                    "--stream=payments",
                    "--label-stream=verdicts",
                    "--endpoint-url=" + kinesis.endpoint(),
                    "--region=us-east-1",
                    "--label-delay=fixed:7d");

            assertThat(err.toString()).doesNotContain("error");
            assertThat(exitCode).isZero();
            generateFor(600, "--out=" + directory.resolve("a"));
            assertThat(kinesis.records("payments"))
                    .hasSize(lines("a/transactions.csv").size() - 1);
            long known = lines("a/labels.csv").stream()
                    .skip(1)
                    .filter(line -> line.split(",", -1)[5].compareTo("2024-03-06") < 0)
                    .count();
            assertThat(kinesis.records("verdicts"))
                    .hasSize((int) known)
                    .hasSizeLessThan(lines("a/labels.csv").size() - 1);
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void aDirectoryThatHoldsSomethingIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("precious.txt"), "x");

        assertThat(generate("--out=" + directory)).isEqualTo(3);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: The directory " + directory + " is not empty: it holds precious.txt.",
                        "remedy: Choose another with --out, or empty it.");
        assertThat(directory).isDirectoryContaining("glob:**precious.txt");
    }

    @Test
    void whatCannotBeSimulatedIsRefused_withCauseAndRemedy() {
        assertRefused("The label delay \"soon\"", "--label-delay=soon");
        assertRefused("0 as its customers", "--customers=0");
        assertRefused("1.5 as its share", "--genuine-label-share=1.5");
        assertRefused("no day \"yesterday\"", "--last-day=yesterday", "--days=5");
        assertRefused("no format \"xml\"", "--format=xml");
        assertRefused("no profile \"other\"", "--profile=other");
        assertRefused("The profile handbook is a world of 5000 customers", "--profile=handbook", "--customers=50");
        assertRefused("The profile handbook has no seed -1", "--profile=handbook", "--seed=-1");
        assertThat(directory.resolve("new")).doesNotExist();
    }

    private void assertRefused(String cause, String... options) {
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("generate", "--out=" + directory.resolve("new")));
        arguments.addAll(List.of(options));
        assertThat(run(arguments.toArray(String[]::new))).isEqualTo(3);
        assertThat(err.toString().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("error: ")
                .contains(cause);
    }

    @Test
    void aKinesisThatCannotBeReachedIsBadInput() {
        int exitCode = run("generate", "--stream=payments", "--endpoint-url=http://127.0.0.1:1", "--region=us-east-1");

        assertThat(exitCode).isEqualTo(3);
        assertThat(err.toString().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("error: Kinesis cannot be reached: ");
    }

    @Test
    void filesAndKinesisExcludeEachOther_andOneOfThemIsNeeded() {
        assertThat(run("generate", "--out=" + directory.resolve("a"), "--stream=payments"))
                .isEqualTo(2);
        assertThat(run("generate", "--out=" + directory.resolve("a"), "--rate=5"))
                .isEqualTo(2);
        assertThat(run("generate", "--days=5")).isEqualTo(2);
        assertThat(run("generate", "--out=" + directory.resolve("a"), "--last-day=today", "--first-day=2024-01-01"))
                .isEqualTo(2);
        assertThat(directory.resolve("a")).doesNotExist();
    }

    @Test
    void helpNamesEveryOptionWithItsDefault() {
        assertThat(run("generate", "--help")).isZero();
        assertThat(out.toString())
                .contains("--out", "--stream", "--label-stream", "--endpoint-url", "--rate", "--format", "--gzip")
                .contains("Default: 5000", "Default: 10000", "Default: 183", "Default: fixed:7d", "Default: csv");
    }

    private static LocalDateTime instant(String text) {
        return LocalDateTime.parse(text.replace(' ', 'T'));
    }

    private int generate(String... options) {
        return generateFor(50, options);
    }

    private int generateFor(int customers, String... options) {
        return run(Stream.of(new String[] {"generate", "--customers=" + customers}, SMALL_WORLD, options)
                .flatMap(Arrays::stream)
                .toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> unzipped(String file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(directory.resolve(file)))) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    private List<String> names(String child) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(child))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
