package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.control.ControlReader;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.oracle.Events;
import io.cardwatch.score.ForgedManifest;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.Postgres;
import io.cardwatch.warehouse.Tables;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseSink;
import io.cardwatch.warehouse.WritePolicy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code explain} on a real PostgreSQL, about rows that the job's own stages decided and wrote. */
@Timeout(300)
class ExplainCommandTest {
    private static final long CUSTOMER = 596;
    private static final long TRANSACTION = 41;
    private static final String TIME = "2026-10-31 13:14:15";
    private static final String MODEL = "2018-08-28-f76c0a64b93a";
    private static final String EXTENDED_MODEL = "2018-08-28-c37274ea8087";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RULES = String.join(
            "\n",
            "rules:",
            "  - {rule_id: stolen, version: 1, expression: 'listed(\"stolen\", terminal_id)', action: block, priority: 1,"
                    + " author: ada}",
            "  - {rule_id: large, version: 3, expression: 'tx_amount > 100', action: review, priority: 2, dry_run: true}",
            "  - {rule_id: small, version: 1, expression: 'tx_amount < 1', action: allow, priority: 3}",
            "lists:",
            "  - {list_name: stolen, id: 3156}",
            "");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String url;

    @BeforeEach
    void freshTables() throws Exception {
        url = Postgres.freshDatabase();
    }

    @Test
    void aRowMadeAgainIsEqual_andTheTextHoldsWhatMadeIt() throws Exception {
        applyRules();
        decideAndWrite();

        assertThat(explain()).as(out::toString).isZero();

        assertThat(out.toString().lines())
                .startsWith("Customer 596, transaction 41, 2026-10-31 13:14:15 UTC", "The decision: EQUAL")
                .anyMatch(line -> line.matches(" +shard_id +shardId-000000000003"))
                .anyMatch(line ->
                        line.matches(" +sequence_number +49590338271490256608559692538361571095921575989136588898"))
                .anyMatch(line -> line.matches(" +approximate_arrival_timestamp +2026-10-31 13:14:17.250"))
                .anyMatch(line -> line.matches(" +partition_key +596"))
                .anyMatch(line -> line.matches(" +model_version +" + MODEL))
                .anyMatch(line -> line.matches(" +hash +f76c0a64b93a"))
                .anyMatch(line -> line.matches(" +found in +the shipped reference model"))
                .anyMatch(line -> line.matches(" +threshold +[0-9.]+, the model's own"))
                .anyMatch(line -> line.matches(" +label_datetime +up to 2026-10-31 13:14:15, the payment's time"))
                .anyMatch(line ->
                        line.matches(" +terminal's 30 days +after 2026-09-24 13:14:15 up to 2026-10-24 13:14:15"))
                .anyMatch(line -> line.matches(" +fired +stolen version 1: block, priority 1"))
                .anyMatch(line -> line.matches(" +fired +large version 3: review, priority 2, dry run"))
                .anyMatch(line -> line.matches(" +did not fire +small version 1: allow, priority 3"))
                .anyMatch(line -> line.matches(" +action +equal +block"))
                .anyMatch(line -> line.matches(" +control_version +equal +[0-9a-f]{12}"))
                .anyMatch(line -> line.matches(" +terminal_id_risk_7day_window +0.75 +3 of 4 payments .*"))
                .anyMatch(line -> line.contains("what this card usually spends"))
                .allMatch(line -> line.length() <= 100 && line.equals(line.stripTrailing()));
        assertThat(out.toString()).doesNotContain("Ada", "example.org", "+44").doesNotContain("differs");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theJsonHoldsTheRowAsStoredAndAllThatTheTextSays() throws Exception {
        applyRules();
        decideAndWrite();

        assertThat(explain("--json")).isZero();

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.path("verdict").asText()).isEqualTo("equal");
        assertThat(json.path("equal").asBoolean()).isTrue();
        JsonNode row = json.path("row");
        assertThat(row.path("shard_id").asText()).isEqualTo("shardId-000000000003");
        assertThat(row.path("tx_datetime").asText()).isEqualTo(TIME);
        assertThat(row.path("tx_amount").decimalValue()).isEqualByComparingTo("309.15");
        assertThat(row.path("terminal_id_risk_7day_window").asDouble()).isEqualTo(0.75);
        assertThat(row.path("customer_id_amount_ratio").isNull()).isTrue();
        assertThat(row.path("fraud_probability").asDouble()).isEqualTo(number("fraud_probability"));
        assertThat(JSON.readTree(row.path("rules").asText()).findValuesAsText("id"))
                .containsExactly("stolen", "large");
        assertThat(row.has("full_name") || row.has("email_address") || row.has("phone_number"))
                .isFalse();
        assertThat(json.path("model").path("hash").asText()).isEqualTo("f76c0a64b93a");
        assertThat(json.path("model").path("found_in").asText()).isEqualTo("the shipped reference model");
        assertThat(json.path("label_cut_off").path("label_datetime_until").asText())
                .isEqualTo(TIME);
        assertThat(json.path("label_cut_off")
                        .path("terminal_windows")
                        .get(1)
                        .path("after")
                        .asText())
                .isEqualTo("2026-10-17 13:14:15");
        assertThat(json.path("rules_in_force").findValuesAsText("id")).containsExactly("stolen", "large", "small");
        assertThat(json.path("rules_in_force").findValuesAsText("fired")).containsExactly("true", "true", "false");
        assertThat(json.path("rules_in_force").get(0).path("author").asText()).isEqualTo("ada");
        assertThat(json.path("features").findValuesAsText("feature"))
                .containsExactlyElementsOf(FeatureSet.REFERENCE.features().stream()
                        .map(each -> each.column())
                        .toList());
        assertThat(json.path("features").get(0).path("text").asText()).contains("309.15");
        assertThat(states(json).values()).containsOnly("equal");
        assertThat(states(json).keySet())
                .containsExactlyInAnyOrder(
                        "fraud_probability",
                        "fraud_prediction",
                        "anomaly_score",
                        "action",
                        "rules",
                        "reasons",
                        "control_version");
    }

    @Test
    void aProbabilityThatWasChangedDiffers_andNothingElse() throws Exception {
        decideAndWrite();
        double before = number("fraud_probability");
        execute("UPDATE cust_payment_tx_fraud_predictions SET fraud_probability = fraud_probability - 1e-3");

        assertThat(explain("--json")).isEqualTo(1);

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.path("verdict").asText()).isEqualTo("differs");
        assertThat(different(json)).containsOnlyKeys("fraud_probability");
        assertThat(different(json).get("fraud_probability")).contains("the row was changed");
        assertThat(json.path("compared").get(0).path("made_again").asDouble()).isEqualTo(before);
        assertThat(json.path("row").path("fraud_probability").asDouble()).isEqualTo(before - 1e-3);
    }

    @Test
    void aProbabilityThatDiffersInItsLastDigitAloneIsSaidTo() throws Exception {
        decideAndWrite();
        double next = Math.nextUp(number("fraud_probability"));
        execute("UPDATE cust_payment_tx_fraud_predictions SET fraud_probability = " + next);

        assertThat(explain("--json")).isEqualTo(1);

        assertThat(different(JSON.readTree(out.toString())))
                .containsOnlyKeys("fraud_probability")
                .extractingByKey("fraud_probability")
                .isEqualTo("only the last digit differs: another Java or processor may compute so");
    }

    @Test
    void aPredictionAnActionAndReasonsThatWereChangedAreNamed() throws Exception {
        decideAndWrite();
        execute("UPDATE cust_payment_tx_fraud_predictions SET fraud_prediction = 0, action = 'allow',"
                + " reasons = '[\"' || chr(27) || '[2J'");

        assertThat(explain("--json")).isEqualTo(1);

        Map<String, String> different = different(JSON.readTree(out.toString()));
        assertThat(different).containsOnlyKeys("fraud_prediction", "action", "reasons");
        assertThat(different.get("fraud_prediction")).contains("the stored probability and threshold give 1");
        assertThat(different.get("reasons")).contains("the stored text is no JSON array");
        assertThat(explain()).isEqualTo(1);
        assertThat(out.toString()).doesNotContain("\u001b");
    }

    @Test
    void aModelThatIsGoneIsNamedWithThePlacesSearched_andFoundWhereItIs() throws Exception {
        Path own = modelWithThreshold("own", 0.25);
        decideAndWrite("--model.path=" + own);

        assertThat(explain("--json")).isEqualTo(1);

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.path("verdict").asText()).isEqualTo("cannot be made again");
        assertThat(states(json).values()).containsOnly("cannot be made again");
        assertThat(json.path("compared").get(0).path("why").asText()).startsWith("model gone: forged-");
        assertThat(json.path("model").path("found_in").isNull()).isTrue();
        assertThat(json.path("model").path("elsewhere").toString()).contains(MODEL, EXTENDED_MODEL);
        assertThat(explain("--model=" + own)).isZero();
        assertThat(explain("--model.path=" + own)).isZero();
        assertThat(explain("--model=" + directory.resolve("nowhere"))).isEqualTo(1);
        assertThat(out.toString().replaceAll("\\s+", " ")).contains("/nowhere cannot be used: the model directory");
    }

    @Test
    void aModelOfTheTableIsFound_withTheThresholdThatItHadThere() throws Exception {
        modelWithThreshold("a", 0.25);
        String root = "--control.model-root=" + directory;
        assertThat(run("models", "activate", "a", "--threshold=0.125", root, url(), user()))
                .as(err::toString)
                .isZero();
        execute("UPDATE fraud_models SET activated_at = activated_at - interval '1 minute'");
        decideAndWrite(root);
        assertThat(number("threshold")).isEqualTo(0.125);

        assertThat(explain(root)).as(out::toString).isZero();

        assertThat(out.toString().lines())
                .anyMatch(line -> line.matches(" +threshold +0.125, of fraud_models, since 20.*Z"))
                .anyMatch(line -> line.matches(" +control_version +equal +[0-9a-f]{12}"));
        // A champion that the job had not read yet: the row says which model decided.
        execute("INSERT INTO fraud_models (slot, model_path, threshold, activated_at) VALUES ('champion', 'b', 1,"
                + " now() AT TIME ZONE 'UTC' - interval '10 seconds')");
        copyOfShipped("b");
        execute("UPDATE cust_payment_tx_fraud_predictions SET control_version = NULL");
        assertThat(explain(root)).as(out::toString).isZero();
        execute("UPDATE fraud_models SET model_path = 'b'");
        assertThat(explain(root)).isEqualTo(1);
    }

    @Test
    void aRowOfTheExtendedFeaturesIsEqual_andOneThatLostThemCannotBeMadeAgain() throws Exception {
        decideAndWrite("--features.set=extended");

        assertThat(explain()).as(out::toString).isZero();

        assertThat(out.toString()).contains("the shipped extended model", "terminal_id_fraud_run_days");
        execute("UPDATE cust_payment_tx_fraud_predictions SET terminal_id_fraud_run_days = NULL");
        assertThat(explain("--features.set=extended")).isEqualTo(1);
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains(
                        "feature set changed: the model reads the extended features, and the row has the reference ones"
                                + " alone");
    }

    @Test
    void aReferenceModelIsEqualWhateverFeaturesTheTableHas() throws Exception {
        Path reference = copyOfShipped("reference");
        decideAndWrite("--features.set=extended", "--model.path=" + reference);

        assertThat(explain()).as(out::toString).isZero();
        assertThat(out.toString()).contains(MODEL, "terminal_id_fraud_run_days");
        execute("DELETE FROM cust_payment_tx_fraud_predictions");
        decideAndWrite();
        assertThat(explain("--features.set=extended")).as(out::toString).isZero();
    }

    @Test
    void aRuleThatIsGoneOrWasChangedIsNamed() throws Exception {
        applyRules();
        decideAndWrite();
        execute("UPDATE fraud_rules SET expression = 'tx_amount > 1000' WHERE rule_id = 'large'");
        execute("UPDATE fraud_rules SET expression = 'tx_amount > 1' WHERE rule_id = 'small'");
        execute("DELETE FROM fraud_rules WHERE rule_id = 'stolen'");

        assertThat(explain("--json")).isEqualTo(1);

        Map<String, String> different = different(JSON.readTree(out.toString()));
        assertThat(different).containsOnlyKeys("rules", "action");
        assertThat(different.get("rules"))
                .contains("rule stolen version 1 is gone from fraud_rules")
                .contains("rule large version 3 does not fire on the stored vector: fraud_rules or the row was changed")
                .contains("rule small version 1 fires, and the row does not name it");
        assertThat(states(JSON.readTree(out.toString()))).containsEntry("control_version", "cannot be made again");
    }

    @Test
    void aRuleWithAnotherActionOrOneThatIsRefusedNowIsNamed() throws Exception {
        applyRules();
        decideAndWrite();
        execute("UPDATE fraud_rules SET action = 'alert' WHERE rule_id = 'large'");
        execute("DELETE FROM fraud_lists");

        assertThat(explain("--json")).isEqualTo(1);

        assertThat(different(JSON.readTree(out.toString())).get("rules"))
                .contains("rule large version 3 is review, dry run in the row and alert, dry run in fraud_rules")
                .contains("rule stolen version 1 cannot be used now: ", "there is no list \"stolen\"");
    }

    @Test
    void aListThatWasChangedIsSaidToHaveNoHistory() throws Exception {
        applyRules();
        decideAndWrite();
        execute("UPDATE fraud_lists SET id = 7");

        assertThat(explain("--json")).isEqualTo(1);

        assertThat(different(JSON.readTree(out.toString())).get("rules"))
                .isEqualTo(
                        "rule stolen version 1 does not fire on the stored vector: it asks the list \"stolen\", of which"
                                + " only the entries of now are known");
    }

    @Test
    void aChangeThatBearsOnOtherRowsAloneLeavesTheDecisionEqual() throws Exception {
        applyRules();
        decideAndWrite();
        execute("INSERT INTO fraud_lists (list_name, id) VALUES ('stolen', 7)");

        assertThat(explain("--json")).as(out::toString).isZero();

        assertThat(states(JSON.readTree(out.toString()))).containsEntry("control_version", "cannot be made again");
        assertThat(out.toString()).contains("lists keep no history");
    }

    @Test
    void aVersionThatCameAfterTheRowChangesNothing() throws Exception {
        applyRules();
        execute("UPDATE fraud_rules SET created_at = created_at - interval '1 day'");
        decideAndWrite();
        execute("INSERT INTO fraud_rules (rule_id, version, expression, action, priority, created_at) VALUES"
                + " ('large', 4, 'tx_amount > 300', 'allow', 0, now() AT TIME ZONE 'UTC' + interval '1 minute')");

        assertThat(explain()).as(out::toString).isZero();

        assertThat(out.toString()).contains("large version 3").doesNotContain("large version 4");
    }

    /** A job reads the tables every few seconds: control_version tells that it had not read this rule yet. */
    @Test
    void aVersionThatHadNotReachedTheJobIsNotTakenToHaveBeenInForce() throws Exception {
        applyRules();
        execute("UPDATE fraud_rules SET created_at = created_at - interval '1 day'");
        decideAndWrite();
        execute("INSERT INTO fraud_rules (rule_id, version, expression, action, priority, created_at) VALUES"
                + " ('large', 4, 'tx_amount > 300', 'allow', 0, now() AT TIME ZONE 'UTC' - interval '5 minutes')");

        assertThat(explain()).as(out::toString).isZero();
        assertThat(out.toString()).contains("large version 3").doesNotContain("large version 4");

        execute("UPDATE cust_payment_tx_fraud_predictions SET control_version = NULL");
        assertThat(explain("--json")).isEqualTo(1);
        assertThat(out.toString())
                .contains("rule large version 3 is not in force at the payment's time: version 4 is")
                .contains("rule large version 4 fires, and the row does not name it: it was created at ");
    }

    @Test
    void whatTheRowHoldsIsMadeAgainWithoutTheJobsSettings_andWhatItLacksIsSaid() throws Exception {
        decideAndWrite("--anomaly.for=all", "--reasons.for=all", "--reasons.most=9");
        assertThat(number("anomaly_score")).isPositive();
        assertThat(explain()).as(out::toString).isZero();

        execute("DELETE FROM cust_payment_tx_fraud_predictions");
        decideAndWrite("--reasons.for=none", "--reasons.most=9");
        assertThat(explain("--reasons.for=none")).isZero();
        assertThat(explain("--json", "--anomaly.for=all")).isEqualTo(1);
        assertThat(out.toString())
                .contains("the row has none: anomaly.for is all here")
                .contains("the row has none: reasons.for is alerts here");
    }

    @Test
    void anotherTerminalDelayChangesSentencesAlone_andLessReasonsAreSaidToBeLess() throws Exception {
        decideAndWrite("--reasons.most=2");

        assertThat(explain("--json", "--reasons.most=2", "--features.terminal-delay=5 d"))
                .isEqualTo(1);
        assertThat(different(JSON.readTree(out.toString())))
                .containsOnlyKeys("reasons")
                .extractingByKey("reasons")
                .asString()
                .startsWith("only the sentences differ: features.terminal-delay, here 5 d,");
        assertThat(explain("--json")).isEqualTo(1);
        assertThat(out.toString()).contains("the row has 2: reasons.most is 3 here");
    }

    @Test
    void aRowOfABoundedRunHadNoRules() throws Exception {
        applyRules();
        write(ControlSource.NONE, ScoredTransaction.NOT_TIMED);
        assertThat(explain()).as(out::toString).isZero();
        execute("UPDATE cust_payment_tx_fraud_predictions SET control_version = NULL");
        assertThat(explain()).as(out::toString).isZero();

        execute("UPDATE cust_payment_tx_fraud_predictions SET rules ="
                + " '[{\"id\":\"small\",\"version\":1,\"action\":\"allow\",\"dry_run\":false}]'");
        assertThat(explain()).isEqualTo(1);
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("a row without scored_at was decided without rules");
    }

    @Test
    void theTablesOfRedshiftAreReadAsWell_andRulesThatNoDatabaseKnowsCannotBeAsked() throws Exception {
        url = Postgres.databaseWithoutKeys();
        String dialect = "--warehouse.dialect=redshift";
        decideAndWrite(dialect);

        assertThat(explain(dialect)).as(out::toString).isZero();

        execute("UPDATE cust_payment_tx_fraud_predictions SET rules ="
                + " '[{\"id\":\"small\",\"version\":1,\"action\":\"allow\",\"dry_run\":false}]'");
        assertThat(explain("--json", dialect)).isEqualTo(1);
        assertThat(states(JSON.readTree(out.toString())))
                .containsEntry("rules", "cannot be made again")
                .containsEntry("action", "cannot be made again")
                .containsEntry("fraud_probability", "equal");
    }

    @Test
    void aUserWhoMayNotReadContactsMayExplain() throws Exception {
        decideAndWrite();
        List<String> columns = new ArrayList<>();
        Tables.predictions(FeatureSet.EXTENDED, Contacts.LEFT_OUT).columns.forEach(column -> columns.add(column.name));
        execute("DROP ROLE IF EXISTS auditor; CREATE ROLE auditor LOGIN; GRANT SELECT (" + String.join(", ", columns)
                + ") ON cust_payment_tx_fraud_predictions TO auditor");

        assertThat(run("explain", "596", "41", TIME, url(), "--warehouse.user=auditor"))
                .as(() -> out.toString() + err)
                .isZero();

        assertThat(out.toString().replaceAll("\\s+", " ")).contains("Not known: rules cannot be read from ");
        execute("DROP OWNED BY auditor; DROP ROLE auditor");
    }

    @Test
    void aRowThatIsNotThereIsBadInput() throws Exception {
        decideAndWrite();

        assertThat(run("explain", "596", "41", "2026-10-31T15:14:15+02:00", url(), user()))
                .isZero();
        assertThat(run("explain", "596", "40", TIME, url(), user())).isEqualTo(Failure.BAD_INPUT);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: there is no row of customer 596, transaction 40, 2026-10-31 13:14:15 UTC",
                        "remedy: Look up all three in cust_payment_tx_fraud_predictions; a payment that could not be used is"
                                + " in cust_payment_tx_dead_letters.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-10-31", "yesterday", "", "2026-02-30 12:00:00", "1999-12-31 23:59:59", "1793452455"})
    void aTimeThatIsNoneIsBadInput(String time) {
        assertThat(run("explain", "596", "41", time, url(), user())).isEqualTo(Failure.BAD_INPUT);
        assertThat(err.toString().lines())
                .containsExactly(
                        "error: '" + time + "' is no time from 2000 to 2099",
                        "remedy: Give it like 2026-01-31T12:00:00, or in quotes: '2026-01-31 12:00:00'; UTC without an"
                                + " offset.");
    }

    @Test
    void anIdThatIsNoneIsWrongUsage() {
        assertThat(run("explain", "card", "41", TIME, url(), user())).isEqualTo(Failure.WRONG_USAGE);
        assertThat(run("explain", "596", "41")).isEqualTo(Failure.WRONG_USAGE);
    }

    private void decideAndWrite(String... arguments) throws Exception {
        write(ControlReader.of(settings(arguments)), System.currentTimeMillis(), arguments);
    }

    /** Decides about the payment as the job does, and writes the row as the job does. */
    private void write(ControlSource source, long scoredAt, String... arguments) throws Exception {
        Settings settings = settings(arguments);
        FraudModel model = CardwatchJob.model(settings);
        FeatureSet set = settings.get(Options.FEATURES_SET);
        FeaturedTransaction payment = payment(set);
        ScoredTransaction row;
        try (InForce inForce = InForce.of("test", new Control(DecisionSettings.of(settings), model), source);
                Decider decider = new Decider(inForce)) {
            row = new ScoredTransaction(
                    payment.transaction,
                    payment.features,
                    decider.decide(payment),
                    scoredAt,
                    "Ada Lovelace",
                    "ada@example.org",
                    "+44 1");
        }
        WarehouseSink<ScoredTransaction> sink = new WarehouseSink<>(
                Tables.predictions(set),
                WarehouseConnection.of(settings),
                WritePolicy.of(settings, Options.WAREHOUSE_BATCH_SIZE));
        OneInputStreamOperatorTestHarness<ScoredTransaction, CommittableMessage<Void>> harness =
                new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
        harness.open();
        harness.processElement(row, 0);
        harness.endInput();
        harness.close();
    }

    private static FeaturedTransaction payment(FeatureSet set) {
        double[] features = new double[set.size()];
        Arrays.fill(features, 1);
        double[] reference = {309.15, 1, 0, 2, 184.3, 9, 66.12, 40, 57.16000000000001, 3, 1 / 3.0, 4, 0.75, 60, 0.1};
        System.arraycopy(reference, 0, features, 0, reference.length);
        RecordOrigin origin = new RecordOrigin(
                "cust-payment-txn-stream",
                "596",
                "shardId-000000000003",
                "49590338271490256608559692538361571095921575989136588898",
                Events.at("2026-10-31 13:14:17") * 1000 + 250);
        return new FeaturedTransaction(
                new Transaction(
                        TRANSACTION,
                        Events.at(TIME),
                        CUSTOMER,
                        3156,
                        30_915,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        origin,
                        new byte[0]),
                features);
    }

    private Path copyOfShipped(String name) throws Exception {
        Path from = Path.of("src/main/resources/model/reference");
        Path to = directory.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return to;
    }

    /** Another threshold is another version. */
    private Path modelWithThreshold(String name, double threshold) throws Exception {
        Path model = copyOfShipped(name);
        Path manifest = model.resolve("cardwatch.json");
        Files.writeString(
                manifest,
                Files.readString(manifest).replaceFirst("\"threshold\" : [0-9.E-]+", "\"threshold\" : " + threshold));
        ForgedManifest.renew(model);
        return model;
    }

    private void applyRules() throws Exception {
        Path file = Files.writeString(directory.resolve("rules.yaml"), RULES);
        assertThat(run("rules", "apply", file.toString(), url(), user()))
                .as(err::toString)
                .isZero();
        out.getBuffer().setLength(0);
    }

    private int explain(String... arguments) {
        out.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("explain", "596", "41", TIME, url(), user()));
        all.addAll(List.of(arguments));
        int exitCode = run(all.toArray(String[]::new));
        assertThat(err.toString()).isEmpty();
        return exitCode;
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private Settings settings(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(url(), user()));
        return Settings.fromArguments(all);
    }

    private String url() {
        return "--warehouse.url=" + url;
    }

    private static String user() {
        return "--warehouse.user=" + Postgres.USER;
    }

    private static Map<String, String> states(JsonNode json) {
        Map<String, String> states = new TreeMap<>();
        json.path("compared")
                .forEach(each -> states.put(
                        each.path("column").asText(), each.path("state").asText()));
        return states;
    }

    /** Of each column that differs, why. */
    private static Map<String, String> different(JsonNode json) {
        Map<String, String> whys = new TreeMap<>();
        json.path("compared").forEach(each -> {
            if (each.path("state").asText().equals("differs")) {
                whys.put(each.path("column").asText(), each.path("why").asText());
            }
        });
        return whys;
    }

    private double number(String column) throws Exception {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT " + column + " FROM cust_payment_tx_fraud_predictions")) {
            row.next();
            return row.getDouble(1);
        }
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
