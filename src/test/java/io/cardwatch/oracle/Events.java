package io.cardwatch.oracle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Transactions and labels for tests, as a decoder would make them. */
public final class Events {
    /** Seconds of a day. */
    public static final long DAY = 86_400;

    private Events() {}

    /** UTC epoch second of {@code yyyy-MM-dd HH:mm:ss}. */
    public static long at(String dateTime) {
        return LocalDateTime.parse(dateTime.replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC);
    }

    /** A transaction read from a file's line {@code line}. */
    public static Transaction transaction(
            int line, long transactionId, long epochSecond, long customerId, long terminalId, long amountCents) {
        return new Transaction(
                transactionId,
                epochSecond,
                customerId,
                terminalId,
                amountCents,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                origin("transactions", line),
                ("transaction " + line).getBytes(UTF_8));
    }

    /** A label for {@code tx} read from a file's line {@code line}. */
    public static FraudLabel label(int line, Transaction tx, boolean fraud, long labelEpochSecond) {
        return label(line, tx, tx.terminalId, fraud, labelEpochSecond);
    }

    /** A label for the identity of {@code tx} that names {@code terminalId}. */
    public static FraudLabel label(int line, Transaction tx, long terminalId, boolean fraud, long labelEpochSecond) {
        return new FraudLabel(
                tx.transactionId,
                tx.epochSecond,
                tx.customerId,
                terminalId,
                fraud,
                labelEpochSecond,
                "",
                origin("labels", line),
                ("label " + line).getBytes(UTF_8));
    }

    private static RecordOrigin origin(String stream, int line) {
        return new RecordOrigin(stream, "", "", Integer.toString(line), RecordOrigin.NO_ARRIVAL);
    }
}
