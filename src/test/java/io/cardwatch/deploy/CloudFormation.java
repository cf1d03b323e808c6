package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A template as CloudFormation would see it with given parameters. Numbers and truth are texts. */
final class CloudFormation {
    private static final Object NO_VALUE = new Object();
    private static final Pattern PLACE = Pattern.compile("\\$\\{([^}]+)}");
    private static final Map<String, String> PSEUDO = Map.of(
            "AWS::Region",
            Templates.REGION,
            "AWS::AccountId",
            Templates.ACCOUNT,
            "AWS::Partition",
            "aws",
            "AWS::StackName",
            "cardwatch-foundation");

    private final Map<String, Object> template;
    private final Map<String, Object> given;
    private final Map<String, String> imports;

    /**
     * @param given parameters' values; for others the defaults count
     * @param imports what other stacks export
     */
    CloudFormation(Path file, Map<String, Object> given, Map<String, String> imports) {
        template = map(Templates.read("cloudformation", file));
        this.given = given;
        this.imports = imports;
    }

    /** Parameters with their defaults, null where there is none. */
    Map<String, Object> parameters() {
        Map<String, Object> parameters = new TreeMap<>();
        map(template.get("Parameters")).forEach((name, parameter) -> {
            Object standard = map(parameter).get("Default");
            parameters.put(name, standard == null ? null : standard.toString());
        });
        return parameters;
    }

    /** The properties of the resources of this type that there would be. */
    List<Object> resources(String type) {
        return map(template.get("Resources")).values().stream()
                .filter(resource -> map(resource).get("Type").equals(type))
                .filter(resource -> !map(resource).containsKey("Condition")
                        || holds(map(resource).get("Condition").toString()))
                .map(resource -> resolve(map(resource).get("Properties")))
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

    /** What the stack exports, by the export's name. */
    Map<String, String> exports() {
        Map<String, String> exports = new TreeMap<>();
        map(template.get("Outputs"))
                .values()
                .forEach(output -> exports.put(
                        resolve(at(output, "Export", "Name")).toString(),
                        resolve(at(output, "Value")).toString()));
        return exports;
    }

    private boolean holds(String condition) {
        return truth(at(template, "Conditions", condition));
    }

    private boolean truth(Object condition) {
        Map.Entry<String, Object> function =
                map(condition).entrySet().iterator().next();
        List<Object> arguments = list(function.getValue());
        return switch (function.getKey()) {
            case "Fn::Not" -> !truth(arguments.get(0));
            case "Fn::Equals" -> resolve(arguments.get(0)).equals(resolve(arguments.get(1)));
            default -> throw new AssertionError(condition);
        };
    }

    private Object resolve(Object value) {
        if (value instanceof List) {
            List<Object> resolved = new ArrayList<>();
            list(value).stream()
                    .map(this::resolve)
                    .filter(each -> each != NO_VALUE)
                    .forEach(resolved::add);
            return resolved;
        }
        if (!(value instanceof Map)) {
            return value.toString();
        }
        Map<String, Object> pairs = map(value);
        String first = pairs.keySet().iterator().next();
        if (pairs.size() == 1 && (first.equals("Ref") || first.startsWith("Fn::"))) {
            return call(first, pairs.get(first));
        }
        Map<String, Object> resolved = new LinkedHashMap<>();
        pairs.forEach((key, below) -> {
            Object now = resolve(below);
            if (now != NO_VALUE) {
                resolved.put(key, now);
            }
        });
        return resolved;
    }

    private Object call(String function, Object argument) {
        List<Object> arguments = Templates.many(argument);
        switch (function) {
            case "Ref":
                return ref(argument.toString());
            case "Fn::GetAtt":
                return attribute(arguments.get(0).toString(), arguments.get(1).toString());
            case "Fn::If":
                return resolve(arguments.get(holds(arguments.get(0).toString()) ? 1 : 2));
            case "Fn::Join":
                return list(resolve(arguments.get(1))).stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(arguments.get(0).toString()));
            case "Fn::Split":
                return List.of(resolve(arguments.get(1))
                        .toString()
                        .split(Pattern.quote(arguments.get(0).toString()), -1));
            case "Fn::ImportValue":
                String name = resolve(argument).toString();
                if (!imports.containsKey(name)) {
                    throw new AssertionError(name + " is not exported");
                }
                return imports.get(name);
            case "Fn::Sub":
                Map<String, Object> own = arguments.size() == 2 ? map(arguments.get(1)) : Map.of();
                return PLACE.matcher(arguments.get(0).toString())
                        .replaceAll(place -> Matcher.quoteReplacement(substitute(place.group(1), own)));
            default:
                throw new AssertionError(function);
        }
    }

    private String substitute(String name, Map<String, Object> own) {
        if (own.containsKey(name)) {
            return resolve(own.get(name)).toString();
        }
        String[] parts = name.split("\\.", 2);
        return parts.length == 2 ? attribute(parts[0], parts[1]) : ref(name).toString();
    }

    private Object ref(String name) {
        if (name.equals("AWS::NoValue")) {
            return NO_VALUE;
        }
        if (PSEUDO.containsKey(name)) {
            return PSEUDO.get(name);
        }
        if (parameters().containsKey(name)) {
            Object value = given.getOrDefault(name, parameters().get(name));
            if (value == null) {
                throw new AssertionError("the parameter " + name + " is needed");
            }
            return value;
        }
        return type(name).equals("AWS::SNS::Topic") ? attribute(name, "Arn") : physicalName(name);
    }

    private String type(String logicalId) {
        Object resource = at(template, "Resources", logicalId);
        if (resource == null) {
            throw new AssertionError("there is no " + logicalId);
        }
        return map(resource).get("Type").toString();
    }

    private String physicalName(String logicalId) {
        String property =
                switch (type(logicalId)) {
                    case "AWS::Kinesis::Stream" -> "Name";
                    case "AWS::S3::Bucket" -> "BucketName";
                    case "AWS::IAM::Role" -> "RoleName";
                    case "AWS::Logs::LogGroup" -> "LogGroupName";
                    case "AWS::Logs::LogStream" -> "LogStreamName";
                    case "AWS::SNS::Topic" -> "TopicName";
                    case "AWS::KinesisAnalyticsV2::Application" -> "ApplicationName";
                    default -> throw new AssertionError(logicalId);
                };
        return resolve(at(template, "Resources", logicalId, "Properties", property))
                .toString();
    }

    private String attribute(String logicalId, String attribute) {
        String name = physicalName(logicalId);
        return switch (type(logicalId) + "." + attribute) {
            case "AWS::Kinesis::Stream.Arn" -> Templates.stream(name);
            case "AWS::S3::Bucket.Arn" -> Templates.bucket(name);
            case "AWS::IAM::Role.Arn" -> Templates.role(name);
            case "AWS::SNS::Topic.Arn" -> Templates.topic(name);
            default -> throw new AssertionError(logicalId + "." + attribute);
        };
    }
}
