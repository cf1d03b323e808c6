package io.cardwatch.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.domain.Transaction;
import java.io.IOException;

/** Writes transactions as the JSON objects that {@link TransactionDecoder} reads. */
public final class TransactionJson {
    private TransactionJson() {}

    /** UTF-8, on one line without its end; optional fields only where they are present. */
    public static byte[] encode(Transaction transaction) {
        return JsonObject.encode(json -> {
            json.writeNumberField(FieldNames.TRANSACTION_ID, transaction.transactionId);
            json.writeStringField(FieldNames.TX_DATETIME, EventTime.format(transaction.epochSecond));
            json.writeNumberField(FieldNames.CUSTOMER_ID, transaction.customerId);
            json.writeNumberField(FieldNames.TERMINAL_ID, transaction.terminalId);
            json.writeFieldName(FieldNames.TX_AMOUNT);
            json.writeNumber(Money.format(transaction.amountCents));
            writePresent(json, FieldNames.TX_TIME_SECONDS, transaction.timeSeconds);
            writePresent(json, FieldNames.TX_TIME_DAYS, transaction.timeDays);
            writePresent(json, FieldNames.TX_FRAUD, transaction.fraud);
            writePresent(json, FieldNames.TX_FRAUD_SCENARIO, transaction.fraudScenario);
        });
    }

    private static void writePresent(JsonGenerator json, String name, long value) throws IOException {
        if (value != Transaction.ABSENT) {
            json.writeNumberField(name, value);
        }
    }
}
