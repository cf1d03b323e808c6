package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the soak tests found is committed, and docs/reliability.md shows it. */
class SoakResultTest {
    private static final String SUFFIX = "Soak.class";

    @Test
    void everySoakTestHasARowInTheTable() throws Exception {
        assertThat(SoakResult.committed())
                .extracting(SoakResult::test)
                .containsExactlyInAnyOrderElementsOf(soaks().flatMap(soak -> Arrays.stream(soak.getDeclaredMethods()))
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .map(SoakResult::name)
                        .toList());
    }

    @Test
    void noneLostInventedOrDoubledARow() throws Exception {
        assertThat(SoakResult.committed()).allSatisfy(row -> {
            assertThat(row.cells()).hasSize(SoakResult.COLUMNS.size() - 1);
            assertThat(row.wrongs()).isEqualTo(List.of("0", "0", "0"));
        });
    }

    @Test
    void everySoakTestIsTaggedSoThatAnOrdinaryBuildLeavesItOut() throws Exception {
        assertThat(soaks()).isNotEmpty().allSatisfy(soak -> assertThat(soak.getAnnotation(Tag.class))
                .extracting(Tag::value)
                .isEqualTo("soak"));
    }

    @Test
    void theDocumentationShowsTheTable() throws Exception {
        Files.writeString(Path.of("target/soak-results.md"), SoakResult.markdown());
        assertThat(Files.readString(Path.of("docs/reliability.md")))
                .as("the table between the markers, to be replaced with target/soak-results.md")
                .contains("<!-- soak -->\n" + SoakResult.markdown() + "<!-- /soak -->");
    }

    private static Stream<Class<?>> soaks() throws Exception {
        Path classes = Path.of(SoakResult.class.getResource("").toURI());
        try (Stream<Path> files = Files.list(classes)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - ".class".length()))
                    .collect(Collectors.toList());
            return names.stream().map(SoakResultTest::load);
        }
    }

    private static Class<?> load(String simpleName) {
        try {
            return Class.forName(SoakResult.class.getPackageName() + "." + simpleName);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
