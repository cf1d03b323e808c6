package io.cardwatch.config;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns the text of a setting into a value. Its rule says what the text must be, worded to follow "must be".
 *
 * @param <T> the value's class
 */
final class ValueType<T> {
    /** Names of this machine, which need no encryption. */
    static final List<String> LOCAL_HOSTS = List.of("localhost", "127.0.0.1", "[::1]", "::1");

    /** An IP address, of version 4 or 6, or localhost. */
    static final String ADDRESS = "localhost|\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:]+";

    final String rule;
    private final Function<String, T> parser;

    /** @param parser throws any {@link RuntimeException} for text that breaks the rule */
    private ValueType(String rule, Function<String, T> parser) {
        this.rule = rule;
        this.parser = parser;
    }

    /** The value of {@code text}, or empty when it breaks the rule. */
    Optional<T> parse(String text) {
        try {
            return Optional.of(parser.apply(text.trim()));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The same type for a setting that may be left out; its value is then empty. */
    ValueType<Optional<T>> optional() {
        return new ValueType<>(rule, text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text)));
    }

    static ValueType<String> text(String rule, Predicate<String> allowed) {
        return new ValueType<>(rule, text -> check(text, !text.isEmpty() && allowed.test(text)));
    }

    static ValueType<String> matching(String rule, String regex) {
        return text(rule, Pattern.compile(regex).asMatchPredicate());
    }

    static <V> ValueType<V> flag(V ofTrue, V ofFalse) {
        return new ValueType<>("true or false", text -> {
            check(text, text.equals("true") || text.equals("false"));
            return text.equals("true") ? ofTrue : ofFalse;
        });
    }

    static ValueType<Integer> integer(int least, int most) {
        return new ValueType<>("a whole number from " + least + " to " + most, text -> {
            int value = Integer.parseInt(text);
            return check(value, least <= value && value <= most);
        });
    }

    static ValueType<Double> real(double least, double most) {
        return new ValueType<>("a number from " + least + " to " + most, text -> {
            double value = Double.parseDouble(text);
            return check(value, least <= value && value <= most);
        });
    }

    /** A duration with its unit ({@code 7 d}) or of ISO-8601 ({@code PT1H}): a bare number would be a guess. */
    static ValueType<Duration> duration(String least, String most) {
        Duration lowest = DurationText.parse(least);
        Duration highest = DurationText.parse(most);
        String rule = "a duration with its unit from " + least + " to " + most;
        return new ValueType<>(rule, text -> {
            Duration value = DurationText.parse(text);
            return check(value, lowest.compareTo(value) <= 0 && value.compareTo(highest) <= 0);
        });
    }

    /** Like {@link #duration}, in whole seconds, as event time is. */
    static ValueType<Duration> wholeSeconds(String least, String most) {
        ValueType<Duration> duration = duration(least, most);
        return new ValueType<>(duration.rule + ", in whole seconds", text -> {
            Duration value = duration.parser.apply(text);
            return check(value, value.equals(value.truncatedTo(ChronoUnit.SECONDS)));
        });
    }

    static ValueType<Instant> instant() {
        return new ValueType<>("a time of ISO-8601 in UTC, like 2026-01-31T00:00:00Z", Instant::parse);
    }

    static ValueType<URI> httpAddress() {
        return new ValueType<>("an address like http://localhost:4567", text -> {
            URI address = URI.create(text);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            return check(address, http && address.getHost() != null && address.getUserInfo() == null);
        });
    }

    /** A stream, a topic or an address. What goes to another machine must be encrypted. */
    static ValueType<String> alertTarget() {
        return text("kinesis:STREAM, sns:ARN, or an address like https://host/path", text -> {
            if (text.startsWith(Options.TO_KINESIS)) {
                return text.matches(Options.TO_KINESIS + "[a-zA-Z0-9_.-]{1,128}");
            }
            if (text.startsWith(Options.TO_SNS)) {
                return text.matches(Options.TO_SNS + "arn:[a-z-]+:sns:[a-z0-9-]+:\\d{12}:[a-zA-Z0-9_-]{1,256}");
            }
            URI address = URI.create(text);
            boolean plain =
                    "http".equals(address.getScheme()) && LOCAL_HOSTS.contains(String.valueOf(address.getHost()));
            return ("https".equals(address.getScheme()) || plain)
                    && address.getHost() != null
                    && address.getUserInfo() == null;
        });
    }

    /** The address of a Redis server. One on another machine must prove its identity. */
    static ValueType<URI> redisAddress() {
        return new ValueType<>(
                "an address like redis://localhost:6379, or rediss://host:6379 unless the host is localhost, without user and"
                        + " password",
                text -> {
                    URI address = URI.create(text);
                    boolean encrypted = "rediss".equals(address.getScheme());
                    boolean plain = "redis".equals(address.getScheme())
                            && LOCAL_HOSTS.contains(String.valueOf(address.getHost()));
                    boolean complete =
                            address.getHost() != null && address.getUserInfo() == null && address.getQuery() == null;
                    return check(
                            address,
                            complete
                                    && (encrypted || plain)
                                    && address.getPath().matches("(/\\d{0,3})?"));
                });
    }

    static ValueType<String> variable() {
        return matching("the name of an environment variable", "[A-Za-z_][A-Za-z0-9_]*");
    }

    static ValueType<String> secretArn() {
        return matching(AwsSecret.ARN_RULE, AwsSecret.ARN);
    }

    /** Names in lower case, since case does not count in them. */
    static ValueType<Set<String>> hostNames() {
        Pattern name = Pattern.compile("([a-z0-9-]+(\\.[a-z0-9-]+)*|\\[[0-9a-f:.]+])(:\\d{1,5})?");
        return new ValueType<>("host names or addresses, separated by commas", text -> {
            Set<String> names = Arrays.stream(text.toLowerCase(Locale.ROOT).split(",", -1))
                    .map(String::trim)
                    .collect(Collectors.toUnmodifiableSet());
            return check(names, names.stream().allMatch(name.asMatchPredicate()));
        });
    }

    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> names) {
        String rule = Arrays.stream(names.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "));
        return new ValueType<>("one of " + rule, text -> Enum.valueOf(names, text));
    }

    /** The name of a constant in lower case. */
    /** A folder of a file system that Flink knows by the URI's scheme. */
    static ValueType<URI> fileSystemUri() {
        return new ValueType<>("a URI like s3://bucket/folder or file:///folder", text -> {
            URI folder = URI.create(text);
            return check(folder, folder.isAbsolute() && !folder.isOpaque() && folder.getRawQuery() == null);
        });
    }

    static <E extends Enum<E>> ValueType<E> word(Class<E> names) {
        String rule = Arrays.stream(names.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return new ValueType<>(rule, text -> {
            check(text, text.equals(text.toLowerCase(Locale.ROOT)));
            return Enum.valueOf(names, text.toUpperCase(Locale.ROOT));
        });
    }

    private static <V> V check(V value, boolean allowed) {
        if (!allowed) {
            throw new IllegalArgumentException("the rule is broken");
        }
        return value;
    }
}
