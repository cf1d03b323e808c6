package io.cardwatch.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes JSON objects in UTF-8, each on one line without its end; those of records are read by {@link RecordDecoder}.
 */
public final class RecordJson {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int USUAL_BYTES = 256;

    /** Writes the fields of an object. */
    public interface Fields {
        /** Writes all of them. */
        void write(JsonGenerator json) throws IOException;
    }

    private RecordJson() {}

    /** The object of a transaction; optional fields only where they are present. */
    public static byte[] encode(Transaction transaction) {
        return object(json -> {
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

    /** The object of a label; LABEL_SOURCE only where it is not empty. */
    public static byte[] encode(FraudLabel label) {
        return object(json -> {
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

    /** The object with these fields. */
    public static byte[] object(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
        return bytes.toByteArray();
    }
}
