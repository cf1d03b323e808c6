package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What earlier versions wrote, committed: savepoints and the bytes of each type in state. All files of the present
 * version are written by
 *
 * <pre>mvn -B -ntp test -Dtest='GoldenSavepointTest,*LayoutTest' -Dcardwatch.golden=write</pre>
 *
 * which is due once for each release that changes state; files of a released version are never written again.
 */
public final class GoldenFiles {
    /** A folder for each version. */
    public static final Path SAVEPOINTS = Path.of("src/test/resources/savepoints");

    private static final Path LAYOUTS = Path.of("src/test/resources/layouts");
    private static final Pattern VERSION = Pattern.compile("<artifactId>cardwatch</artifactId>\\s*<version>(.+?)<");

    private GoldenFiles() {}

    /** Whether the files of the present version are to be written instead of compared. */
    public static boolean writing() {
        return "write".equals(System.getProperty("cardwatch.golden"));
    }

    /** The project's version, as its pom has it. */
    public static String version() throws IOException {
        Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    /**
     * Checks that a type is still written as when its layout got this number.
     *
     * @param type name of the type
     * @param layout number of its layout
     */
    public static void assertLayout(String type, int layout, byte[] bytes) throws IOException {
        Path file = layout(type, layout);
        if (writing()) {
            Files.createDirectories(LAYOUTS);
            Files.write(file, bytes);
        }
        assertThat(file).as("what %s writes in version %d", type, layout).exists();
        assertThat(bytes)
                .as(
                        "%s no longer writes what it wrote in version %d: raise the version and read the older ones, too",
                        type, layout)
                .isEqualTo(Files.readAllBytes(file));
    }

    /** Bytes of a type as it was written when its layout had this number. */
    public static byte[] readLayout(String type, int layout) throws IOException {
        return Files.readAllBytes(layout(type, layout));
    }

    private static Path layout(String type, int layout) {
        return LAYOUTS.resolve(type + "-" + layout + ".bin");
    }
}
