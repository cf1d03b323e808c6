package io.cardwatch.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a full disk and of a process that is ended, {@code UnfinishedOutputTest} tells. */
class OutputFileTest {
    @TempDir
    Path directory;

    @Test
    void aFileAppearsWhole_andWhatIsNotCompletedIsRemoved() throws IOException {
        Path file = Files.writeString(directory.resolve("p.csv"), "old");
        try (OutputFile out = new OutputFile(file)) {
            out.line("new".getBytes(UTF_8));
            assertThat(file).hasContent("old");
        }
        assertThat(names()).containsExactly("p.csv");

        write(file, "new");

        assertThat(file).hasContent("new");
        assertThat(names()).containsExactly("p.csv");
    }

    /** Under its own name, an unfinished file would take the place of another. */
    @Test
    void whatIsCalledPartIsNobodysToTake() throws IOException {
        Path file = directory.resolve("p.csv");
        Path other = Files.writeString(directory.resolve("p.csv.part"), "mine");
        try (OutputFile first = new OutputFile(file);
                OutputFile second = new OutputFile(file)) {
            first.line("first".getBytes(UTF_8));
            second.line("second".getBytes(UTF_8));
            first.complete();
            second.complete();
        }

        assertThat(file).hasContent("second");
        assertThat(other).hasContent("mine");
        assertThat(names()).containsExactlyInAnyOrder("p.csv", "p.csv.part");
    }

    @Test
    void aLinkStaysAndItsTargetIsWritten_alsoWhereThereIsNoneYet() throws IOException {
        Path target = Files.writeString(directory.resolve("target.csv"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.csv"), target.getFileName());
        Path linkToLink = Files.createSymbolicLink(directory.resolve("second.csv"), link);

        write(linkToLink, "new");
        assertThat(target).hasContent("new");
        Files.delete(target);
        write(link, "newer");

        assertThat(target).hasContent("newer");
        assertThat(link).isSymbolicLink();
        assertThat(linkToLink).isSymbolicLink();
    }

    @Test
    void aPipeIsWrittenIntoAndStays() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process reader = new ProcessBuilder("cat", pipe.toString()).start();

        write(pipe, "through");

        assertThat(new String(reader.getInputStream().readAllBytes(), UTF_8)).isEqualTo("through\n");
        assertThat(Files.exists(pipe)).isTrue();
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    @Test
    void twoNamesOfOneFileAreRefused_andTwoFilesAreNot() throws IOException {
        Path file = Files.writeString(directory.resolve("a.csv"), "a");
        Path link = Files.createSymbolicLink(directory.resolve("link.csv"), file);
        Path hardLink = Files.createLink(directory.resolve("hard.csv"), file);
        Path spelledOtherwise = directory.resolve("x/../a.csv");
        Files.createDirectory(directory.resolve("x"));
        Path missing = directory.resolve("missing.csv");
        Path linkToMissing = Files.createSymbolicLink(directory.resolve("dangling.csv"), missing.getFileName());

        for (Path other : List.of(file, link, hardLink, spelledOtherwise)) {
            assertSame(file, other);
        }
        assertSame(missing, linkToMissing);
        assertSame(Path.of("-"), Path.of("-"));
        assertSame(Path.of("-"), Path.of("/dev/stdout"));
        assertSame(Path.of("/dev/fd/1"), Path.of("-"));
        OutputFile.requireDistinct(List.of(
                file, missing, directory.resolve("b.csv"), Path.of("-"), Path.of("/dev/null"), Path.of("/dev/null")));
    }

    @Test
    void whatCannotBeWrittenIsRefusedBeforeTheRun() {
        assertThatThrownBy(() -> OutputFile.requireWritable(directory))
                .isInstanceOf(BadInputException.class)
                .hasMessage(directory + " is a directory");
        assertThatThrownBy(() -> OutputFile.requireWritable(directory.resolve("none/p.csv")))
                .isInstanceOf(BadInputException.class)
                .hasMessage(directory.resolve("none") + " is no directory");
        assertThatThrownBy(() -> OutputFile.requireWritable(Path.of("/")))
                .isInstanceOf(BadInputException.class)
                .hasMessage("/ is a directory");
        OutputFile.requireWritable(Path.of("-"));
        OutputFile.requireWritable(Path.of("/dev/null"));
        OutputFile.requireWritable(directory.resolve("p.csv"));
        assertThat(directory).isEmptyDirectory();
    }

    private static void assertSame(Path left, Path right) {
        assertThatThrownBy(() -> OutputFile.requireDistinct(List.of(left, right)))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(right.toString());
    }

    private static void write(Path file, String line) {
        try (OutputFile out = new OutputFile(file)) {
            out.line(line.getBytes(UTF_8));
            out.complete();
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
