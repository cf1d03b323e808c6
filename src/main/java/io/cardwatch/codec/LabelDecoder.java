package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;

/**
 * Decodes labels: JSON objects of a stream or lines of a file, by the same rules.
 *
 * <p>Where dead letters keep no bytes, no personal data may reach the warehouse in a LABEL_SOURCE either: one that is
 * not a word of ASCII letters, digits, {@code _} and {@code -}, beginning with a letter, is then taken as empty.
 */
public final class LabelDecoder extends RecordDecoder<FraudLabel> {

    /**
     * For records of a stream and lines of a {@code .jsonl} file.
     *
     * @param maxRecordBytes longer records are OVERSIZE
     * @param contacts whether dead letters hold the bytes of records, or only their hash, and LABEL_SOURCE any text
     */
    public LabelDecoder(int maxRecordBytes, Contacts contacts) {
        this(new LabelFields(contacts), maxRecordBytes, contacts);
    }

    private LabelDecoder(LabelFields fields, int maxRecordBytes, Contacts contacts) {
        super(fields, new JsonReader(fields), maxRecordBytes, contacts);
    }

    private LabelDecoder(LabelFields fields, String header, String file, int maxRecordBytes, Contacts contacts) {
        super(fields, new CsvReader(fields, header, file), maxRecordBytes, contacts);
    }

    /**
     * For the rows of a {@code .csv} file.
     *
     * @param header the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the header lacks a required column
     */
    public static LabelDecoder csv(String header, String file, int maxRecordBytes, Contacts contacts) {
        return new LabelDecoder(new LabelFields(contacts), header, file, maxRecordBytes, contacts);
    }
}
