package io.cardwatch.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;

/** How durations are written everywhere: {@code 7 d}, {@code 7d}, {@code 90 s}, or {@code PT1H} of ISO-8601. */
public final class DurationText {
    private static final Pattern AMOUNT_AND_UNIT = Pattern.compile("\\d+ *[a-zA-Z]+");

    private DurationText() {}

    /**
     * A duration with its unit; a bare number would be a guess.
     *
     * @throws DateTimeParseException or {@link IllegalArgumentException} when it is none
     */
    public static Duration parse(String text) {
        return AMOUNT_AND_UNIT.matcher(text).matches() ? TimeUtils.parseDuration(text) : Duration.parse(text);
    }
}
