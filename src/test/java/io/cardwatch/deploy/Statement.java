package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.many;
import static io.cardwatch.deploy.Templates.map;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A statement of an IAM policy, by whatever language it was written.
 *
 * @param conditions values by test and variable, like {@code Bool aws:SecureTransport}
 * @param principals like {@code Service kinesisanalytics.amazonaws.com}
 */
record Statement(
        String effect,
        Set<String> actions,
        Set<String> resources,
        Map<String, Set<String>> conditions,
        Set<String> principals) {
    /** Statements by their Sid. */
    static Map<String, Statement> ofCloudFormation(Object document) {
        return list(map(document).get("Statement")).stream()
                .map(Templates::map)
                .collect(Collectors.toMap(each -> each.get("Sid").toString(), Statement::ofCloudFormation));
    }

    private static Statement ofCloudFormation(Map<String, Object> statement) {
        Map<String, Set<String>> conditions = new TreeMap<>();
        map(statement.getOrDefault("Condition", Map.of())).forEach((test, variables) -> map(variables)
                .forEach((variable, values) -> conditions.put(test + " " + variable, texts(values))));
        Set<String> principals = new TreeSet<>();
        Object principal = statement.getOrDefault("Principal", Map.of());
        if (principal.equals("*")) {
            principals.add("* *");
        } else {
            map(principal).forEach((type, name) -> principals.add(type + " " + name));
        }
        return new Statement(
                statement.get("Effect").toString(),
                texts(statement.get("Action")),
                texts(statement.getOrDefault("Resource", List.of())),
                conditions,
                principals);
    }

    /** Statements by their sid. */
    static Map<String, Statement> ofTerraform(List<Object> statements) {
        return statements.stream()
                .map(Templates::map)
                .collect(Collectors.toMap(each -> each.get("sid").toString(), Statement::ofTerraform));
    }

    private static Statement ofTerraform(Map<String, Object> statement) {
        Map<String, Set<String>> conditions = new TreeMap<>();
        list(statement.getOrDefault("condition", List.of()))
                .forEach(condition -> conditions.put(
                        map(condition).get("test") + " " + map(condition).get("variable"),
                        texts(map(condition).get("values"))));
        Set<String> principals = new TreeSet<>();
        list(statement.getOrDefault("principals", List.of()))
                .forEach(principal -> texts(map(principal).get("identifiers"))
                        .forEach(name -> principals.add(map(principal).get("type") + " " + name)));
        return new Statement(
                statement.get("effect").toString(),
                texts(statement.get("actions")),
                texts(statement.getOrDefault("resources", List.of())),
                conditions,
                principals);
    }

    private static Set<String> texts(Object oneOrMore) {
        return many(oneOrMore).stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
    }
}
