package io.cardwatch.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.util.List;

/** Writes fields of a decision under the names of the warehouse's columns, for the online store and for answers. */
public final class DecisionJson {
    private DecisionJson() {}

    /** The identity and the content of a transaction. */
    public static void write(JsonGenerator json, Transaction transaction) throws IOException {
        json.writeNumberField("transaction_id", transaction.transactionId);
        json.writeStringField("tx_datetime", EventTime.format(transaction.epochSecond));
        json.writeNumberField("customer_id", transaction.customerId);
        json.writeNumberField("terminal_id", transaction.terminalId);
        json.writeFieldName("tx_amount");
        json.writeNumber(Money.format(transaction.amountCents));
    }

    /** The decision; null for what it does not have. */
    public static void write(JsonGenerator json, Decision decision) throws IOException {
        json.writeNumberField("fraud_probability", decision.probability);
        json.writeNumberField("fraud_prediction", decision.prediction());
        json.writeNumberField("threshold", decision.threshold);
        json.writeStringField("model_version", decision.modelVersion);
        for (DecisionColumn column : DecisionColumn.values()) {
            json.writeFieldName(column.column());
            write(json, column, decision.get(column));
        }
    }

    private static void write(JsonGenerator json, DecisionColumn column, Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Double) {
            json.writeNumber((double) value);
        } else if (column.isJson()) {
            json.writeRawValue((String) value);
        } else {
            json.writeString((String) value);
        }
    }

    /**
     * An object of features.
     *
     * @param values by {@link Feature#index()}; null is written for NaN
     */
    public static void write(JsonGenerator json, List<Feature> features, double[] values) throws IOException {
        json.writeObjectFieldStart("features");
        for (Feature feature : features) {
            double value = values[feature.index()];
            json.writeFieldName(feature.column());
            if (Double.isNaN(value)) {
                json.writeNull();
            } else if (feature.isWhole()) {
                json.writeNumber((long) value);
            } else {
                json.writeNumber(value);
            }
        }
        json.writeEndObject();
    }
}
