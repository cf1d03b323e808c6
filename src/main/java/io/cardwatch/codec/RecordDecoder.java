package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.io.Serializable;

/**
 * Turns the bytes of one record into a value or a dead letter: a JSON object of a stream, or a line of a file. A record
 * longer than {@code maxRecordBytes} is OVERSIZE; {@code contacts} says whether dead letters hold the bytes of records
 * or only their hash. A decoder reuses its buffers, so each thread needs its own; Flink makes one by serializing it.
 */
public final class RecordDecoder<T> implements Serializable {
    private final RecordFields<T> fields;
    private final Reader reader;
    private final int maxRecordBytes;
    private final Contacts contacts;

    /** Fills the fields from the bytes of a record, which are UTF-8 and more than white space. */
    interface Reader extends Serializable {
        /** Reads one record, whose content begins at {@code start}: after a byte order mark and white space. */
        void read(byte[] bytes, int start) throws Rejection;
    }

    private RecordDecoder(RecordFields<T> fields, Reader reader, int maxRecordBytes, Contacts contacts) {
        this.fields = fields;
        this.reader = reader;
        this.maxRecordBytes = maxRecordBytes;
        this.contacts = contacts;
    }

    /** Decodes transactions of a stream, where TX_FRAUD and TX_FRAUD_SCENARIO are ignored. */
    public static RecordDecoder<Transaction> transactions(int maxRecordBytes, Contacts contacts) {
        return json(new TransactionFields(false), maxRecordBytes, contacts);
    }

    /** Decodes lines of a {@code .jsonl} file, with TX_FRAUD and TX_FRAUD_SCENARIO where the file has them. */
    public static RecordDecoder<Transaction> transactionLines(int maxRecordBytes, Contacts contacts) {
        return json(new TransactionFields(true), maxRecordBytes, contacts);
    }

    /**
     * Decodes rows of a {@code .csv} file, with TX_FRAUD and TX_FRAUD_SCENARIO where the file has them.
     *
     * @param header the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the header lacks a required column
     */
    public static RecordDecoder<Transaction> transactionRows(
            String header, String file, int maxRecordBytes, Contacts contacts) {
        return csv(new TransactionFields(true), header, file, maxRecordBytes, contacts);
    }

    /**
     * Decodes labels of a stream or of a {@code .jsonl} file. Where dead letters hold no bytes, no personal data may
     * reach the warehouse in LABEL_SOURCE either: a source is then kept only if it is one word of ASCII letters,
     * digits, {@code _} and {@code -} that begins with a letter; any other becomes empty.
     */
    public static RecordDecoder<FraudLabel> labels(int maxRecordBytes, Contacts contacts) {
        return json(new LabelFields(contacts), maxRecordBytes, contacts);
    }

    /** Decodes rows of a {@code .csv} file as {@link #labels} does; its header as {@link #transactionRows}. */
    public static RecordDecoder<FraudLabel> labelRows(
            String header, String file, int maxRecordBytes, Contacts contacts) {
        return csv(new LabelFields(contacts), header, file, maxRecordBytes, contacts);
    }

    private static <T> RecordDecoder<T> json(RecordFields<T> fields, int maxRecordBytes, Contacts contacts) {
        return new RecordDecoder<>(fields, new JsonReader(fields), maxRecordBytes, contacts);
    }

    private static <T> RecordDecoder<T> csv(
            RecordFields<T> fields, String header, String file, int maxRecordBytes, Contacts contacts) {
        return new RecordDecoder<>(fields, new CsvReader(fields, header, file), maxRecordBytes, contacts);
    }

    /** Decodes one record. Never throws and never answers null, whatever the bytes. */
    public Decoded<T> decode(byte[] bytes, RecordOrigin origin) {
        fields.clear();
        try {
            read(bytes);
            return Decoded.accepted(fields.value(origin, bytes), fields.notes());
        } catch (Rejection rejection) {
            return Decoded.rejected(DeadLetter.of(rejection.reason, rejection.getMessage(), origin, bytes, contacts));
        }
    }

    private void read(byte[] bytes) throws Rejection {
        if (bytes.length > maxRecordBytes) {
            throw new Rejection(
                    DeadLetterReason.OVERSIZE, "The record is over source.max-record-bytes = " + maxRecordBytes);
        }
        int start = Utf8.contentStart(bytes);
        if (start == bytes.length) {
            throw new Rejection(DeadLetterReason.EMPTY, "The record is empty or white space");
        }
        if (!Utf8.valid(bytes)) {
            throw new Rejection(DeadLetterReason.NOT_UTF8, "The record is not UTF-8");
        }
        reader.read(bytes, start);
    }
}
