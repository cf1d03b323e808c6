package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A module as Terraform would see it with given variables. It knows the expressions that the modules use and fails on any
 * other. Numbers and truth are texts; a block is a list of maps.
 */
final class Terraform {
    private static final Pattern PLACE = Pattern.compile("\\$\\{([^{}]+)}");
    private static final Pattern IF_EMPTY = Pattern.compile("(\\S+) == \"\" \\? (?:\\[] : \\[1]|0 : 1)");
    private static final Pattern IF = Pattern.compile("(\\S+) \\? \\[1] : \\[]");
    private static final Pattern REPLACE = Pattern.compile("replace\\((\\S+), \"-\", \"_\"\\)");
    private static final Pattern COMPACT = Pattern.compile("compact\\(\\[(.*)]\\)");

    private final Map<String, Object> module;
    private final Map<String, Object> given;

    /** @param given variables' values; for others the defaults count */
    Terraform(Path directory, Map<String, Object> given) {
        module = map(Templates.read("terraform", directory));
        this.given = given;
    }

    /** Variables with their defaults, null where there is none. */
    Map<String, Object> variables() {
        Map<String, Object> variables = new TreeMap<>();
        map(module.get("variable")).forEach((name, blocks) -> {
            Object standard = map(list(blocks).get(0)).get("default");
            variables.put(name, standard == null ? null : standard.toString());
        });
        return variables;
    }

    /** The resources of this type that there would be. */
    List<Object> resources(String type) {
        return map(at(module, "resource", type)).keySet().stream()
                .filter(name -> isThere(raw("resource", type, name)))
                .map(name -> resolve(raw("resource", type, name)))
                .collect(Collectors.toList());
    }

    /** The only one. */
    Map<String, Object> resource(String type) {
        List<Object> resources = resources(type);
        if (resources.size() != 1) {
            throw new AssertionError(type + " " + resources);
        }
        return map(resources.get(0));
    }

    /** The statements of a policy document. */
    List<Object> statements(String document) {
        return list(
                map(resolve(raw("data", "aws_iam_policy_document", document))).get("statement"));
    }

    /** Outputs by name. */
    Map<String, String> outputs() {
        Map<String, String> outputs = new TreeMap<>();
        map(module.get("output"))
                .forEach((name, blocks) -> outputs.put(
                        name, resolve(map(list(blocks).get(0)).get("value")).toString()));
        return outputs;
    }

    private Map<String, Object> raw(String kind, String type, String name) {
        Object blocks = at(module, kind, type, name);
        if (blocks == null) {
            throw new AssertionError("there is no " + kind + " " + type + "." + name);
        }
        return map(list(blocks).get(0));
    }

    private boolean isThere(Map<String, Object> resource) {
        return !resource.containsKey("count") || isTrue(resource.get("count"));
    }

    /** Whether a count or a for_each has one element rather than none. */
    private boolean isTrue(Object expression) {
        String text = expression.toString().replaceAll("^\\$\\{|}$", "");
        Matcher ifEmpty = IF_EMPTY.matcher(text);
        if (ifEmpty.matches()) {
            return !evaluate(ifEmpty.group(1)).equals("");
        }
        Matcher isSet = IF.matcher(text);
        if (isSet.matches()) {
            return evaluate(isSet.group(1)).equals("true");
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length == 2) {
            return isThere(raw("resource", parts[0], parts[1]));
        }
        throw new AssertionError(text);
    }

    private Object resolve(Object value) {
        if (value instanceof List) {
            return list(value).stream().map(this::resolve).collect(Collectors.toCollection(ArrayList::new));
        }
        if (value instanceof Map) {
            Map<String, Object> resolved = new TreeMap<>();
            map(value).forEach((key, below) -> {
                if (!key.equals("dynamic") && !key.equals("lifecycle") && !key.equals("count")) {
                    resolved.put(key, resolve(below));
                }
            });
            map(map(value).getOrDefault("dynamic", Map.of())).forEach((name, blocks) -> list(blocks).stream()
                    .filter(block -> isTrue(map(block).get("for_each")))
                    .forEach(block -> list(resolved.computeIfAbsent(name, any -> new ArrayList<>()))
                            .addAll(list(resolve(map(block).get("content"))))));
            return resolved;
        }
        String text = value.toString();
        Matcher whole = PLACE.matcher(text);
        return whole.matches()
                ? evaluate(whole.group(1))
                : PLACE.matcher(text)
                        .replaceAll(place -> Matcher.quoteReplacement(
                                evaluate(place.group(1)).toString()));
    }

    private Object evaluate(String expression) {
        Matcher replace = REPLACE.matcher(expression);
        if (replace.matches()) {
            return evaluate(replace.group(1)).toString().replace('-', '_');
        }
        Matcher compact = COMPACT.matcher(expression);
        if (compact.matches()) {
            return Stream.of(compact.group(1).split(", ", -1))
                    .map(this::evaluate)
                    .filter(each -> !each.equals(""))
                    .collect(Collectors.toList());
        }
        String[] parts = expression.split("\\.", -1);
        return switch (parts[0]) {
            case "var" -> variable(parts[1]);
            case "local" -> resolve(at(local(), parts[1]));
            case "data" -> data(expression);
                // The only for_each over a resource.
            case "statement" -> attribute("aws_kinesis_stream", "predictions", parts[2]);
            default -> {
                if (parts.length != 3) {
                    throw new AssertionError(expression);
                }
                yield attribute(parts[0], parts[1], parts[2]);
            }
        };
    }

    private Object local() {
        return list(module.get("locals")).get(0);
    }

    private static String data(String expression) {
        return switch (expression) {
            case "data.aws_caller_identity.current.account_id" -> Templates.ACCOUNT;
            case "data.aws_partition.current.partition" -> "aws";
            default -> expression;
        };
    }

    private Object variable(String name) {
        if (!variables().containsKey(name)) {
            throw new AssertionError("there is no variable " + name);
        }
        Object value = given.getOrDefault(name, variables().get(name));
        if (value == null) {
            throw new AssertionError("the variable " + name + " is needed");
        }
        return value;
    }

    private String attribute(String type, String name, String attribute) {
        Map<String, Object> resource = raw("resource", type, name);
        String physical = resolve(resource.get(type.equals("aws_s3_bucket") ? "bucket" : "name"))
                .toString();
        if (!attribute.equals("arn")) {
            return physical;
        }
        return switch (type) {
            case "aws_kinesis_stream" -> Templates.stream(physical);
            case "aws_s3_bucket" -> Templates.bucket(physical);
            case "aws_iam_role" -> Templates.role(physical);
            case "aws_sns_topic" -> Templates.topic(physical);
            case "aws_cloudwatch_log_stream" -> Templates.logStream(
                    resolve(resource.get("log_group_name")).toString(), physical);
            default -> throw new AssertionError(type);
        };
    }
}
