package io.cardwatch.config;

import io.cardwatch.domain.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Merges sources of settings. A source that is added earlier overrides those added later; the defaults come last.
 * Nothing is refused before {@link #load} or {@link #problems}, so that a person sees everything that is wrong at once.
 */
public final class SettingsLoader {
    /** Where Amazon Managed Service for Apache Flink puts an application's properties. */
    private static final Path SERVICE_FILE = Path.of("/etc/flink/application_properties.json");

    private static final Set<String> PASSWORDS = Set.of("warehouse.password", "online.password");

    /** Settings in which a person may have put a secret: no error repeats their values. */
    private static final Set<Option<?>> NEVER_REPEATED = Set.of(
            Options.SOURCE_ENDPOINT_URL,
            Options.WAREHOUSE_URL,
            Options.WAREHOUSE_PASSWORD_ENV,
            Options.WAREHOUSE_PASSWORD_FILE,
            Options.WAREHOUSE_PASSWORD_SECRET_ARN,
            Options.ONLINE_URL,
            Options.ONLINE_PASSWORD_ENV,
            Options.ONLINE_PASSWORD_FILE,
            Options.ONLINE_PASSWORD_SECRET_ARN,
            Options.SERVE_CREDENTIALS_FILE,
            Options.SERVE_CREDENTIALS_SECRET);

    private final List<Layer> layers = new ArrayList<>();
    private final List<BadInputException> unreadable = new ArrayList<>();

    /** Adds settings by full key ({@code features.terminal-delay}). */
    public SettingsLoader layer(String origin, Map<String, String> texts) {
        layers.add(new Layer(origin, texts));
        return this;
    }

    /** Adds {@code --group.key=value} or {@code --group.key value}, then the file of {@code --config FILE}. */
    public SettingsLoader arguments(List<String> arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String[] keyAndText = arguments.get(i).split("=", 2);
            boolean textFollows = keyAndText.length == 1
                    && i + 1 < arguments.size()
                    && !arguments.get(i + 1).startsWith("--");
            String text = textFollows ? arguments.get(++i) : keyAndText[keyAndText.length - 1];
            addArgument(keyAndText[0], keyAndText.length == 2 || textFollows, text, given);
        }
        Optional<String> config = Optional.ofNullable(given.remove("config"));
        layer("command line", given);
        config.map(Path::of).ifPresent(this::file);
        return this;
    }

    private void addArgument(String key, boolean hasText, String text, Map<String, String> given) {
        if (!key.startsWith("--")) {
            unreadable.add(
                    new BadInputException("'" + key + "' is not an option", "Write settings as --group.key=value."));
        } else if (!hasText) {
            unreadable.add(new BadInputException(key + " has no value", "Write " + key + "=VALUE."));
        } else if (given.put(key.substring(2), text) != null) {
            unreadable.add(new BadInputException(key + " is given twice", "Keep one of them."));
        }
    }

    /** Adds the property groups of a JSON file. */
    public SettingsLoader file(Path file) {
        try {
            layer(file.toString(), PropertyGroups.read(file));
        } catch (BadInputException e) {
            unreadable.add(e);
        }
        return this;
    }

    /** Adds the file in which the managed service provides properties, if there is one. */
    public SettingsLoader serviceFile() {
        return Files.exists(SERVICE_FILE) ? file(SERVICE_FILE) : this;
    }

    /** Everything that is wrong, in the order of the sources; empty exactly when {@link #load} returns. */
    public List<BadInputException> problems() {
        List<BadInputException> problems = new ArrayList<>(unreadable);
        layers.forEach(layer -> layer.texts.keySet().stream()
                .filter(key -> Options.named(key).isEmpty())
                .forEach(key -> problems.add(unknown(key, layer.origin))));
        List<BadInputException> invalid = Options.all().stream()
                .filter(option -> option.parse(strongest(option).text(option)).isEmpty())
                .map(option -> invalid(option, strongest(option)))
                .collect(Collectors.toList());
        problems.addAll(invalid);
        if (invalid.isEmpty()) {
            problems.addAll(contradictions(settings()));
        }
        return problems;
    }

    /**
     * The effective settings.
     *
     * @throws BadInputException naming everything that is wrong
     */
    public Settings load() {
        List<BadInputException> problems = problems();
        if (problems.size() == 1) {
            throw problems.get(0);
        }
        if (!problems.isEmpty()) {
            throw new BadInputException(
                    problems.size() + " problems: " + joined(problems, Throwable::getMessage, "; "),
                    joined(problems, BadInputException::remedy, " "));
        }
        return settings();
    }

    private Settings settings() {
        return new Settings(
                Options.all().stream().collect(Collectors.toMap(Function.identity(), option -> strongest(option)
                        .value(option))));
    }

    private Layer strongest(Option<?> option) {
        return layers.stream()
                .filter(layer -> layer.texts.containsKey(option.key))
                .findFirst()
                .orElse(Layer.DEFAULTS);
    }

    private static BadInputException unknown(String key, String origin) {
        if (PASSWORDS.contains(key)) {
            return new BadInputException(
                    key + " (" + origin + ") is refused: a secret must not stand in a setting",
                    "Put it in an environment variable, a file or AWS Secrets Manager and name that place with " + key
                            + "-env, " + key + "-file or " + key + "-secret-arn.");
        }
        return new BadInputException(
                key + " (" + origin + ") is not a setting", "Did you mean " + Options.nearest(key) + "?");
    }

    private static BadInputException invalid(Option<?> option, Layer layer) {
        String shown =
                NEVER_REPEATED.contains(option) ? " has a value that" : " is '" + layer.text(option) + "', which";
        return new BadInputException(
                option + shown + " is not allowed (" + layer.origin + ")", option + " must be " + option.rule + ".");
    }

    private static List<BadInputException> contradictions(Settings settings) {
        List<BadInputException> found = new ArrayList<>();
        boolean atTimestamp = settings.get(Options.SOURCE_INITIAL_POSITION) == InitialPosition.AT_TIMESTAMP;
        if (atTimestamp != settings.get(Options.SOURCE_INITIAL_TIMESTAMP).isPresent()) {
            found.add(new BadInputException(
                    "source.initial-position is " + settings.text(Options.SOURCE_INITIAL_POSITION) + " and "
                            + (atTimestamp ? "source.initial-timestamp is not set" : "source.initial-timestamp is set"),
                    "Give source.initial-timestamp together with source.initial-position AT_TIMESTAMP, or neither."));
        }
        Stream.of(
                        onePlace(
                                settings,
                                "the warehouse's password is",
                                Options.WAREHOUSE_PASSWORD_ENV,
                                Options.WAREHOUSE_PASSWORD_FILE,
                                Options.WAREHOUSE_PASSWORD_SECRET_ARN,
                                Options.WAREHOUSE_IAM_CLUSTER,
                                Options.WAREHOUSE_IAM_WORKGROUP),
                        onePlace(
                                settings,
                                "the control database's password is",
                                Options.CONTROL_PASSWORD_ENV,
                                Options.CONTROL_PASSWORD_FILE,
                                Options.CONTROL_PASSWORD_SECRET_ARN),
                        onePlace(
                                settings,
                                "the online store's password is",
                                Options.ONLINE_PASSWORD_ENV,
                                Options.ONLINE_PASSWORD_FILE,
                                Options.ONLINE_PASSWORD_SECRET_ARN),
                        onePlace(
                                settings,
                                "the keys of serve are",
                                Options.SERVE_CREDENTIALS_FILE,
                                Options.SERVE_CREDENTIALS_SECRET))
                .flatMap(Optional::stream)
                .forEach(found::add);
        iamLogin(settings).ifPresent(found::add);
        return found;
    }

    private static Optional<BadInputException> iamLogin(Settings settings) {
        boolean cluster = settings.get(Options.WAREHOUSE_IAM_CLUSTER).isPresent();
        boolean workgroup = settings.get(Options.WAREHOUSE_IAM_WORKGROUP).isPresent();
        boolean user = settings.get(Options.WAREHOUSE_USER).isPresent();
        if ((cluster || workgroup)
                && !settings.get(Options.WAREHOUSE_URL)
                        .filter(url -> url.startsWith("jdbc:redshift:"))
                        .isPresent()) {
            return Optional.of(new BadInputException(
                    "a login by IAM is asked for, but warehouse.url is not one of Redshift",
                    "Give a URL like jdbc:redshift://host:5439/database?sslmode=verify-full, or a password."));
        }
        if (cluster && !user) {
            return Optional.of(new BadInputException(
                    "warehouse.iam-cluster is set and warehouse.user is not",
                    "Name the database user whose login is asked for."));
        }
        return workgroup && user
                ? Optional.of(new BadInputException(
                        "warehouse.iam-workgroup and warehouse.user are both set",
                        "Leave warehouse.user out: the role has a user of its own."))
                : Optional.empty();
    }

    private static Optional<BadInputException> onePlace(Settings settings, String what, Option<?>... places) {
        List<Option<?>> given = Stream.of(places)
                .filter(option -> !settings.text(option).isEmpty())
                .collect(Collectors.toList());
        return given.size() < 2
                ? Optional.empty()
                : Optional.of(new BadInputException(
                        what + " to come from " + joined(given, option -> option.key, " and from "),
                        "Keep one of them."));
    }

    private static <E> String joined(List<E> parts, Function<E, String> text, String separator) {
        return parts.stream().map(text).distinct().collect(Collectors.joining(separator));
    }

    /** One source of settings: their texts by full key. */
    private static final class Layer {
        static final Layer DEFAULTS = new Layer(
                "default",
                Options.all().stream().collect(Collectors.toMap(option -> option.key, option -> option.defaultText)));

        final String origin;
        final Map<String, String> texts;

        Layer(String origin, Map<String, String> texts) {
            this.origin = origin;
            this.texts = new LinkedHashMap<>(texts);
        }

        String text(Option<?> option) {
            return texts.get(option.key);
        }

        Settings.Value value(Option<?> option) {
            return new Settings.Value(option.parse(text(option)).orElseThrow(), text(option), origin);
        }
    }
}
