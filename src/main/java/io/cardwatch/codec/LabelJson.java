package io.cardwatch.codec;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.cardwatch.domain.FraudLabel;
import java.nio.charset.StandardCharsets;

/** Writes labels as the JSON objects that {@link LabelDecoder} reads. */
public final class LabelJson {
    private LabelJson() {}

    /** UTF-8, on one line without its end; LABEL_SOURCE only where there is one. */
    public static byte[] encode(FraudLabel label) {
        return encode(
                label.transactionId,
                label.txEpochSecond,
                label.customerId,
                label.terminalId,
                label.fraud,
                label.labelEpochSecond,
                label.labelSource);
    }

    static byte[] encode(
            long transactionId,
            long txEpochSecond,
            long customerId,
            long terminalId,
            boolean fraud,
            long labelEpochSecond,
            String labelSource) {
        StringBuilder json = new StringBuilder(224)
                .append("{\"TRANSACTION_ID\":")
                .append(transactionId)
                .append(",\"TX_DATETIME\":\"")
                .append(EventTime.format(txEpochSecond))
                .append("\",\"CUSTOMER_ID\":")
                .append(customerId)
                .append(",\"TERMINAL_ID\":")
                .append(terminalId)
                .append(",\"TX_FRAUD\":")
                .append(fraud ? 1 : 0)
                .append(",\"LABEL_DATETIME\":\"")
                .append(EventTime.format(labelEpochSecond))
                .append('"');
        if (!labelSource.isEmpty()) {
            json.append(",\"LABEL_SOURCE\":\"");
            JsonStringEncoder.getInstance().quoteAsString(labelSource, json);
            json.append('"');
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
