package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cardwatch.codec.Note;
import io.cardwatch.domain.DeadLetterReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of {@code deploy/monitoring}, and the names of metrics that the docs have. */
public final class Monitoring {
    public static final Path PROMETHEUS = Path.of("deploy/monitoring/prometheus");
    static final Path GRAFANA = Path.of("deploy/monitoring/grafana");

    private static final String OURS = "flink_taskmanager_job_task_operator_kinesisanalytics_";
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern BY_PATTERN = Pattern.compile("\\{__name__=~\"([^\"]*)\"}");
    /** What of PromQL is no metric: texts, braces, ranges, lists of labels, functions. */
    private static final Pattern NO_METRIC = Pattern.compile(
            "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|\\b(and on|[a-z]+ by) \\([^)]*\\)|\\b[a-z_0-9]+(?=\\()|\\bor\\b");

    private Monitoring() {}

    /** A dashboard as JSON has it. */
    static Map<String, Object> dashboard(String file) {
        return map(Templates.json(read(GRAFANA.resolve("dashboards").resolve(file))));
    }

    /** Those of its panels that show something. */
    static List<Map<String, Object>> panels(String file) {
        return list(dashboard(file).get("panels")).stream()
                .map(Templates::map)
                .filter(panel -> !panel.get("type").equals("row"))
                .collect(Collectors.toList());
    }

    /** The SQL of each panel of the fraud dashboard, by its title. */
    public static Map<String, String> sql() {
        Map<String, String> queries = new TreeMap<>();
        panels("fraud.json").forEach(panel -> list(panel.get("targets"))
                .forEach(target -> queries.merge(
                        panel.get("title").toString(), at(target, "rawSql").toString(), (one, other) -> {
                            throw new AssertionError("two queries of " + panel.get("title"));
                        })));
        return queries;
    }

    /** Each PromQL of the operations dashboard, by its panel's title and its place there. */
    public static Map<String, String> promQl() {
        Map<String, String> queries = new TreeMap<>();
        panels("operations.json").forEach(panel -> list(panel.get("targets"))
                .forEach(target -> queries.put(
                        panel.get("title") + " " + at(target, "refId"),
                        at(target, "expr").toString())));
        return queries;
    }

    static List<Map<String, Object>> alerts() {
        Object rules =
                list(Templates.read("yaml", PROMETHEUS.resolve("rules.yml"))).get(0);
        return list(at(rules, "groups")).stream()
                .flatMap(group -> list(at(group, "rules")).stream())
                .map(Templates::map)
                .collect(Collectors.toList());
    }

    /** All PromQL there is. */
    public static List<String> allPromQl() {
        List<String> all = new ArrayList<>(promQl().values());
        alerts().forEach(alert -> all.add(alert.get("expr").toString()));
        return all;
    }

    /** The metrics that a PromQL reads; of those that it takes by a pattern, the documented ones. */
    public static Set<String> metrics(String promQl) {
        Set<String> names = new TreeSet<>();
        Matcher patterns = BY_PATTERN.matcher(promQl);
        while (patterns.find()) {
            Set<String> found = documented().stream()
                    .filter(name -> name.matches(patterns.group(1)))
                    .collect(Collectors.toSet());
            if (found.isEmpty()) {
                throw new AssertionError("no metric is called " + patterns.group(1));
            }
            names.addAll(found);
        }
        Matcher left = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*")
                .matcher(NO_METRIC.matcher(promQl).replaceAll(" "));
        while (left.find()) {
            names.add(left.group());
        }
        return names;
    }

    /** All names of metrics in the tables of the docs, as Prometheus has them. */
    public static Set<String> documented() {
        Set<String> names = new TreeSet<>();
        table(Path.of("deploy/README.md"), "<!-- metrics -->")
                .forEach(line -> members(name(line)).forEach(name -> names.add(OURS + name.replace('.', '_'))));
        serveTable().forEach(line -> names(line).forEach(name -> {
            if (line.contains("| histogram")) {
                names.addAll(List.of(name + "_bucket", name + "_count", name + "_sum"));
            } else {
                names.add(name);
            }
        }));
        names.addAll(others());
        return names;
    }

    private static Stream<String> serveTable() {
        return table(Path.of("deploy/serve/README.md"), "## What to watch");
    }

    /** The metrics of Flink and of Prometheus. */
    public static Set<String> others() {
        return table(Path.of("deploy/monitoring/README.md"), "<!-- others -->")
                .flatMap(Monitoring::names)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> members(String pattern) {
        String name = pattern.replace("table.TABLE.", "table.");
        return name.endsWith(".REASON")
                ? Arrays.stream(DeadLetterReason.values())
                        .filter(reason -> reason != DeadLetterReason.WAREHOUSE_REJECTED)
                        .map(reason -> name.replace("REASON", reason.name()))
                : name.endsWith(".NOTE")
                        ? Arrays.stream(Note.values()).map(note -> name.replace("NOTE", note.name()))
                        : Stream.of(name);
    }

    /** The lines of the table that follows a heading. */
    private static Stream<String> table(Path file, String heading) {
        String text = read(file);
        return text.substring(text.indexOf(heading))
                .lines()
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2);
    }

    private static String name(String line) {
        return names(line).findFirst().orElseThrow();
    }

    /** What stands in code in the first cell. */
    private static Stream<String> names(String line) {
        return NAME.matcher(line.split("\\|", -1)[1]).results().map(name -> name.group(1));
    }

    /** Skips the test where there is no such program of a package of Debian. */
    public static void assumeInstalled(String program, String debianPackage) {
        assumeThat(Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))))
                .as(
                        "%s is not there, so deploy/monitoring is not checked; it comes with Debian's package %s",
                        program, debianPackage)
                .isTrue();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
