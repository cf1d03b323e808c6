package io.cardwatch.codec;

import io.cardwatch.domain.FraudLabel;

/** Writes labels as the JSON objects that {@link LabelDecoder} reads. */
public final class LabelJson {
    private LabelJson() {}

    /** UTF-8, on one line without its end; LABEL_SOURCE only where there is one. */
    public static byte[] encode(FraudLabel label) {
        return JsonObject.encode(json -> {
            json.writeNumberField(FieldNames.TRANSACTION_ID, label.transactionId);
            json.writeStringField(FieldNames.TX_DATETIME, EventTime.format(label.txEpochSecond));
            json.writeNumberField(FieldNames.CUSTOMER_ID, label.customerId);
            json.writeNumberField(FieldNames.TERMINAL_ID, label.terminalId);
            json.writeNumberField(FieldNames.TX_FRAUD, label.fraud ? 1 : 0);
            json.writeStringField(FieldNames.LABEL_DATETIME, EventTime.format(label.labelEpochSecond));
            if (!label.labelSource.isEmpty()) {
                json.writeStringField(FieldNames.LABEL_SOURCE, label.labelSource);
            }
        });
    }
}
