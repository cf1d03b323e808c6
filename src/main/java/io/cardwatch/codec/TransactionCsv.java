package io.cardwatch.codec;

import io.cardwatch.domain.Transaction;

/** Writes transactions as the CSV rows that {@link TransactionDecoder} reads. */
public final class TransactionCsv {
    /** The first line of the file. */
    public static final String HEADER = String.join(
            ",",
            FieldNames.TRANSACTION_ID,
            FieldNames.TX_DATETIME,
            FieldNames.CUSTOMER_ID,
            FieldNames.TERMINAL_ID,
            FieldNames.TX_AMOUNT,
            FieldNames.TX_TIME_SECONDS,
            FieldNames.TX_TIME_DAYS,
            FieldNames.TX_FRAUD,
            FieldNames.TX_FRAUD_SCENARIO);

    private TransactionCsv() {}

    /** A row without its line end; absent fields are empty cells. */
    public static String row(Transaction transaction) {
        return new CsvRow()
                .add(transaction.transactionId)
                .add(EventTime.format(transaction.epochSecond))
                .add(transaction.customerId)
                .add(transaction.terminalId)
                .add(Money.format(transaction.amountCents))
                .addPresent(transaction.timeSeconds)
                .addPresent(transaction.timeDays)
                .addPresent(transaction.fraud)
                .addPresent(transaction.fraudScenario)
                .toString();
    }
}
