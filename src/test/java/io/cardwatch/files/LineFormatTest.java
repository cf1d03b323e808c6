package io.cardwatch.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordCsv;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Transaction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineFormatTest {
    private static final int MAX_BYTES = 256;
    private static final String ROW = ",2026-01-01 10:00:00,596,3156,57.16,,,,";

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesEndAsTheyDoAnywhere_andBlankOnesAreCountedButNoRecords(String end) throws IOException {
        String file = String.join(end, "", RecordCsv.TRANSACTION_HEADER, "", "1" + ROW, "", " \t", "2" + ROW, "", "");

        for (int chunk : new int[] {1, 2, 7, 1 << 16}) {
            assertThat(lines(file, chunk)).as("read in chunks of %d", chunk).containsExactly("4 1", "7 2");
        }
        assertThat(lines(file.strip(), 3)).containsExactly("3 1", "6 2");
    }

    @Test
    void theEndsMayBeMixed() throws IOException {
        String file = RecordCsv.TRANSACTION_HEADER + "\r\n1" + ROW + "\r2" + ROW + "\n3" + ROW + "\r\r\n4" + ROW;

        assertThat(lines(file, 5)).containsExactly("2 1", "3 2", "4 3", "6 4");
    }

    @Test
    void aLineThatIsTooLongIsOneDeadLetter() throws IOException {
        String file = RecordCsv.TRANSACTION_HEADER + "\n" + "x".repeat(5 * MAX_BYTES) + "\n2" + ROW;

        assertThat(lines(file, 100)).containsExactly("2 OVERSIZE", "3 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\r\n \t\n"})
    void whatHoldsNoLineIsEmpty(String file) {
        assertThatThrownBy(() -> lines(file, 1))
                .isInstanceOf(BadInputException.class)
                .hasMessage("t.csv is empty");
    }

    @Test
    void manyRecordsComeInBatchesInTheirOrder() throws IOException {
        StringBuilder file = new StringBuilder(RecordCsv.TRANSACTION_HEADER);
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 1_200; i++) {
            file.append('\n').append(i).append(ROW);
            expected.add((i + 1) + " " + i);
        }

        assertThat(lines(file.toString(), 1 << 16)).isEqualTo(expected);
    }

    /** Line number and id, or reason, of each record; the file comes in chunks of so many bytes. */
    private static List<String> lines(String file, int chunk) throws IOException {
        LineFormat<Transaction> format = new LineFormat<>(
                "t.csv",
                true,
                MAX_BYTES,
                header -> RecordDecoder.transactionRows(header, "t.csv", MAX_BYTES, Contacts.KEPT),
                WireTypes.DECODED_TRANSACTION);
        InputStream bytes = new ByteArrayInputStream(file.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, chunk));
            }
        };
        List<String> lines = new ArrayList<>();
        try (BulkFormat.Reader<Decoded<Transaction>> reader = format.open(bytes)) {
            for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
                for (var next = batch.next(); next != null; next = batch.next()) {
                    Decoded<Transaction> record = next.getRecord();
                    lines.add(
                            record.accepted()
                                    ? record.value.origin.sequenceNumber() + " " + record.value.transactionId
                                    : record.deadLetter.origin.sequenceNumber() + " " + record.deadLetter.reason);
                }
            }
        }
        return lines;
    }
}
