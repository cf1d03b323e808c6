package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Transaction;

/** Decodes transactions: JSON objects of a stream, or lines of a file, which may carry TX_FRAUD as a label. */
public final class TransactionDecoder extends RecordDecoder<Transaction> {

    /**
     * For records of a stream, where TX_FRAUD and TX_FRAUD_SCENARIO are ignored.
     *
     * @param maxRecordBytes longer records are OVERSIZE
     * @param contacts whether dead letters hold the bytes of records, or only their hash
     */
    public TransactionDecoder(int maxRecordBytes, Contacts contacts) {
        this(new TransactionFields(false), maxRecordBytes, contacts);
    }

    private TransactionDecoder(TransactionFields fields, int maxRecordBytes, Contacts contacts) {
        super(fields, new JsonReader(fields), maxRecordBytes, contacts);
    }

    private TransactionDecoder(
            TransactionFields fields, String header, String file, int maxRecordBytes, Contacts contacts) {
        super(fields, new CsvReader(fields, header, file), maxRecordBytes, contacts);
    }

    /** For the lines of a {@code .jsonl} file, with TX_FRAUD and TX_FRAUD_SCENARIO where they are given. */
    public static TransactionDecoder jsonLines(int maxRecordBytes, Contacts contacts) {
        return new TransactionDecoder(new TransactionFields(true), maxRecordBytes, contacts);
    }

    /**
     * For the rows of a {@code .csv} file, with TX_FRAUD and TX_FRAUD_SCENARIO where they are given.
     *
     * @param header the first line of the file
     * @param file what to call the file in a message
     * @throws BadInputException when the header lacks a required column
     */
    public static TransactionDecoder csv(String header, String file, int maxRecordBytes, Contacts contacts) {
        return new TransactionDecoder(new TransactionFields(true), header, file, maxRecordBytes, contacts);
    }
}
