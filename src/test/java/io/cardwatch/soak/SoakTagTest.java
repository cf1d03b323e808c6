package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each soak test is one of the soak profile. */
class SoakTagTest {
    private static final String SUFFIX = "Soak.class";

    @Test
    void everySoakTestIsTaggedSoThatAnOrdinaryBuildLeavesItOut() throws Exception {
        assertThat(soaks()).isNotEmpty().allSatisfy(soak -> assertThat(soak.getAnnotation(Tag.class))
                .extracting(Tag::value)
                .isEqualTo("soak"));
    }

    private static Stream<Class<?>> soaks() throws Exception {
        Path classes = Path.of(SoakResult.class.getResource("").toURI());
        try (Stream<Path> files = Files.list(classes)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - ".class".length()))
                    .collect(Collectors.toList());
            return names.stream().map(SoakTagTest::load);
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
