package io.cardwatch.codec;

import static io.cardwatch.domain.Transaction.ABSENT;

import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;

/** The rules of a transaction record. */
final class TransactionFields extends RecordFields<Transaction> {
    private final Field transactionId = required(FieldNames.TRANSACTION_ID);
    private final Field datetime = required(FieldNames.TX_DATETIME);
    private final Field customerId = required(FieldNames.CUSTOMER_ID);
    private final Field terminalId = required(FieldNames.TERMINAL_ID);
    private final Field amount = required(FieldNames.TX_AMOUNT);
    private final Field timeSeconds = optional(FieldNames.TX_TIME_SECONDS);
    private final Field timeDays = optional(FieldNames.TX_TIME_DAYS);
    private final Field fraud = optional(FieldNames.TX_FRAUD);
    private final Field fraudScenario = optional(FieldNames.TX_FRAUD_SCENARIO);
    private final boolean labelled;

    /** @param labelled whether TX_FRAUD and TX_FRAUD_SCENARIO are read (a file) or ignored (a stream) */
    TransactionFields(boolean labelled) {
        this.labelled = labelled;
    }

    @Override
    Transaction value(RecordOrigin origin, byte[] raw) throws Rejection {
        Transaction transaction = new Transaction(
                transactionId.id(),
                datetime.epochSecond(),
                customerId.id(),
                terminalId.id(),
                amount.amountCents(),
                timeSeconds.or(ABSENT, Field::integer),
                timeDays.or(ABSENT, Field::integer),
                labelled ? fraud.or(ABSENT, Field::verdict) : ABSENT,
                labelled ? fraudScenario.or(ABSENT, Field::id) : ABSENT,
                origin,
                raw);
        requireNotFuture(datetime, transaction.epochSecond, origin);
        return transaction;
    }
}
