package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules and dashboards of {@code deploy/monitoring}, by promtool and by the names in the docs. */
class MonitoringTest {
    private static final Path TESTS = Monitoring.PROMETHEUS.resolve("tests");
    private static final Pattern LABEL = Pattern.compile("(operator_name|table|reason|job)=~?\"([^\"]*)\"");

    @TempDir
    private Path folder;

    @Test
    void promtoolTakesRulesAndConfiguration() throws Exception {
        promtool(true, "check", "rules", Monitoring.PROMETHEUS.resolve("rules.yml"));
        promtool(true, "check", "config", Monitoring.PROMETHEUS.resolve("prometheus.yml"));
    }

    @Test
    void eachRuleHasATest_inWhichItFiresOnceAndOnceDoesNot() throws Exception {
        List<String> names = Monitoring.alerts().stream()
                .map(alert -> alert.get("alert").toString())
                .collect(Collectors.toList());
        assertThat(names).doesNotHaveDuplicates();
        assertThat(tests().map(file -> file.getFileName().toString()))
                .containsExactlyInAnyOrderElementsOf(
                        names.stream().map(name -> name + ".yml").collect(Collectors.toList()));
        for (String name : names) {
            Object test =
                    list(Templates.read("yaml", TESTS.resolve(name + ".yml"))).get(0);
            List<Integer> fired = new ArrayList<>();
            for (Object part : list(at(test, "tests"))) {
                Object expected = list(at(part, "alert_rule_test")).get(0);
                assertThat(at(expected, "alertname")).isEqualTo(name);
                fired.add(list(at(expected, "exp_alerts")).size());
            }
            assertThat(fired).as(name).startsWith(1).endsWith(0);
        }
    }

    @Test
    void theTestsOfTheRulesPass() throws Exception {
        promtool(true, "test", "rules", tests().toArray());
    }

    /** Without this nobody would know whether promtool finds anything. */
    @Test
    void aRuleThatFiresLateFailsItsTest() throws Exception {
        Files.createDirectories(folder.resolve("tests"));
        Files.writeString(
                folder.resolve("rules.yml"),
                Monitoring.read(Monitoring.PROMETHEUS.resolve("rules.yml")).replace("> 60000", "> 6000000"));
        Path test = folder.resolve("tests/CardwatchBehind.yml");
        Files.copy(TESTS.resolve("CardwatchBehind.yml"), test);

        assertThat(promtool(false, "test", "rules", test)).contains("alertname: CardwatchBehind");
    }

    @Test
    void eachAlertSaysWhatIsTheCause_andWhatToDo() {
        assertThat(Monitoring.alerts()).isNotEmpty().allSatisfy(alert -> {
            assertThat(map(alert.get("annotations"))).containsOnlyKeys("summary", "cause", "remedy");
            assertThat(map(alert.get("annotations")).values())
                    .allSatisfy(text -> assertThat(text.toString()).matches("(?s)[A-Z{a-z].{10,}\\."));
            assertThat(at(alert, "labels", "severity")).isIn("critical", "warning");
        });
    }

    @Test
    void eachMetricIsOneOfTheDocs() {
        assertThat(Monitoring.documented()).hasSizeGreaterThan(70);
        assertThat(Monitoring.allPromQl()).isNotEmpty().allSatisfy(promQl -> assertThat(Monitoring.metrics(promQl))
                .as(promQl)
                .isNotEmpty()
                .isSubsetOf(Monitoring.documented()));
    }

    @Test
    void nothingIsListedThatNobodyReads() {
        assertThat(Monitoring.allPromQl().stream()
                        .flatMap(promQl -> Monitoring.metrics(promQl).stream())
                        .collect(Collectors.toSet()))
                .containsAll(Monitoring.others());
    }

    @Test
    void eachLabelsValueIsOneThatIsThere() throws Exception {
        Set<String> known = new HashSet<>(Set.of("flink", "serve"));
        Metric.markdown()
                .lines()
                .skip(2)
                .flatMap(line -> Arrays.stream(line.split(" *\\| *", -1)[2].split(", ", -1)))
                .forEach(operator -> known.add(operator.replace(' ', '_')));
        Pattern.compile("`([a-z-]+)`")
                .matcher(Files.readString(Path.of("docs/online.md")))
                .results()
                .forEach(code -> known.add(code.group(1)));
        assertThat(Monitoring.allPromQl()).allSatisfy(promQl -> LABEL.matcher(promQl)
                .results()
                .flatMap(label -> Arrays.stream(label.group(2).split("\\|", -1)))
                .forEach(value -> assertThat(known).as(promQl).contains(value)));
        assertThat(list(at(prometheus(), "scrape_configs")).stream().map(job -> at(job, "job_name")))
                .containsExactly("flink", "serve");
    }

    private static Object prometheus() {
        return list(Templates.read("yaml", Monitoring.PROMETHEUS.resolve("prometheus.yml")))
                .get(0);
    }

    @Test
    void promtoolTakesEachPromQlOfTheDashboard() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int number = 0;
        for (String promQl : Monitoring.promQl().values()) {
            rules.append("  - record: panel:")
                    .append(number++)
                    .append("\n    expr: ")
                    .append(Templates.json((Object) promQl.replace("$__rate_interval", "1m")))
                    .append('\n');
        }
        promtool(true, "check", "rules", Files.writeString(folder.resolve("panels.yml"), rules));
    }

    @ParameterizedTest
    @ValueSource(strings = {"operations.json", "fraud.json"})
    void eachPanelSaysWhatItShows(String file) {
        assertThat(Monitoring.panels(file)).isNotEmpty().allSatisfy(panel -> {
            assertThat(panel.get("title").toString()).isNotBlank();
            assertThat(panel.get("description").toString()).endsWith(".");
            assertThat(at(panel, "fieldConfig", "defaults", "unit").toString()).isNotBlank();
            assertThat(list(panel.get("targets")))
                    .isNotEmpty()
                    .allSatisfy(target -> assertThat(at(target, "datasource")).isEqualTo(panel.get("datasource")));
            assertThat(list(panel.get("targets")).stream().map(target -> at(target, "refId")))
                    .doesNotHaveDuplicates();
        });
        assertThat(Monitoring.panels(file).stream().map(panel -> panel.get("title")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"operations.json", "fraud.json"})
    void panelsHaveIdsOfTheirOwn_andPlacesOfTheirOwn(String file) {
        List<Object> panels = list(Monitoring.dashboard(file).get("panels"));
        assertThat(panels.stream().map(panel -> at(panel, "id")))
                .doesNotHaveDuplicates()
                .doesNotContainNull();
        Set<String> taken = new HashSet<>();
        for (Object panel : panels) {
            int x = place(panel, "x");
            int y = place(panel, "y");
            assertThat(x + place(panel, "w")).isBetween(1, 24);
            for (int column = x; column < x + place(panel, "w"); column++) {
                for (int line = y; line < y + place(panel, "h"); line++) {
                    assertThat(taken.add(column + " " + line))
                            .as(at(panel, "title") + " lies on another panel")
                            .isTrue();
                }
            }
        }
    }

    private static int place(Object panel, String key) {
        return (int) at(panel, "gridPos", key);
    }

    @Test
    void bothDashboardsAreTwo_onSourcesThatAreProvisioned() {
        Object provisioned = list(Templates.read(
                        "yaml", Monitoring.GRAFANA.resolve("provisioning/datasources/cardwatch.yaml")))
                .get(0);
        Set<Object> sources = list(at(provisioned, "datasources")).stream()
                .map(source -> Map.of("uid", at(source, "uid"), "type", at(source, "type")))
                .collect(Collectors.toSet());
        for (String file : List.of("operations.json", "fraud.json")) {
            assertThat(Monitoring.panels(file))
                    .allSatisfy(panel -> assertThat(sources).contains(panel.get("datasource")));
        }
        assertThat(Monitoring.dashboard("operations.json").get("uid"))
                .isNotEqualTo(Monitoring.dashboard("fraud.json").get("uid"));
        // The local stack has the same sources, so that it can show the same dashboards.
        Object local = list(Templates.read("yaml", Path.of("deploy/local/grafana-datasources.yaml")))
                .get(0);
        assertThat(list(at(local, "datasources")).stream()
                        .map(source -> Map.of("uid", at(source, "uid"), "type", at(source, "type")))
                        .collect(Collectors.toSet()))
                .isEqualTo(sources);
    }

    private static Stream<Path> tests() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files.sorted().collect(Collectors.toList()).stream();
        }
    }

    /** Runs it; what it prints. */
    private static String promtool(boolean passes, String command, String what, Object... files) throws Exception {
        Monitoring.assumeInstalled("promtool", "prometheus");
        List<String> words = new ArrayList<>(List.of("promtool", command, what));
        Arrays.stream(files).forEach(file -> words.add(file.toString()));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor() == 0).as(printed).isEqualTo(passes);
        return printed;
    }
}
