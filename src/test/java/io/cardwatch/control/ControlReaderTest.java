package io.cardwatch.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.decide.Decider;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.decide.InForce;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.oracle.Events;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules, lists and models are changed in a real PostgreSQL while decisions are made. */
@Timeout(120)
class ControlReaderTest {
    private static final long NOON = 1_700_000_000L;

    @TempDir
    Path root;

    private String url;
    private Connection connection;
    private InForce inForce;
    private Decider decider;

    @BeforeEach
    void freshTables() throws Exception {
        url = Postgres.freshDatabase();
        connection = Postgres.connect(url);
    }

    @AfterEach
    void close() throws Exception {
        if (inForce != null) {
            decider.close();
            inForce.close();
        }
        connection.close();
    }

    @Test
    void aRuleDecidesOnceItIsThere_andNoMoreOnceItIsOver() throws Exception {
        rule("large", 1, "tx_amount > 100.0", "review", "NULL");
        follow();
        assertThat(decide(200).get(DecisionColumn.ACTION)).isEqualTo("review");
        assertThat(decide(200).get(DecisionColumn.RULES))
                .isEqualTo("[{\"id\":\"large\",\"version\":1,\"action\":\"review\",\"dry_run\":false}]");
        assertThat(decide(1).get(DecisionColumn.ACTION)).isEqualTo("none");
        assertThat(decide(1).get(DecisionColumn.RULES)).isEqualTo("[]");
        Object before = decide(1).get(DecisionColumn.CONTROL_VERSION);

        rule("large", 2, "tx_amount > 1000.0", "block", "NULL");

        await(() -> decide(2_000).get(DecisionColumn.ACTION), "block");
        assertThat(decide(200).get(DecisionColumn.ACTION)).isEqualTo("alert");
        assertThat(decide(1).get(DecisionColumn.CONTROL_VERSION)).isNotEqualTo(before);

        rule("large", 3, "tx_amount > 10.0", "allow", "to_timestamp(" + NOON + ") AT TIME ZONE 'UTC'");
        await(() -> decide(2_000).get(DecisionColumn.ACTION), "alert");
    }

    @Test
    void whatDoesNotCompileIsRefused_theVersionBeforeStays_andAllIsTold() throws Exception {
        rule("large", 1, "tx_amount > 100.0", "review", "NULL");
        follow();

        rule("large", 2, "tx_amuont > 100.0", "block", "NULL");
        rule("blocked", 1, "listed('stolen', customer_id)", "block", "NULL");
        rule("odd", 1, "anomaly_score > 1.0", "alert", "NULL");

        await(
                () -> statuses(),
                List.of("rule blocked 1 refused", "rule large 1 active", "rule large 2 refused", "rule odd 1 refused"));
        assertThat(strings("SELECT message FROM fraud_control_status WHERE state = 'refused' ORDER BY id"))
                .satisfiesExactly(
                        list -> assertThat(list)
                                .contains("there is no list \"stolen\"")
                                .contains("column"),
                        name -> assertThat(name).contains("tx_amuont").contains("column 1"),
                        anomaly -> assertThat(anomaly).contains("anomaly_score, which not every payment has"));
        assertThat(decide(200).get(DecisionColumn.ACTION)).isEqualTo("review");

        execute("INSERT INTO fraud_lists (list_name, id) VALUES ('stolen', -1)");
        await(() -> statuses().contains("rule blocked 1 active"), true);
        assertThat(decide(200).get(DecisionColumn.ACTION)).isEqualTo("review");

        execute("INSERT INTO fraud_lists (list_name, id) VALUES ('stolen', 7)");
        await(() -> decide(200).get(DecisionColumn.RULES).toString().contains("blocked"), true);
    }

    @Test
    void modelsAreExchanged_challengersScore_andAModelThatIsDamagedChangesNothing() throws Exception {
        Path shipped = copyOfShipped("a");
        copyOfShipped("b");
        follow("--control.model-root=" + root);
        FraudModel own = FraudModel.loadShipped(FeatureSet.REFERENCE);
        assertThat(decide(50).threshold).isEqualTo(own.threshold());

        execute("INSERT INTO fraud_models (slot, model_path, threshold) VALUES ('champion', '" + shipped + "', 0.125)");
        execute("INSERT INTO fraud_models (slot, model_path, threshold) VALUES ('next', 'b', 0)");
        await(() -> decide(50).threshold, 0.125);
        await(() -> inForce.control().challengers.keySet().toString(), "[next]");
        FeaturedTransaction payment = payment(50);
        Decision decision = decider.decide(payment);
        assertThat(decider.shadowScores(payment)).singleElement().satisfies(score -> {
            assertThat(score.slot).isEqualTo("next");
            assertThat(score.probability).isEqualTo(decision.probability);
            assertThat(score.prediction).isEqualTo(1);
        });

        Files.writeString(root.resolve("b/stages/0/data/trees.json"), "{}");
        execute("INSERT INTO fraud_models (slot, model_path) VALUES ('champion', 'b')");
        execute("INSERT INTO fraud_models (slot, model_path) VALUES ('else', '/etc')");
        await(
                () -> strings("SELECT message FROM fraud_control_status WHERE message <> '' ORDER BY id")
                        .size(),
                2);
        assertThat(strings("SELECT message FROM fraud_control_status WHERE message <> '' ORDER BY id"))
                .satisfiesExactly(damaged -> assertThat(damaged).startsWith("b: "), elsewhere -> assertThat(elsewhere)
                        .contains("is not below control.model-root"));
        assertThat(decide(50).threshold).isEqualTo(0.125);

        execute("INSERT INTO fraud_models (slot, model_path) VALUES ('next', '')");
        await(() -> inForce.control().challengers.isEmpty(), true);
    }

    @Test
    void aDatabaseThatGoesAwayChangesNothing_andOneThatIsNotThereIsFoundAtTheStart() throws Exception {
        rule("large", 1, "tx_amount > 100.0", "review", "NULL");
        follow();
        execute("ALTER TABLE fraud_rules RENAME TO fraud_rules_away");
        rule("fraud_rules_away", "large", 2, "tx_amount > 1.0", "block", "NULL");

        assertThatThrownBy(() -> ControlReader.of(settings()))
                .isInstanceOf(BadInputException.class)
                .satisfies(e -> assertThat(((BadInputException) e).remedy()).contains("09_control.sql"));
        assertThat(decide(200).get(DecisionColumn.ACTION)).isEqualTo("review");

        execute("ALTER TABLE fraud_rules_away RENAME TO fraud_rules");
        await(() -> decide(200).get(DecisionColumn.ACTION), "block");
    }

    @Test
    void whoeverEndsTakesItsStatusAway() throws Exception {
        rule("large", 1, "tx_amount > 100.0", "review", "NULL");
        follow();
        assertThat(statuses()).containsExactly("rule large 1 active");

        decider.close();
        inForce.close();
        inForce = null;

        assertThat(statuses()).isEmpty();
    }

    private void follow(String... more) throws Exception {
        Settings settings = settings(more);
        ControlSource source = InstantiationUtil.clone(ControlReader.of(settings));
        inForce = InForce.of(
                "control reader",
                new Control(DecisionSettings.of(settings), FraudModel.loadShipped(FeatureSet.REFERENCE)),
                source);
        decider = new Decider(inForce);
    }

    private Settings settings(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of(
                "--warehouse.url=" + url, "--warehouse.user=" + Postgres.USER, "--control.refresh-interval=100ms"));
        return Settings.fromArguments(arguments);
    }

    private Path copyOfShipped(String name) throws Exception {
        Path from = Path.of("src/main/resources/model/reference");
        Path to = Files.createDirectories(root.resolve(name));
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return to;
    }

    private Decision decide(double amount) {
        return decider.decide(payment(amount));
    }

    private static FeaturedTransaction payment(double amount) {
        double[] features = new double[FeatureSet.REFERENCE.size()];
        features[0] = amount;
        return new FeaturedTransaction(Events.transaction(0, 1, NOON, 7, 1, (long) (100 * amount)), features);
    }

    private static <T> void await(Supplier<T> value, T expected) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (!expected.equals(value.get()) && Instant.now().isBefore(end)) {
            Thread.sleep(20);
        }
        assertThat(value.get()).isEqualTo(expected);
    }

    private void rule(String id, int version, String expression, String action, String validUntil) throws Exception {
        rule("fraud_rules", id, version, expression, action, validUntil);
    }

    private void rule(String table, String id, int version, String expression, String action, String validUntil)
            throws Exception {
        execute("INSERT INTO " + table + " (rule_id, version, expression, action, priority, valid_until) VALUES ('" + id
                + "', " + version + ", '" + expression.replace("'", "''") + "', '" + action + "', 1, " + validUntil
                + ")");
    }

    private void execute(String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> statuses() {
        return strings("SELECT kind || ' ' || id || ' ' || state FROM fraud_control_status ORDER BY 1");
    }

    private List<String> strings(String query) {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
        return values;
    }
}
