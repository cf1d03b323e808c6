package io.cardwatch.codec;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.cardwatch.domain.FraudLabel;
import java.nio.charset.StandardCharsets;

/** Writes labels as the JSON objects that {@link LabelDecoder} reads. */
public final class LabelJson {
    private LabelJson() {}

    /** UTF-8, on one line without its end; LABEL_SOURCE only where there is one. */
    public static byte[] encode(FraudLabel label) {
        StringBuilder json = new StringBuilder(224)
                .append("{\"TRANSACTION_ID\":")
                .append(label.transactionId)
                .append(",\"TX_DATETIME\":\"")
                .append(EventTime.format(label.txEpochSecond))
                .append("\",\"CUSTOMER_ID\":")
                .append(label.customerId)
                .append(",\"TERMINAL_ID\":")
                .append(label.terminalId)
                .append(",\"TX_FRAUD\":")
                .append(label.fraud ? 1 : 0)
                .append(",\"LABEL_DATETIME\":\"")
                .append(EventTime.format(label.labelEpochSecond))
                .append('"');
        if (!label.labelSource.isEmpty()) {
            json.append(",\"LABEL_SOURCE\":\"");
            JsonStringEncoder.getInstance().quoteAsString(label.labelSource, json);
            json.append('"');
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
