package io.cardwatch.codec;

/** The names of the contract's fields in JSON keys and CSV headers, as far as both kinds of text have them. */
final class FieldNames {
    static final String TRANSACTION_ID = "TRANSACTION_ID";
    static final String TX_DATETIME = "TX_DATETIME";
    static final String CUSTOMER_ID = "CUSTOMER_ID";
    static final String TERMINAL_ID = "TERMINAL_ID";
    static final String TX_AMOUNT = "TX_AMOUNT";
    static final String TX_TIME_SECONDS = "TX_TIME_SECONDS";
    static final String TX_TIME_DAYS = "TX_TIME_DAYS";
    static final String TX_FRAUD = "TX_FRAUD";
    static final String TX_FRAUD_SCENARIO = "TX_FRAUD_SCENARIO";
    static final String LABEL_DATETIME = "LABEL_DATETIME";
    static final String LABEL_SOURCE = "LABEL_SOURCE";

    private FieldNames() {}
}
