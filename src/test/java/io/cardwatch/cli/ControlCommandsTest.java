package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.LiveFeed;
import io.cardwatch.testing.PaymentStory;
import io.cardwatch.testing.Postgres;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Restarts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code rules} and {@code models} on a real PostgreSQL; in one test a job takes what they write while it runs. */
@Timeout(600)
class ControlCommandsTest {
    private static final String RULES = String.join(
            "\n",
            "rules:",
            "  - {rule_id: stolen, version: 1, expression: 'listed(\"stolen\", terminal_id)', action: block, priority: 1}",
            "  - {rule_id: any, version: 1, expression: 'tx_amount >= 0', action: review, priority: 2, dry_run: true}",
            "lists:",
            "  - {list_name: stolen}",
            "");

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String url;
    private Path rules;

    @BeforeEach
    void freshTables() throws Exception {
        url = Postgres.freshDatabase();
        rules = Files.writeString(directory.resolve("rules.yaml"), RULES);
    }

    @Test
    void aFileIsCheckedAppliedAndListed_andAVersionNeverChanges() throws Exception {
        assertThat(run("rules", "check", rules.toString())).as(err::toString).isZero();
        assertThat(out).asString().contains("rule stolen version 1: block", "rule any version 1: review, dry run");

        assertThat(apply()).as(err::toString).isZero();
        assertThat(out).asString().endsWith("2 new versions of rules, 0 there already; 0 entries of lists.\n");
        assertThat(apply()).isZero();
        assertThat(out).asString().endsWith("0 new versions of rules, 2 there already; 0 entries of lists.\n");

        Files.writeString(rules, RULES.replace("tx_amount >= 0", "tx_amount >= 1"));
        assertThat(apply()).isEqualTo(Failure.BAD_INPUT);
        assertThat(err)
                .asString()
                .contains("error: rule any version 1 is there with another content")
                .contains("give the rule version 2");

        StringWriter listed = new StringWriter();
        assertThat(Cardwatch.run(new PrintWriter(listed), new PrintWriter(err), "rules", "list", url(), user()))
                .isZero();
        Path copy = Files.writeString(directory.resolve("copy.yaml"), listed.toString());
        assertThat(run("rules", "check", copy.toString())).as(err::toString).isZero();
        assertThat(listed).asString().contains("listed(\"stolen\", terminal_id)", "list_name: ");
    }

    @Test
    void nothingIsAppliedOfAFileWithAMistake_andEachMistakeIsNamed() throws Exception {
        Files.writeString(rules, RULES.replace("tx_amount", "tx_amuont").replace("\"stolen\"", "\"stolne\""));

        assertThat(apply()).isEqualTo(Failure.BAD_INPUT);

        assertThat(err)
                .asString()
                .contains("rule stolen version 1, column 8: there is no list \"stolne\"")
                .contains("rule any version 1, column 1: tx_amuont is not known in rules");
        assertThat(count("SELECT count(*) FROM fraud_rules")).isZero();
        assertThat(count("SELECT count(*) FROM fraud_lists")).isZero();
    }

    @Test
    void aModelIsVerifiedBeforeItIsNamed_andAChallengerIsRetired() throws Exception {
        Path models = shippedModel();
        String root = "--control.model-root=" + models;

        assertThat(run("models", "activate", models + "/a", "--slot=next", root, url(), user()))
                .as(err::toString)
                .isZero();
        assertThat(out).asString().contains(" is the challenger next.");
        assertThat(run("models", "activate", "", "--slot=next", url(), user())).isZero();
        assertThat(run("models", "list", url(), user())).isZero();
        assertThat(out).asString().contains("next: retired, threshold its own, since ");

        assertThat(run("models", "activate", "", url(), user())).isEqualTo(Failure.BAD_INPUT);
        assertThat(run("models", "activate", models + "/a", url(), user())).isEqualTo(Failure.BAD_INPUT);
        assertThat(err).asString().contains("control.model-root is not set");
        assertThat(run("models", "activate", models + "/../else", root, url(), user()))
                .isEqualTo(Failure.BAD_INPUT);
        Files.writeString(models.resolve("a/stages/0/data/trees.json"), "{}");
        assertThat(run("models", "activate", models + "/a", root, url(), user()))
                .isEqualTo(Failure.BAD_INPUT);
        assertThat(run("models", "activate", models + "/a", "--threshold=2", root, url(), user()))
                .isEqualTo(Failure.BAD_INPUT);
        assertThat(count("SELECT count(*) FROM fraud_models")).isEqualTo(2);
        assertThat(run("models", "list")).isEqualTo(Failure.BAD_INPUT);
        assertThat(err).asString().contains("no database with the tables of rules and models is named");
    }

    @Test
    void aJobTakesRulesAndModelsWhileItRuns_andWritesEachPaymentOnce() throws Exception {
        Path models = shippedModel();
        PaymentStory story = new PaymentStory(21, 6_000, 12);
        try (JobOnKinesis kinesis = new JobOnKinesis(2, 1)) {
            url = kinesis.arguments(kinesis.kinesis().endpoint()).get(3).replace("--warehouse.url=", "");
            kinesis.loadCustomers(story.customers);
            LiveFeed feed = new LiveFeed(kinesis, story);
            JobClient job = kinesis.start(
                    Restarts.none(directory, Duration.ofMillis(500)),
                    "--control.refresh-interval=100ms",
                    "--control.model-root=" + models);
            feed.sendUntil(1_500, job);
            assertThat(apply()).as(err::toString).isZero();
            awaitRows("action = 'none' AND rules LIKE '%\"any\"%'", feed, job, 3_000);
            assertThat(run(
                            "models",
                            "activate",
                            models + "/a",
                            "--slot=next",
                            "--control.model-root=" + models,
                            url(),
                            user()))
                    .as(err::toString)
                    .isZero();
            assertThat(run(
                            "models",
                            "activate",
                            models + "/a",
                            "--threshold=0.0625",
                            "--control.model-root=" + models,
                            url(),
                            user()))
                    .as(err::toString)
                    .isZero();
            awaitRows("threshold = 0.0625", feed, job, 5_000);
            feed.sendUntil(6_000, job);
            kinesis.awaitAll(job, story.transactions.size() + story.labels.size());
            JobOnKinesis.stopWithSavepoint(job, directory);

            try (Statement statement = kinesis.warehouse().createStatement()) {
                assertThat(single(
                                statement,
                                "SELECT count(*) FROM cust_payment_tx_fraud_predictions WHERE action IS NULL OR"
                                        + " control_version IS NULL OR (reasons IS NULL) <> (action = 'none')"))
                        .isZero();
                assertThat(single(statement, "SELECT count(*) FROM cust_payment_tx_shadow_scores"))
                        .isPositive();
                assertThat(single(
                                statement,
                                "SELECT count(*) FROM cust_payment_tx_shadow_scores s JOIN"
                                        + " cust_payment_tx_fraud_predictions p USING (customer_id, transaction_id,"
                                        + " tx_datetime) WHERE s.fraud_probability <> p.fraud_probability"))
                        .isZero();
                assertThat(single(
                                statement,
                                "SELECT count(DISTINCT control_version) FROM cust_payment_tx_fraud_predictions"))
                        .isBetween(3L, 4L);
                // All else is as the shipped model decides.
                statement.execute(
                        "UPDATE cust_payment_tx_fraud_predictions SET threshold = 0.5 WHERE threshold = 0.0625");
            }
            Reckoning.of(kinesis.warehouse(), story.expectedFeatures()).assertExact();
            kinesis.assertDeadLetters();
        }
    }

    private void awaitRows(String condition, LiveFeed feed, JobClient job, int until) throws Exception {
        int sent = feed.sent();
        while (count("SELECT count(*) FROM cust_payment_tx_fraud_predictions WHERE " + condition) == 0
                && sent < until) {
            sent += 100;
            feed.sendUntil(sent, job);
            feed.awaitWritten(job);
        }
        assertThat(count("SELECT count(*) FROM cust_payment_tx_fraud_predictions WHERE " + condition))
                .as(condition)
                .isPositive();
    }

    /** A folder of models, with the shipped one as {@code a}. */
    private Path shippedModel() throws Exception {
        Path from = Path.of("src/main/resources/model/reference");
        Path models = directory.resolve("models");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = models.resolve("a").resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return models;
    }

    private int apply() {
        return run("rules", "apply", rules.toString(), url(), user());
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private String url() {
        return "--warehouse.url=" + url;
    }

    private static String user() {
        return "--warehouse.user=" + Postgres.USER;
    }

    private long count(String query) throws Exception {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            return single(statement, query);
        }
    }

    private static long single(Statement statement, String query) throws Exception {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
