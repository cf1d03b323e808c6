package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
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
     * @param keepBytes whether dead letters hold the record's bytes, or only their hash, and LABEL_SOURCE any text
     */
    public LabelDecoder(int maxRecordBytes, boolean keepBytes) {
        this(new LabelFields(keepBytes), maxRecordBytes, keepBytes);
    }

    private LabelDecoder(LabelFields fields, int maxRecordBytes, boolean keepBytes) {
        super(fields, new JsonReader(fields), maxRecordBytes, keepBytes);
    }

    private LabelDecoder(LabelFields fields, String header, String file, int maxRecordBytes, boolean keepBytes) {
        super(fields, new CsvReader(fields, header, file), maxRecordBytes, keepBytes);
    }

    /**
     * For the rows of a {@code .csv} file.
     *
     * @param header the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the header lacks a required column
     */
    public static LabelDecoder csv(String header, String file, int maxRecordBytes, boolean keepBytes) {
        return new LabelDecoder(new LabelFields(keepBytes), header, file, maxRecordBytes, keepBytes);
    }
}
