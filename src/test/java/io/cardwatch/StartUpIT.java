package io.cardwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code java -jar cardwatch.jar} says where the machine around it is not as it should be. */
@Timeout(600)
class StartUpIT {
    private static final Path JAR = Path.of("target/cardwatch.jar");
    private static final File NOBODY_WRITES_HERE = new File("/proc");

    @TempDir
    Path directory;

    @BeforeEach
    void writePayments() throws Exception {
        Files.writeString(
                directory.resolve("tx.csv"),
                "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT\n1,2026-01-01 10:00:00,596,3156,57.16\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx256m", "-XX:MaxRAM=1g", "-XX:MaxDirectMemorySize=64m"})
    void tooLittleMemoryEndsAtOnceWithTheRemedy(String option) throws Exception {
        List<String> told = run(1, directory.toFile(), List.of(option), score());

        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith("error: Java may use ").contains(" MB ");
        assertThat(told.get(1)).startsWith("remedy: Start it with more: java -X");
    }

    @Test
    void aMissingTemporaryFolderIsNamed() throws Exception {
        assertThat(run(3, directory.toFile(), List.of("-Djava.io.tmpdir=/does/not/exist"), score()))
                .containsExactly(
                        "error: the temporary folder /does/not/exist does not exist or may not be written",
                        "remedy: Make it, or name another: java -Djava.io.tmpdir=DIR -jar cardwatch.jar …");
    }

    @Test
    void whereTheWorkingFolderCannotBeWritten_itSaysNoMoreThanElsewhere() throws Exception {
        List<String> elsewhere = run(0, directory.toFile(), List.of(), score());

        assertThat(run(0, NOBODY_WRITES_HERE, List.of("-Djava.io.tmpdir=" + directory), score()))
                .isEqualTo(elsewhere);
    }

    /** The path is made by a shell, since this process's own locale need not have its letter. */
    @Test
    void aPathThatTheLocaleDoesNotKnowHasItsRemedy() throws Exception {
        String java = String.join(" ", command(List.of()));
        List<String> told = run(
                2,
                directory.toFile(),
                List.of(
                        "env",
                        "LC_ALL=C",
                        "sh",
                        "-c",
                        java + " score --out p.csv --transactions \"$(printf 't\\303\\244.csv')\""));

        assertThat(told)
                .containsExactly(
                        "error: a path has letters that the locale of this shell does not know",
                        "remedy: Set LC_ALL=C.UTF-8, or name the file in ASCII.");
    }

    private List<String> score() {
        return List.of(
                "score",
                "--transactions",
                directory.resolve("tx.csv").toString(),
                "--out",
                directory.resolve("p.csv").toString());
    }

    private static List<String> command(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        return command;
    }

    private List<String> run(int exitCode, File folder, List<String> options, List<String> arguments) throws Exception {
        List<String> command = command(options);
        command.addAll(arguments);
        return run(exitCode, folder, command);
    }

    /** All lines printed, to either stream. */
    private List<String> run(int exitCode, File folder, List<String> command) throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("the end of " + command)
                    .isTrue();
            List<String> lines = Files.readAllLines(output);
            assertThat(process.exitValue()).as(String.join("\n", lines)).isEqualTo(exitCode);
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
