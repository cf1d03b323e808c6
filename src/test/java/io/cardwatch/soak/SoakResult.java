package io.cardwatch.soak;

import io.cardwatch.testing.Reckoning;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInfo;

/**
 * A row of the committed table of what the soak tests found. A run replaces the rows of the tests that it runs, also
 * where they then fail, and shows them in docs/reliability.md.
 */
record SoakResult(String test, List<String> cells) {
    /** Nothing in it has a comma but the separators. */
    private static final Path TABLE = Path.of("src/test/resources/soak-results.csv");

    private static final Path DOCUMENT = Path.of("docs/reliability.md");
    private static final Pattern SHOWN = Pattern.compile("(?<=<!-- soak -->\n).*(?=<!-- /soak -->)", Pattern.DOTALL);

    private static final List<String> COLUMNS =
            List.of("test", "machine", "seed", "injected", "lost", "extra", "duplicated", "restarts", "seconds");

    /** Instead of the seed, where nothing is left to chance. */
    static final String NO_CHANCE = "none";

    /**
     * Puts a row into the table.
     *
     * @param injected says in a few words, without commas, what was done to the job
     * @param start when the test began, for its seconds
     */
    static synchronized void report(
            TestInfo test, String seed, String injected, Reckoning rows, int restarts, Instant start)
            throws IOException {
        Map<String, SoakResult> table = new TreeMap<>();
        committed().forEach(row -> table.put(row.test(), row));
        SoakResult result = new SoakResult(
                name(test.getTestMethod().orElseThrow()),
                Stream.of(
                                machine(),
                                seed,
                                injected,
                                rows.lost(),
                                rows.extra(),
                                rows.duplicated(),
                                restarts,
                                Duration.between(start, Instant.now()).toSeconds())
                        .map(String::valueOf)
                        .toList());
        table.put(result.test(), result);
        Files.writeString(
                TABLE,
                Stream.concat(
                                Stream.of(String.join(",", COLUMNS)),
                                table.values().stream().map(row -> row.test() + "," + String.join(",", row.cells())))
                        .collect(Collectors.joining("\n", "", "\n")));
        Files.writeString(
                DOCUMENT, SHOWN.matcher(Files.readString(DOCUMENT)).replaceFirst(Matcher.quoteReplacement(markdown())));
    }

    private static String name(Method test) {
        return test.getDeclaringClass().getSimpleName() + "." + test.getName();
    }

    private static String machine() {
        long bytes = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        return Runtime.getRuntime().availableProcessors() + " cores " + Math.round((double) bytes / (1 << 30)) + " GiB";
    }

    private static List<SoakResult> committed() throws IOException {
        return Files.readAllLines(TABLE).stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .map(cells -> new SoakResult(cells[0], List.of(cells).subList(1, cells.length)))
                .toList();
    }

    private static String markdown() throws IOException {
        return Stream.of(
                        Stream.of(COLUMNS, COLUMNS.stream().map(column -> "---").toList()),
                        committed().stream()
                                .map(row -> Stream.concat(Stream.of("`" + row.test() + "`"), row.cells().stream())
                                        .toList()))
                .flatMap(rows -> rows)
                .map(row -> "| " + String.join(" | ", row) + " |\n")
                .collect(Collectors.joining());
    }
}
