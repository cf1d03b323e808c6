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

/** Reads customers from CSV. A cell may hold quotes, commas and line ends. */
public final class CustomerCsv {
    private static final byte[] NO_BYTES = new byte[0];

    private CustomerCsv() {}

    /**
     * Hands each customer of a file to {@code each}, in its order. Columns come in any order and either case; an empty
     * cell is null; blank lines are skipped.
     *
     * @param in the file's bytes, UTF-8; closing it is the caller's
     * @param file what to call the file in a message
     * @throws BadInputException when a column is missing or a row is bad, with its line number
     */
    public static void read(InputStream in, String file, Consumer<Customer> each) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        try {
            String header = lines.readLine();
            Fields fields = new Fields();
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
        String last = line;
        for (boolean open = oddQuotes(last); open; open ^= oddQuotes(last)) {
            last = lines.readLine();
            if (last == null) {
                break;
            }
            row.append('\n').append(last);
        }
        return row.toString();
    }

    private static boolean oddQuotes(String line) {
        return line.chars().filter(c -> c == '"').count() % 2 == 1;
    }

    private static Customer customer(Fields fields, CsvReader reader, String row, String place) {
        fields.clear();
        try {
            reader.read(row);
            return fields.value(new RecordOrigin(place, "", "", "", RecordOrigin.NO_ARRIVAL), NO_BYTES);
        } catch (Rejection e) {
            throw new BadInputException(place + ": " + e.getMessage(), "Correct the row or remove it.", e);
        }
    }

    /** The rules of a row: an id, and texts that may be absent. */
    static final class Fields extends RecordFields<Customer> {
        private final Field customerId = required(FieldNames.CUSTOMER_ID);
        private final Field jobTitle = required("JOB_TITLE");
        private final Field emailAddress = required("EMAIL_ADDRESS");
        private final Field fullName = required("FULL_NAME");
        private final Field phoneNumber = required("PHONE_NUMBER");
        private final Field city = required("CITY");
        private final Field state = required("STATE");

        @Override
        Customer value(RecordOrigin origin, byte[] raw) throws Rejection {
            return new Customer(
                    customerId.id(),
                    jobTitle.textOr(null),
                    emailAddress.textOr(null),
                    fullName.textOr(null),
                    phoneNumber.textOr(null),
                    city.textOr(null),
                    state.textOr(null));
        }
    }
}
