package io.cardwatch.codec;

import io.cardwatch.domain.FraudLabel;

/** Writes labels as the CSV rows that {@link LabelDecoder} reads. */
public final class LabelCsv {
    /** The first line of the file. */
    public static final String HEADER = String.join(
            ",",
            FieldNames.TRANSACTION_ID,
            FieldNames.TX_DATETIME,
            FieldNames.CUSTOMER_ID,
            FieldNames.TERMINAL_ID,
            FieldNames.TX_FRAUD,
            FieldNames.LABEL_DATETIME,
            FieldNames.LABEL_SOURCE);

    private LabelCsv() {}

    /** A row without its line end. */
    public static String row(FraudLabel label) {
        return new CsvRow()
                .add(label.transactionId)
                .add(EventTime.format(label.txEpochSecond))
                .add(label.customerId)
                .add(label.terminalId)
                .add(label.fraud ? 1 : 0)
                .add(EventTime.format(label.labelEpochSecond))
                .add(label.labelSource)
                .toString();
    }
}
