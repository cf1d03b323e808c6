package io.cardwatch.codec;

import io.cardwatch.domain.Transaction;
import java.nio.charset.StandardCharsets;

/** Writes transactions as the JSON objects that {@link TransactionDecoder} reads. */
public final class TransactionJson {
    private TransactionJson() {}

    /** UTF-8, on one line without its end; optional fields only where they are present. */
    public static byte[] encode(Transaction transaction) {
        StringBuilder json = new StringBuilder(224)
                .append("{\"TRANSACTION_ID\":")
                .append(transaction.transactionId)
                .append(",\"TX_DATETIME\":\"")
                .append(EventTime.format(transaction.epochSecond))
                .append("\",\"CUSTOMER_ID\":")
                .append(transaction.customerId)
                .append(",\"TERMINAL_ID\":")
                .append(transaction.terminalId)
                .append(",\"TX_AMOUNT\":")
                .append(Money.format(transaction.amountCents));
        appendPresent(json, FieldNames.TX_TIME_SECONDS, transaction.timeSeconds);
        appendPresent(json, FieldNames.TX_TIME_DAYS, transaction.timeDays);
        appendPresent(json, FieldNames.TX_FRAUD, transaction.fraud);
        appendPresent(json, FieldNames.TX_FRAUD_SCENARIO, transaction.fraudScenario);
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void appendPresent(StringBuilder json, String name, long value) {
        if (value != Transaction.ABSENT) {
            json.append(",\"").append(name).append("\":").append(value);
        }
    }
}
