package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as other programs write them, scored: what they mean decides, not how they spell it. */
class ForeignFilesTest {
    private static final String HEADER = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n";
    private static final String ROWS = "1,2026-01-01 10:00:00,596,3156,57.16,1\n"
            + "2,2026-01-01 10:05:00,596,3156,0.50,0\n"
            + "3,2026-01-15 10:00:00,596,3156,12.50,0\n";

    @TempDir
    Path directory;

    private final StringWriter console = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private List<String> expected;

    @BeforeEach
    void scoreThePlainFile() throws IOException {
        expected = score(Files.writeString(directory.resolve("plain.csv"), HEADER + ROWS));
        assertThat(expected).hasSize(4);
    }

    @Test
    void aTableMeansTheSameHoweverItIsSpelled() throws IOException {
        byte[] plain = (HEADER + ROWS).getBytes(UTF_8);
        // As pandas, where a column has a gap; as people; as an old Mac.
        assertSame(
                "pandas.csv",
                (HEADER
                                + ROWS.replace(",596,3156", ",596.0,3156.0")
                                        .replace(",1\n", ",1.0\n")
                                        .replace(",0\n", ",False\n"))
                        .getBytes(UTF_8));
        assertSame(
                "people.CSV",
                (HEADER.toLowerCase(java.util.Locale.ROOT)
                                + ROWS.replace("0.50", ".50")
                                        .replace(",596,", ", 596 ,")
                                        .replace("12.50", "+12.50")
                                        .replace("10:00:00", "10:00")
                                + "\n \n")
                        .getBytes(UTF_8));
        assertSame("mac.csv", (HEADER + ROWS).replace('\n', '\r').getBytes(UTF_8));
        assertSame(
                "windows.csv", ("\uFEFF" + HEADER + ROWS).replace("\n", "\r\n").getBytes(UTF_8));
        assertSame("packed.csv", gzip(plain));
        assertSame("unpacked.csv.gz", plain);
        assertSame("packed.CSV.GZ", gzip(plain));
        assertSame(
                "epoch.jsonl",
                """
                {"TRANSACTION_ID":1,"TX_DATETIME":1767261600000,"CUSTOMER_ID":596.0,"TERMINAL_ID":3156,"TX_AMOUNT":57.16,"TX_FRAUD":true}

                {"TRANSACTION_ID":2,"TX_DATETIME":1767261900,"CUSTOMER_ID":"596","TERMINAL_ID":3156,"TX_AMOUNT":5e-1,"TX_FRAUD":0.0}
                {"TRANSACTION_ID":3,"TX_DATETIME":"2026-01-15 10:00","CUSTOMER_ID":596,"TERMINAL_ID":3156,"TX_AMOUNT":12.5,"TX_FRAUD":"False","TX_TIME_SECONDS":"?"}
                """
                        .getBytes(UTF_8));
    }

    @Test
    void whatIsNoTableOfOursIsRefusedInTwoLines() throws IOException {
        assertRefused(
                "semicolons.csv",
                (HEADER + ROWS).replace(',', ';').getBytes(UTF_8),
                "separated by semicolons",
                "commas");
        assertRefused("tabs.csv", (HEADER + ROWS).replace(',', '\t').getBytes(UTF_8), "separated by tabs", "commas");
        assertRefused("wide.csv", (HEADER + ROWS).getBytes(UTF_16LE), "is UTF-16", "UTF-8");
        assertRefused("headless.csv", ROWS.getBytes(UTF_8), "has no header", "names of the columns");
        assertRefused("empty.csv", new byte[0], "is empty", "Give a file with records");
        assertRefused("empty.jsonl", "\n\n".getBytes(UTF_8), "is empty", "Give a file with records");
        assertRefused("table.xlsx", new byte[] {'P', 'K'}, "is of no known format", ".csv");
    }

    private void assertSame(String name, byte[] bytes) throws IOException {
        assertThat(score(Files.write(directory.resolve(name), bytes))).as(name).isEqualTo(expected);
    }

    /** The predictions, of whose columns those are left out that tell how a record was written. */
    private List<String> score(Path file) throws IOException {
        Path out = directory.resolve("predictions.csv");
        int exitCode = run(
                "score",
                "--transactions",
                file.toString(),
                "--label-delay=7d",
                "--out",
                out.toString(),
                "--dead-letters",
                directory.resolve("dead.csv").toString());

        assertThat(errors.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(Files.readAllLines(directory.resolve("dead.csv")))
                .as("dead letters of " + file)
                .hasSize(1);
        return Files.readAllLines(out);
    }

    private void assertRefused(String name, byte[] bytes, String cause, String remedy) throws IOException {
        Path file = Files.write(directory.resolve(name), bytes);
        errors.getBuffer().setLength(0);
        assertThat(run(
                        "score",
                        "--transactions",
                        file.toString(),
                        "--out",
                        directory.resolve("p.csv").toString()))
                .isEqualTo(Failure.BAD_INPUT);
        List<String> told = errors.toString().lines().toList();
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith("error: ").contains(file.toString(), cause);
        assertThat(told.get(1)).startsWith("remedy: ").contains(remedy);
        assertThat(directory.resolve("p.csv")).doesNotExist();
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(console), new PrintWriter(errors), arguments);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
