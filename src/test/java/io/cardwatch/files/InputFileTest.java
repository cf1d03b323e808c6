package io.cardwatch.files;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputFileTest {
    private static final String TEXT = "TRANSACTION_ID,TX_DATETIME\n1,2026-01-01 10:00:00\n";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.csv.gz", "A.CSV.GZ", "a"})
    void whetherAFileIsPackedIsSeenInItsBytes(String name) throws IOException {
        Path file = directory.resolve(name);
        for (byte[] bytes : new byte[][] {TEXT.getBytes(UTF_8), gzip(TEXT.getBytes(UTF_8))}) {
            Files.write(file, bytes);
            try (InputStream in = InputFile.open(file)) {
                assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(TEXT);
            }
        }
    }

    @Test
    void aFileOfOneByteIsRead() throws IOException {
        Path file = Files.writeString(directory.resolve("a.csv"), "7");
        try (InputStream in = InputFile.open(file)) {
            assertThat(in.readAllBytes()).containsExactly('7');
        }
    }

    @Test
    void whatHoldsNothingIsEmpty_packedOrNot() throws IOException {
        assertRefused(Files.write(directory.resolve("a.csv"), new byte[0]), "is empty");
        assertRefused(Files.write(directory.resolve("a.csv.gz"), gzip(new byte[0])), "is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE"})
    void utf16IsNamed_withAndWithoutByteOrderMark(String charset) throws IOException {
        assertRefused(
                Files.write(directory.resolve("a.csv"), TEXT.getBytes(Charset.forName(charset))),
                "is UTF-16",
                "Save it as UTF-8.");
        assertRefused(Files.write(directory.resolve("b.csv"), ("\uFEFF" + TEXT).getBytes(UTF_16LE)), "is UTF-16");
    }

    @Test
    void whatIsNoFileIsSaidToBeWhatItIs() throws Exception {
        Path pipe = directory.resolve("pipe.csv");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertRefused(pipe, "is a pipe or a device, and the file is read more than once", "Write it into a file");
        assertRefused(directory, "is a directory");
        assertRefused(directory.resolve("none.csv"), "does not exist");
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static void assertRefused(Path file, String cause) {
        assertRefused(file, cause, "");
    }

    private static void assertRefused(Path file, String cause, String remedy) {
        assertThatThrownBy(() -> InputFile.open(file))
                .isInstanceOfSatisfying(
                        BadInputException.class, e -> assertThat(e.remedy()).contains(remedy))
                .hasMessage(file + " " + cause);
    }
}
