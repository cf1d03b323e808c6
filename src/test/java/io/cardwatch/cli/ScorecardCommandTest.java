package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.Postgres;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/**
 * {@code scorecard} over 46 days of rows that a seeded generator inserts, of which 30 are judged; figures are compared with
 * plain sums over the generator's own list.
 */
class ScorecardCommandTest {
    /** The shipped reference model, whose training profile is known. */
    private static final String SHIPPED = "2018-08-28-f76c0a64b93a";

    private static final String LATER = "2024-01-20-000000000000";
    private static final LocalDateTime START = LocalDateTime.of(2024, 1, 1, 0, 0);
    private static final LocalDate FROM = LocalDate.of(2024, 1, 9);
    private static final LocalDate UNTIL = LocalDate.of(2024, 2, 8);
    /** Half a day after the youngest payment; with 7 days the last whole day that counts is 2024-02-07. */
    private static final String AS_OF = "--as-of=2024-02-15T12:00:00Z";

    private static final String NIGHT = "{\"id\":\"night\",\"version\":1,\"action\":\"review\",\"dry_run\":false}";
    private static final String LARGE = "{\"id\":\"large\",\"version\":2,\"action\":\"block\",\"dry_run\":true}";
    private static final int SILENT_TERMINAL = 900;

    @TempDir
    static Path directory;

    private static final List<Payment> PAYMENTS = new ArrayList<>();
    private static String postgres;
    private static String redshift;
    private static String text;
    private static String html;
    private static JsonNode card;
    private static List<Payment> judged;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A row of the predictions with its truth. */
    private record Payment(
            long id,
            LocalDateTime time,
            long customer,
            long terminal,
            double amount,
            double probability,
            boolean alert,
            String version,
            String action,
            String rules,
            boolean known,
            Boolean label,
            double shadow) {
        boolean fraud() {
            return Boolean.TRUE.equals(label);
        }

        boolean acted() {
            return Set.of("alert", "review", "block").contains(action);
        }

        boolean fired(String rule) {
            return rules != null && rules.contains(rule);
        }

        /** Of the first features in vector order: some vary, the rest are constant. */
        double feature(int index) {
            return index == Feature.TX_AMOUNT.index()
                    ? amount
                    : index == Feature.TX_DURING_NIGHT.index() ? id % 2 : index == 3 ? 1 + id % 5 : 0;
        }
    }

    @BeforeAll
    static void fill() throws Exception {
        Random random = new Random(11);
        for (int id = 0; id < 4_000; id++) {
            LocalDateTime time = START.plusSeconds((long) (id * 45.99 * 86_400 / 4_000));
            boolean fraud = random.nextInt(12) == 0;
            double probability = (float) (fraud ? random.nextDouble() : random.nextDouble() * 0.7);
            boolean alert = probability >= 0.6;
            boolean asked = time.isAfter(START.plusDays(20));
            boolean night = asked && random.nextInt(20) == 0;
            boolean large = asked && random.nextInt(30) == 0;
            String rules = !asked
                    ? null
                    : night && large
                            ? "[" + NIGHT + "," + LARGE + "]"
                            : night ? "[" + NIGHT + "]" : large ? "[" + LARGE + "]" : "[]";
            boolean silent = random.nextInt(16) == 0;
            PAYMENTS.add(new Payment(
                    id,
                    time,
                    random.nextInt(150),
                    silent ? SILENT_TERMINAL : random.nextInt(40),
                    Math.round(random.nextDouble() * 20_000) / 100.0,
                    probability,
                    alert,
                    time.isBefore(START.plusDays(25)) ? SHIPPED : LATER,
                    night ? "review" : alert ? "alert" : "none",
                    rules,
                    random.nextInt(25) > 0,
                    silent ? null : fraud ? Boolean.TRUE : random.nextInt(4) == 0 ? Boolean.FALSE : null,
                    time.isAfter(START.plusDays(28)) ? random.nextFloat() : -1));
        }
        judged = PAYMENTS.stream()
                .filter(payment -> !payment.time.toLocalDate().isBefore(FROM)
                        && payment.time.toLocalDate().isBefore(UNTIL))
                .collect(Collectors.toList());
        postgres = Postgres.freshDatabase();
        insert(postgres);
        redshift = Postgres.databaseWithoutKeys();
        insert(redshift);
        Path costs = Files.writeString(
                directory.resolve("costs.json"), "{\"review\": 4, \"savedShare\": 0.8, \"blockedGenuine\": 10}");
        StringWriter told = new StringWriter();
        StringWriter failed = new StringWriter();
        int exitCode = Cardwatch.run(
                new PrintWriter(told),
                new PrintWriter(failed),
                "scorecard",
                AS_OF,
                "--warehouse.url=" + postgres,
                "--warehouse.user=" + Postgres.USER,
                "--costs=" + costs,
                "--json=" + directory.resolve("card.json"),
                "--html=" + directory.resolve("card.html"));
        assertThat(exitCode).as(failed::toString).isZero();
        text = told.toString();
        card = new JsonMapper().readTree(Files.readString(directory.resolve("card.json")));
        html = Files.readString(directory.resolve("card.html"));
    }

    private static void insert(String url) throws SQLException {
        String features = FeatureSet.REFERENCE.features().stream()
                .skip(1)
                .map(Feature::column)
                .collect(Collectors.joining(", "));
        try (Connection connection = Postgres.connect(url);
                PreparedStatement row = connection.prepareStatement(
                        "INSERT INTO cust_payment_tx_fraud_predictions (transaction_id, tx_datetime, customer_id,"
                                + " terminal_id, tx_amount, fraud_probability, fraud_prediction, threshold,"
                                + " model_version, action, rules, full_name, " + features
                                + ") VALUES (?, ?, ?, ?, ?, ?, ?, 0.6, ?, ?, ?, ?"
                                + ", ?".repeat(FeatureSet.REFERENCE.size() - 1) + ")");
                PreparedStatement label = connection.prepareStatement(
                        "INSERT INTO cust_payment_tx_labels (transaction_id, tx_datetime, customer_id, terminal_id,"
                                + " tx_fraud, label_datetime) VALUES (?, ?, ?, ?, ?, ?)");
                PreparedStatement shadow = connection.prepareStatement(
                        "INSERT INTO cust_payment_tx_shadow_scores VALUES (?, ?, ?, 'next', 'next-1', ?, ?)")) {
            for (Payment payment : PAYMENTS) {
                set(row, payment.id, payment.time, payment.customer, payment.terminal, payment.amount);
                row.setDouble(6, payment.probability);
                row.setInt(7, payment.alert ? 1 : 0);
                row.setString(8, payment.version);
                row.setString(9, payment.action);
                row.setString(10, payment.rules);
                row.setString(11, payment.known ? "Ada" : null);
                for (int i = 1; i < FeatureSet.REFERENCE.size(); i++) {
                    row.setObject(11 + i, payment.feature(i), Types.NUMERIC);
                }
                row.addBatch();
                if (payment.label != null) {
                    LocalDateTime known = payment.time.plusHours(30);
                    set(label, payment.id, payment.time, payment.customer, payment.terminal);
                    // First the opposite: the latest verdict counts.
                    label.setInt(5, payment.label ? 0 : 1);
                    label.setObject(6, known.minusHours(1));
                    label.addBatch();
                    label.setInt(5, payment.label ? 1 : 0);
                    label.setObject(6, known);
                    label.addBatch();
                }
                if (payment.shadow >= 0) {
                    set(shadow, payment.id, payment.time, payment.customer, payment.shadow);
                    shadow.setInt(5, payment.shadow >= 0.5 ? 1 : 0);
                    shadow.addBatch();
                }
            }
            row.executeBatch();
            label.executeBatch();
            shadow.executeBatch();
        }
    }

    private static void set(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    @Test
    void onlyWholeDaysCountWhoseLabelsHaveHadTime() {
        assertThat(card.at("/from").asText()).isEqualTo("2024-01-09");
        assertThat(card.at("/until").asText()).isEqualTo("2024-02-08");
        assertThat(card.at("/payments").asInt()).isEqualTo(judged.size());
        assertThat(card.at("/labelled").asInt()).isEqualTo(count(judged, payment -> payment.label != null));
        assertThat(card.at("/frauds").asInt()).isEqualTo(count(judged, Payment::fraud));
        assertThat(text)
                .contains("Only payments at least 7 d old count; of these, one without a label counts as genuine.");
    }

    @Test
    void aModelsFiguresAreThoseOfAPlainCount() {
        assertThat(card.at("/models")).hasSize(2);
        for (JsonNode model : card.at("/models")) {
            List<Payment> own = where(
                    judged,
                    payment -> payment.version.equals(model.get("modelVersion").asText()));
            check(model.get("decision"), own, Payment::alert);
            checkRanking(model.get("ranking"), own, Payment::probability);
        }
        assertThat(card.at("/models/0/decision/payments").asInt())
                .isGreaterThan(card.at("/models/1/decision/payments").asInt());
        check(card.at("/decisions"), judged, Payment::acted);
    }

    @Test
    void aChallengerStandsBesideTheChampionOnTheSamePayments() {
        List<Payment> both = where(judged, payment -> payment.shadow >= 0);
        JsonNode challenger = card.at("/challengers/0");

        assertThat(card.at("/challengers")).hasSize(1);
        assertThat(challenger.get("slot").asText()).isEqualTo("next");
        assertThat(challenger.get("championVersions")).hasSize(1);
        check(challenger.at("/challenger/decision"), both, payment -> payment.shadow >= 0.5);
        check(challenger.at("/champion/decision"), both, Payment::alert);
        checkRanking(challenger.at("/challenger/ranking"), both, Payment::shadow);
        checkRanking(challenger.at("/champion/ranking"), both, Payment::probability);
        assertThat(challenger.at("/difference/precision/value").asDouble())
                .isCloseTo(
                        challenger.at("/challenger/decision/precision/value").asDouble()
                                - challenger
                                        .at("/champion/decision/precision/value")
                                        .asDouble(),
                        within(1e-12));
        // A coin against a model that knows something.
        assertThat(challenger.at("/difference/averagePrecision/high").asDouble())
                .isNegative();
    }

    @Test
    void aRuleIsMeasuredAmongThePaymentsOnWhichRulesWereAsked() {
        List<Payment> asked = where(judged, payment -> payment.rules != null);

        assertThat(card.at("/rulesAsked").asInt()).isEqualTo(asked.size());
        assertThat(card.at("/rules")).hasSize(2);
        check(card.at("/rules/0/firings"), asked, payment -> payment.fired("large"));
        check(card.at("/rules/1/firings"), asked, payment -> payment.fired("night"));
        assertThat(card.at("/rules/0/dryRun").asBoolean()).isTrue();
        assertThat(card.at("/rules/1/dryRun").asBoolean()).isFalse();
        assertThat(card.at("/rules/1/firstFired").asText())
                .isEqualTo(asked.stream()
                        .filter(payment -> payment.fired("night"))
                        .findFirst()
                        .orElseThrow()
                        .time
                        .toLocalDate()
                        .toString());
        assertThat(text).contains("large version 2, block, dry run: fired ");
    }

    @Test
    void driftIsThePsiAgainstTheProfileOfTheModel() throws Exception {
        LocalDateTime now = LocalDateTime.of(2024, 2, 15, 12, 0);
        List<Payment> recent = where(
                PAYMENTS,
                payment -> !payment.time.isBefore(now.minusDays(30))
                        && payment.time.isBefore(now)
                        && payment.version.equals(SHIPPED));
        JsonNode profile = new JsonMapper()
                .readTree(getClass()
                        .getResourceAsStream("/model/reference/profile.json")
                        .readAllBytes());
        JsonNode drift = drift(SHIPPED);

        assertThat(drift.get("payments").asInt()).isEqualTo(recent.size());
        assertThat(drift.get("drifts")).hasSize(16);
        for (int i = 0; i < 15; i++) {
            int feature = i;
            assertThat(drift.at("/drifts/" + i + "/psi").asDouble())
                    .as(FeatureSet.REFERENCE.names().get(i))
                    .isCloseTo(
                            psi(profile.at("/features/" + i), recent, payment -> payment.feature(feature)),
                            within(1e-9));
        }
        assertThat(drift.at("/drifts/15/psi").asDouble())
                .isCloseTo(psi(profile.get("score"), recent, Payment::probability), within(1e-9));
        assertThat(drift.at("/drifts/15/verdict").asText()).isEqualTo("drifted");
    }

    @Test
    void withoutAProfileDriftIsLeftOut_andSaid() {
        assertThat(drift(LATER).get("drifts").isNull()).isTrue();
        assertThat(text).contains("Its training profile is not at hand: give its directory by --model");
    }

    @Test
    void terminalsWithoutLabelsAndUnknownCustomersAreCounted() {
        long silent = count(judged, payment -> payment.terminal == SILENT_TERMINAL);

        assertThat(card.at("/dataQuality/terminals").asInt()).isEqualTo(41);
        assertThat(card.at("/dataQuality/silentTerminals").asInt()).isEqualTo(1);
        assertThat(card.at("/dataQuality/mostSilentTerminals/0/terminalId").asInt())
                .isEqualTo(SILENT_TERMINAL);
        assertThat(card.at("/dataQuality/mostSilentTerminals/0/paymentsSince").asLong())
                .isEqualTo(silent);
        assertThat(card.at("/dataQuality/unknownCustomerPayments").asLong())
                .isEqualTo(count(judged, payment -> !payment.known));
        assertThat(card.at("/dataQuality/labelsStopped").asBoolean()).isFalse();
    }

    @Test
    void labelsThatStoppedAreTold() {
        assertThat(run("--as-of=2024-03-01T00:00:00Z", "--days=30"))
                .as(err::toString)
                .isZero();

        assertThat(out.toString()).contains("days ago; before it at most 0 days without one. They stopped.");
    }

    @Test
    void theViewsOfBothDialectsSayTheSame() throws Exception {
        String sql = "SELECT tx_date, sum(payments), sum(alerts), sum(labelled), sum(frauds), sum(caught_frauds),"
                + " sum(action_review), CAST(sum(caught_amount) AS numeric(14,2)) FROM cust_payment_tx_scorecard"
                + " WHERE tx_date >= '2024-01-09' AND tx_date < '2024-02-08' GROUP BY tx_date ORDER BY tx_date";
        List<String> expected = new ArrayList<>();
        for (LocalDate day = FROM; day.isBefore(UNTIL); day = day.plusDays(1)) {
            LocalDate wanted = day;
            List<Payment> own =
                    where(judged, payment -> payment.time.toLocalDate().equals(wanted));
            List<Payment> caught = where(own, payment -> payment.alert && payment.fraud());
            expected.add(String.format(
                    Locale.ROOT,
                    "%s|%d|%d|%d|%d|%d|%d|%.2f",
                    day,
                    own.size(),
                    count(own, Payment::alert),
                    count(own, payment -> payment.label != null),
                    count(own, Payment::fraud),
                    caught.size(),
                    count(own, payment -> payment.action.equals("review")),
                    caught.stream().mapToDouble(Payment::amount).sum()));
        }

        assertThat(query(postgres, sql)).isEqualTo(expected);
        assertThat(query(redshift, sql)).isEqualTo(expected);
        List<String> days = new ArrayList<>();
        card.at("/days")
                .forEach(day -> days.add(day.get("day").asText() + "|" + day.get("payments") + "|" + day.get("alerts")
                        + "|" + day.get("labelled") + "|" + day.get("frauds") + "|" + day.get("caught")));
        assertThat(days)
                .isEqualTo(expected.stream()
                        .map(line -> line.substring(0, line.lastIndexOf('|', line.lastIndexOf('|') - 1)))
                        .collect(Collectors.toList()));
    }

    @Test
    void withRedshiftsTablesTheScorecardIsTheSame() throws Exception {
        assertThat(Cardwatch.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "scorecard",
                        AS_OF,
                        "--json=" + directory.resolve("redshift.json"),
                        "--costs=" + directory.resolve("costs.json"),
                        "--warehouse.url=" + redshift,
                        "--warehouse.user=" + Postgres.USER))
                .as(err::toString)
                .isZero();

        assertThat(new JsonMapper().readTree(Files.readString(directory.resolve("redshift.json"))))
                .isEqualTo(card);
    }

    @Test
    void thePageNeedsNoOther_andSaysWhatTheJsonSays() throws Exception {
        assertThat(html).doesNotContainPattern("(?i)<(script|link|iframe|object|embed|base|img)\\b");
        assertThat(html).doesNotContainPattern("(?i)https?:|url\\(|@import|\\bon[a-z]+=\"");
        assertThat(html).doesNotContain("NaN").doesNotContain("Infinity").contains("prefers-color-scheme: dark");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replaceFirst("<!DOCTYPE html>", ""))));
        assertThat(html)
                .contains(String.format(
                        Locale.ROOT,
                        "id=\"precision\">%.1f\u00a0%%<",
                        100 * card.at("/decisions/precision/value").asDouble()))
                .contains(SHIPPED, "night version 1", "block, dry run", "next: ");
    }

    @Test
    void theTextIsAtMostAHundredColumnsWide() {
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void fromAndDaysChooseTheDays() throws Exception {
        Path file = directory.resolve("three.json");
        assertThat(run(AS_OF, "--from=2024-01-10", "--days=3", "--json=" + file))
                .as(err::toString)
                .isZero();

        List<Payment> three = where(
                judged,
                payment -> payment.time.getDayOfMonth() >= 10
                        && payment.time.getDayOfMonth() <= 12
                        && payment.time.getMonthValue() == 1);
        assertThat(new JsonMapper()
                        .readTree(Files.readString(file))
                        .get("payments")
                        .asInt())
                .isEqualTo(three.size());
        assertThat(out.toString()).contains("Scorecard of 2024-01-10 to 2024-01-12 (UTC)");
    }

    @Test
    void whatCannotBeMeasuredIsRefusedWithItsRemedy() throws Exception {
        assertThat(run("--as-of=2023-01-01T00:00:00Z")).isEqualTo(Failure.BAD_INPUT);
        assertThat(run(AS_OF, "--from=2024-02-12")).isEqualTo(Failure.BAD_INPUT);
        assertThat(run(AS_OF, "--days=0")).isEqualTo(Failure.BAD_INPUT);
        assertThat(run(AS_OF, "--model=" + directory.resolve("none"))).isEqualTo(Failure.BAD_INPUT);
        Path costs = Files.writeString(
                directory.resolve("bad.json"), "{\"review\": -4, \"savedShare\": 0.8, \"blockedGenuine\": 10}");
        assertThat(run(AS_OF, "--costs=" + costs)).isEqualTo(Failure.BAD_INPUT);

        assertThat(err.toString().lines().filter(line -> line.startsWith("error: ")))
                .containsExactly(
                        "error: no payment was scored from 2022-11-25 to 2022-12-24",
                        "error: the labels of 2024-02-12 have not had 168 hours by 2024-02-15T12:00:00Z",
                        "error: --days is 0",
                        "error: the model directory " + directory.resolve("none") + " has no file cardwatch.json",
                        "error: review is -4.0 in " + costs);
        assertThat(err.toString().lines().filter(line -> line.startsWith("remedy: ")))
                .hasSize(5);
    }

    @Test
    void withoutAnyLabelNothingIsTold() throws Exception {
        String unlabelled = Postgres.freshDatabase();
        insert(unlabelled);
        try (Connection connection = Postgres.connect(unlabelled);
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM cust_payment_tx_labels");
        }
        assertThat(Cardwatch.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        "scorecard",
                        AS_OF,
                        "--warehouse.url=" + unlabelled,
                        "--warehouse.user=" + Postgres.USER))
                .isEqualTo(Failure.BAD_INPUT);
        assertThat(err.toString())
                .startsWith(
                        "error: none of the " + judged.size() + " payments from 2024-01-09 to 2024-02-07 has a label");
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("scorecard", "--warehouse.url=" + postgres, "--warehouse.user=" + Postgres.USER));
        arguments.addAll(List.of(more));
        return Cardwatch.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    }

    private static JsonNode drift(String version) {
        for (JsonNode model : card.at("/drift")) {
            if (model.get("modelVersion").asText().equals(version)) {
                return model;
            }
        }
        throw new AssertionError("no drift of " + version);
    }

    /** Alerts, precision, recall and money, and that each interval holds its figure. */
    private static void check(JsonNode quality, List<Payment> rows, Predicate<Payment> alerted) {
        List<Payment> alerts = where(rows, alerted);
        List<Payment> caught = where(alerts, Payment::fraud);
        double days = rows.stream()
                .map(payment -> payment.time.toLocalDate())
                .distinct()
                .count();
        double cards = alerts.stream()
                .map(payment -> payment.time.toLocalDate() + " " + payment.customer)
                .distinct()
                .count();
        double saved = alerts.stream()
                .mapToDouble(payment -> payment.fraud() ? 0.8 * payment.amount - 4 : -14)
                .sum();
        assertThat(quality.get("payments").asInt()).isEqualTo(rows.size());
        assertThat(quality.get("alerts").asInt()).isEqualTo(alerts.size()).isPositive();
        assertThat(quality.get("caught").asInt()).isEqualTo(caught.size());
        figure(quality.get("alertsPerDay"), alerts.size() / days);
        figure(quality.get("cardsPerDay"), cards / days);
        figure(quality.get("precision"), (double) caught.size() / alerts.size());
        figure(quality.get("recall"), (double) caught.size() / count(rows, Payment::fraud));
        figure(quality.get("saved"), saved);
        assertThat(quality.get("caughtAmount").asDouble())
                .isCloseTo(caught.stream().mapToDouble(Payment::amount).sum(), within(1e-6));
    }

    /** No two scores are equal, so average precision is the mean precision at the frauds' ranks. */
    private static void checkRanking(JsonNode ranking, List<Payment> rows, ToDoubleFunction<Payment> score) {
        List<Payment> ranked = new ArrayList<>(rows);
        ranked.sort(Comparator.comparingDouble(payment -> -score.applyAsDouble(payment)));
        double sum = 0;
        int frauds = 0;
        for (int i = 0; i < ranked.size(); i++) {
            if (ranked.get(i).fraud()) {
                sum += (double) ++frauds / (i + 1);
            }
        }
        figure(ranking.get("averagePrecision"), sum / frauds);
        // There are fewer than 100 cards a day, so all are checked, and each defrauded one is found once.
        Set<Long> found = new HashSet<>();
        where(rows, Payment::fraud).forEach(payment -> found.add(payment.customer));
        double days = rows.stream()
                .map(payment -> payment.time.toLocalDate())
                .distinct()
                .count();
        figure(ranking.get("cardPrecisionAt100"), found.size() / 100.0 / days);
        figure(ranking.get("shareOfAttainable"), 1);
    }

    private static void figure(JsonNode figure, double value) {
        assertThat(figure.get("value").asDouble()).isCloseTo(value, within(1e-9 * Math.max(1, Math.abs(value))));
        assertThat(value)
                .isBetween(
                        figure.get("low").asDouble() - 1e-9, figure.get("high").asDouble() + 1e-9);
    }

    private static double psi(JsonNode training, List<Payment> rows, ToDoubleFunction<Payment> value) {
        int bins = training.get("shares").size();
        double sum = 0;
        for (int bin = 0; bin < bins; bin++) {
            double above = bin == 0
                    ? Double.NEGATIVE_INFINITY
                    : training.at("/edges/" + (bin - 1)).asDouble();
            double upTo = bin == bins - 1
                    ? Double.POSITIVE_INFINITY
                    : training.at("/edges/" + bin).asDouble();
            double now = (double) count(
                            rows,
                            payment -> value.applyAsDouble(payment) > above && value.applyAsDouble(payment) <= upTo)
                    / rows.size();
            double then = training.at("/shares/" + bin).asDouble();
            sum += (Math.max(1e-4, now) - Math.max(1e-4, then)) * Math.log(Math.max(1e-4, now) / Math.max(1e-4, then));
        }
        return sum;
    }

    private static List<Payment> where(List<Payment> rows, Predicate<Payment> which) {
        return rows.stream().filter(which).collect(Collectors.toList());
    }

    private static long count(List<Payment> rows, Predicate<Payment> which) {
        return rows.stream().filter(which).count();
    }

    private static List<String> query(String url, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                found.add(String.join("|", row));
            }
        }
        return found;
    }
}
