package io.cardwatch.codec;

import static io.cardwatch.domain.DeadLetterReason.LABEL_INVALID;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import java.util.regex.Pattern;

/**
 * The rules of a label record. LABEL_SOURCE is a word, not a remark: it has at most 64 characters and no control
 * characters, so that every warehouse can store it; any other source is left out. The payment may not lie in the
 * future, but the verdict may: it is accepted and counts from its LABEL_DATETIME on.
 */
final class LabelFields extends RecordFields<FraudLabel> {
    private static final int MAX_SOURCE_CHARACTERS = 64;
    /** It must begin with a letter: otherwise it could be a telephone number. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

    private final Field transactionId = required(FieldNames.TRANSACTION_ID);
    private final Field datetime = required(FieldNames.TX_DATETIME);
    private final Field customerId = required(FieldNames.CUSTOMER_ID);
    private final Field terminalId = required(FieldNames.TERMINAL_ID);
    private final Field fraud = required(FieldNames.TX_FRAUD);
    private final Field labelDatetime = required(FieldNames.LABEL_DATETIME);
    private final Field labelSource = optional(FieldNames.LABEL_SOURCE);
    private final Contacts contacts;

    /** @param contacts whether any LABEL_SOURCE is kept, or only one that is a single word */
    LabelFields(Contacts contacts) {
        this.contacts = contacts;
    }

    @Override
    FraudLabel value(RecordOrigin origin, byte[] raw) throws Rejection {
        long id = transactionId.id();
        long txSecond = datetime.epochSecond();
        long customer = customerId.id();
        long terminal = terminalId.id();
        boolean isFraud = fraud.verdict() == 1;
        long labelSecond = labelDatetime.epochSecond();
        if (labelSecond < txSecond) {
            throw labelDatetime.rejected(LABEL_INVALID, "lies before " + datetime.name);
        }
        String source = source();
        requireNotFuture(datetime, txSecond, origin);
        return new FraudLabel(id, txSecond, customer, terminal, isFraud, labelSecond, source, origin, raw);
    }

    private String source() {
        String source = labelSource.textOr("");
        boolean storable = source.codePoints()
                .noneMatch(point -> Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE);
        if (source.length() > MAX_SOURCE_CHARACTERS || !storable) {
            labelSource.leaveOut();
            return "";
        }
        return contacts == Contacts.KEPT || WORD.matcher(source).matches() ? source : "";
    }
}
