package io.cardwatch.codec;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import java.util.StringJoiner;

/**
 * Writes records as rows of CSV (RFC 4180) that {@link RecordDecoder} and {@link CustomerCsv} read. Headers and rows
 * come without their line end; what is absent or null becomes an empty cell.
 */
public final class RecordCsv {
    /** The first line of a file of transactions. */
    public static final String TRANSACTION_HEADER = new TransactionFields(true).header();

    /** The first line of a file of labels. */
    public static final String LABEL_HEADER = new LabelFields(Contacts.KEPT).header();

    /** The first line of a file of customers. */
    public static final String CUSTOMER_HEADER = new CustomerCsv.Fields().header();

    private final StringJoiner cells = new StringJoiner(",");

    private RecordCsv() {}

    /** The row of a transaction. */
    public static String row(Transaction transaction) {
        return new RecordCsv()
                .add(transaction.transactionId)
                .add(EventTime.format(transaction.epochSecond))
                .add(transaction.customerId)
                .add(transaction.terminalId)
                .add(Money.format(transaction.amountCents))
                .add(transaction.timeSeconds)
                .add(transaction.timeDays)
                .add(transaction.fraud)
                .add(transaction.fraudScenario)
                .toString();
    }

    /** The row of a label. */
    public static String row(FraudLabel label) {
        return new RecordCsv()
                .add(label.transactionId)
                .add(EventTime.format(label.txEpochSecond))
                .add(label.customerId)
                .add(label.terminalId)
                .add(label.fraud ? 1 : 0)
                .add(EventTime.format(label.labelEpochSecond))
                .add(label.labelSource)
                .toString();
    }

    /** The row of a customer. */
    public static String row(Customer customer) {
        return new RecordCsv()
                .add(customer.customerId)
                .add(customer.jobTitle)
                .add(customer.emailAddress)
                .add(customer.fullName)
                .add(customer.phoneNumber)
                .add(customer.city)
                .add(customer.state)
                .toString();
    }

    private RecordCsv add(long number) {
        cells.add(number == Transaction.ABSENT ? "" : Long.toString(number));
        return this;
    }

    private RecordCsv add(String text) {
        cells.add(text == null ? "" : mustBeQuoted(text) ? '"' + text.replace("\"", "\"\"") + '"' : text);
        return this;
    }

    private static boolean mustBeQuoted(String text) {
        boolean hasBlanksAround =
                !text.isEmpty() && (Field.isBlank(text.charAt(0)) || Field.isBlank(text.charAt(text.length() - 1)));
        return hasBlanksAround || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    }

    @Override
    public String toString() {
        return cells.toString();
    }
}
