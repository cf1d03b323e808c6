package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.at;
import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The manifests of {@code deploy/kubernetes} as maps, and what tests ask of them. */
final class Manifests {
    static final Path DIRECTORY = Path.of("deploy/kubernetes");
    static final String JOB = "cardwatch-job";
    static final String SERVE = "cardwatch-serve";
    static final List<Object> ALL = all();

    private Manifests() {}

    private static List<Object> all() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .flatMap(file -> list(Templates.read("yaml", file)).stream())
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Object> of(String kind, String name) {
        return ALL.stream()
                .filter(manifest -> kind.equals(at(manifest, "kind")) && name.equals(at(manifest, "metadata", "name")))
                .map(Templates::map)
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    static Map<String, Object> job() {
        return of("FlinkDeployment", JOB);
    }

    /** The template of the pods whose label {@code app} is that name. */
    static Map<String, Object> pod(String app) {
        return map(app.equals(JOB) ? at(job(), "spec", "podTemplate") : at(of("Deployment", app), "spec", "template"));
    }

    /** Its only container. */
    static Map<String, Object> container(String app) {
        List<Object> containers = list(at(pod(app), "spec", "containers"));
        if (containers.size() != 1) {
            throw new AssertionError(app + " has " + containers.size() + " containers");
        }
        return map(containers.get(0));
    }

    /** The settings, {@code --group.key=value}. */
    static List<String> settings(String app) {
        List<String> arguments =
                list(
                                app.equals(JOB)
                                        ? at(job(), "spec", "job", "args")
                                        : container(app).get("args"))
                        .stream()
                        .map(Object::toString)
                        .collect(Collectors.toCollection(ArrayList::new));
        if (app.equals(SERVE) && !arguments.remove(0).equals("serve")) {
            throw new AssertionError("the command is not serve");
        }
        return arguments;
    }

    /** The value of {@code --key=value}. */
    static String setting(String app, String key) {
        return settings(app).stream()
                .filter(argument -> argument.startsWith("--" + key + "="))
                .map(argument -> argument.substring(key.length() + 3))
                .findAny()
                .orElseThrow(() -> new AssertionError(key + " is not set for " + app));
    }

    /** The container's ports by name. */
    static Map<String, Object> ports(String app) {
        return list(container(app).get("ports")).stream()
                .collect(Collectors.toMap(
                        port -> at(port, "name").toString(),
                        port -> Objects.requireNonNull(at(port, "containerPort"))));
    }
}
