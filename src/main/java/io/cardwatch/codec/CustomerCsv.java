package io.cardwatch.codec;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.RecordOrigin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Customers as CSV, read and written; a cell may hold quotes, commas and line ends. */
public final class CustomerCsv {
    /** The first line of the file. */
    public static final String HEADER = String.join(
            ",",
            FieldNames.CUSTOMER_ID,
            FieldNames.JOB_TITLE,
            FieldNames.EMAIL_ADDRESS,
            FieldNames.FULL_NAME,
            FieldNames.PHONE_NUMBER,
            FieldNames.CITY,
            FieldNames.STATE);

    private static final byte[] NO_BYTES = new byte[0];

    private CustomerCsv() {}

    /** A row without its line end; a text that is null becomes an empty cell. */
    public static String row(Customer customer) {
        return new CsvRow()
                .add(customer.customerId)
                .add(customer.jobTitle)
                .add(customer.emailAddress)
                .add(customer.fullName)
                .add(customer.phoneNumber)
                .add(customer.city)
                .add(customer.state)
                .toString();
    }

    /**
     * Hands each customer of a file to {@code each}, in its order. Columns come in any order and either case; an empty
     * cell is null; blank lines are passed over.
     *
     * @param in the file's bytes, UTF-8; closing it is the caller's
     * @param file what to call the file in a message
     * @throws BadInputException when a column is missing or a row is bad, with its line number
     */
    public static void read(InputStream in, String file, Consumer<Customer> each) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        try {
            String header = lines.readLine();
            CustomerFields fields = new CustomerFields();
            CsvReader reader = new CsvReader(fields, header == null ? "" : header, file);
            int lineNumber = 2;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String row = wholeRow(line, lines);
                if (!row.isBlank()) {
                    each.accept(customer(fields, reader, row, file + ", line " + lineNumber));
                }
                lineNumber += 1 + (int) row.chars().filter(c -> c == '\n').count();
            }
        } catch (CharacterCodingException e) {
            throw new BadInputException(file + " is not UTF-8", "Save the file as UTF-8.", e);
        }
    }

    /** The row that begins with {@code line}: it goes on as long as a quote is open. */
    private static String wholeRow(String line, BufferedReader lines) throws IOException {
        StringBuilder row = new StringBuilder(line);
        boolean open = oddQuotes(line);
        while (open) {
            String next = lines.readLine();
            if (next == null) {
                break;
            }
            row.append('\n').append(next);
            open = !oddQuotes(next);
        }
        return row.toString();
    }

    private static boolean oddQuotes(String line) {
        return line.chars().filter(c -> c == '"').count() % 2 == 1;
    }

    private static Customer customer(CustomerFields fields, CsvReader reader, String row, String place) {
        fields.clear();
        try {
            reader.read(row);
            return fields.value(new RecordOrigin(place, "", "", "", RecordOrigin.NO_ARRIVAL), NO_BYTES);
        } catch (Rejection e) {
            throw new BadInputException(place + ": " + e.getMessage(), "Mend the row or leave it out.", e);
        }
    }
}
