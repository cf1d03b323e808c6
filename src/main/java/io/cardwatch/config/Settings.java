package io.cardwatch.config;

import io.cardwatch.domain.BadInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The effective configuration: a checked value for every {@link Option}, and the source of each. It is immutable and
 * holds no secrets: those stay where {@link PasswordSource} finds them.
 */
public final class Settings {
    private final Map<Option<?>, Value> values;

    Settings(Map<Option<?>, Value> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * The settings of a program started with {@code arguments}: {@code --group.key=value} and {@code --config FILE},
     * over the service's own file, over the defaults.
     *
     * @throws BadInputException naming everything that is wrong
     */
    public static Settings fromArguments(List<String> arguments) {
        return new SettingsLoader().arguments(arguments).serviceFile().load();
    }

    /** The value of {@code option}. */
    @SuppressWarnings("unchecked") // SettingsLoader puts under each option what that option parsed
    public <T> T get(Option<T> option) {
        return (T) values.get(option).parsed;
    }

    /**
     * The value of a setting that this command needs.
     *
     * @throws BadInputException when it is left out
     */
    public <T> T required(Option<Optional<T>> option) {
        return get(option).orElseThrow(() -> missing(option));
    }

    /** The value of {@code option} as it was written. */
    public String text(Option<?> option) {
        return values.get(option).text;
    }

    /** Where the value came from: {@code command line}, a file's name or {@code default}. */
    public String origin(Option<?> option) {
        return values.get(option).origin;
    }

    static BadInputException missing(Option<?> option) {
        return new BadInputException(option + " is not set", "Give --" + option + "=VALUE, " + option.rule + ".");
    }

    /** One line for each setting: key, value and origin. */
    @Override
    public String toString() {
        return Options.all().stream()
                .map(option -> option + " = " + text(option) + " (" + origin(option) + ")\n")
                .collect(Collectors.joining());
    }

    /** What an option was set to. */
    static final class Value {
        final Object parsed;
        final String text;
        final String origin;

        Value(Object parsed, String text, String origin) {
            this.parsed = parsed;
            this.text = text;
            this.origin = origin;
        }
    }
}
