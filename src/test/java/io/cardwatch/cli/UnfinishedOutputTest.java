package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cardwatch.testing.TestProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What stays of files that could not be written to their end. */
@Timeout(600)
class UnfinishedOutputTest {
    private static final int POLL_MILLIS = 20;

    @TempDir
    Path directory;

    @Test
    void aFullDiskIsTold_withTheFile_andNothingUnfinishedStays() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()))
                .as("the right to mount a small disk")
                .isZero();
        try {
            Path out = disk.resolve("out");
            StringWriter err = new StringWriter();

            int exitCode = Cardwatch.run(
                    new PrintWriter(Writer.nullWriter()),
                    new PrintWriter(err, true),
                    "generate",
                    "--out=" + out,
                    "--customers=1000",
                    "--terminals=2000",
                    "--days=30");

            assertThat(exitCode).isEqualTo(Failure.FAILED);
            assertThat(err.toString().lines())
                    .containsExactly(
                            "error: " + out.resolve("transactions.csv") + " cannot be written: No space left on device",
                            "remedy: Free space there, or write elsewhere; the unfinished file is removed.");
            assertThat(names(out)).containsExactly("customers.csv");
        } finally {
            // Also where a file on it was left open.
            assertThat(run("umount", "--lazy", disk.toString())).isZero();
        }
    }

    @Test
    void aCommandThatIsEndedLeavesNothingUnfinished() throws Exception {
        Path out = directory.resolve("out");
        Process process =
                TestProcess.start(TestProcess.classPath(), List.of(), Generate.class, List.of("--out=" + out));
        try {
            while (names(out).stream().noneMatch(name -> name.startsWith(".transactions.csv."))) {
                assertThat(process.isAlive()).isTrue();
                Thread.sleep(POLL_MILLIS);
            }
            process.toHandle().destroy();
            process.waitFor();

            assertThat(names(out)).containsExactly("customers.csv");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The command in a process of its own. */
    static final class Generate {
        public static void main(String[] arguments) {
            TestProcess.endWithParentOrMain();
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            Cardwatch.run(nowhere, nowhere, "generate", arguments[0]);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    private static List<String> names(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
