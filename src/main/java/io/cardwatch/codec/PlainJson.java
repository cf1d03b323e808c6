package io.cardwatch.codec;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Reads plain records straight from the bytes, as nearly all producers write them: one flat JSON object of known
 * fields, each once, with strings, numbers and nulls in ASCII and without escapes. Every other record is left to
 * Jackson, so this class reports no errors.
 */
final class PlainJson implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int NO = -1;
    /** Jackson's reader takes longer numbers: it has a limit on digits. */
    private static final int MAX_NUMBER_LENGTH = 64;

    private final Field[] fields;
    private final byte[][] names;

    PlainJson(List<Field> fields) {
        this.fields = fields.toArray(Field[]::new);
        this.names = fields.stream()
                .map(field -> field.name.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    /**
     * Fills the fields with a record.
     *
     * @param start index of the first byte that is no white space; there is one
     * @return false where it is no plain record; the fields are then in any state
     */
    boolean read(byte[] bytes, int start) {
        if (bytes[start] != '{') {
            return false;
        }
        int at = start;
        int expected = 0;
        do {
            int name = Utf8.skipSpace(bytes, at + 1);
            int nameEnd = textEnd(bytes, name);
            int index = nameEnd == NO ? NO : find(bytes, name + 1, nameEnd, expected);
            if (index == NO || fields[index].seen()) {
                return false;
            }
            expected = index + 1;
            int colon = Utf8.skipSpace(bytes, nameEnd + 1);
            if (!is(':', bytes, colon)) {
                return false;
            }
            int valueEnd = readValue(bytes, Utf8.skipSpace(bytes, colon + 1), fields[index]);
            if (valueEnd == NO) {
                return false;
            }
            at = Utf8.skipSpace(bytes, valueEnd);
        } while (is(',', bytes, at));
        return is('}', bytes, at) && Utf8.skipSpace(bytes, at + 1) == bytes.length;
    }

    /** Index of the field of that name. The search begins at {@code expected}: most records keep one order. */
    private int find(byte[] bytes, int start, int end, int expected) {
        for (int i = 0; i < names.length; i++) {
            int index = expected + i < names.length ? expected + i : expected + i - names.length;
            byte[] name = names[index];
            if (Arrays.equals(bytes, start, end, name, 0, name.length)) {
                return index;
            }
        }
        return NO;
    }

    /** Index behind the value at {@code at}, or NO. */
    private static int readValue(byte[] bytes, int at, Field field) {
        if (is('"', bytes, at)) {
            int end = textEnd(bytes, at);
            if (end == NO) {
                return NO;
            }
            field.set(Field.Kind.TEXT, bytes, at + 1, end - at - 1);
            return end + 1;
        }
        if (is('n', bytes, at)) {
            boolean isNull = is('u', bytes, at + 1) && is('l', bytes, at + 2) && is('l', bytes, at + 3);
            field.set(Field.Kind.ABSENT);
            return isNull ? at + 4 : NO;
        }
        int end = numberEnd(bytes, at);
        if (end == NO || end - at > MAX_NUMBER_LENGTH) {
            return NO;
        }
        field.set(Field.Kind.NUMBER, bytes, at, end - at);
        return end;
    }

    /** Index of the quote that ends the string at {@code start}, or NO where none begins there or it is not plain. */
    private static int textEnd(byte[] bytes, int start) {
        if (!is('"', bytes, start)) {
            return NO;
        }
        for (int i = start + 1; i < bytes.length; i++) {
            byte next = bytes[i];
            if (next == '"') {
                return i;
            }
            if (next < ' ' || next == '\\') {
                return NO;
            }
        }
        return NO;
    }

    /** Index behind the number at {@code start}, by the grammar of RFC 8259, or NO. */
    private static int numberEnd(byte[] bytes, int start) {
        int integer = is('-', bytes, start) ? start + 1 : start;
        int end = digitsEnd(bytes, integer);
        if (end == NO || (bytes[integer] == '0' && end > integer + 1)) {
            return NO;
        }
        if (is('.', bytes, end)) {
            end = digitsEnd(bytes, end + 1);
        }
        if (end != NO && (is('e', bytes, end) || is('E', bytes, end))) {
            boolean signed = is('-', bytes, end + 1) || is('+', bytes, end + 1);
            end = digitsEnd(bytes, signed ? end + 2 : end + 1);
        }
        return end;
    }

    /** Index behind the digits at {@code start}, or NO where there are none. */
    private static int digitsEnd(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        return end == start ? NO : end;
    }

    private static boolean is(char wanted, byte[] bytes, int at) {
        return at < bytes.length && bytes[at] == wanted;
    }
}
