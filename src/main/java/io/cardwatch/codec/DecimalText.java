package io.cardwatch.codec;

import java.io.Serializable;
import java.util.stream.LongStream;

/**
 * A number in text form, {@code -?digits[.digits][e[+-]digits]}, parsed in place. Its value is summed up digit by
 * digit, so neither a thousand digits nor an exponent of a billion costs more than reading them.
 */
final class DecimalText implements Serializable {
    /** Result for a number that is beyond what was asked for. */
    static final long BEYOND = -1;

    private static final int MAX_INTEGER_DIGITS = 12;
    private static final int CENT_DIGITS = 2;
    /** No text is long enough for its digits to make up for this exponent. */
    private static final long FAR_EXPONENT = Integer.MAX_VALUE;

    private static final long[] POWERS_OF_TEN = LongStream.iterate(1, power -> power * 10)
            .limit(MAX_INTEGER_DIGITS + CENT_DIGITS + 1)
            .toArray();

    private char[] text;
    private int integerStart;
    private int integerEnd;
    private int fractionStart;
    private int fractionEnd;
    private long exponent;
    private boolean exponentGiven;
    private boolean rounded;

    /**
     * Parses the first {@code length} characters of {@code text}; false when they are not a number.
     *
     * @param cell whether the text is a cell of a table: then a leading plus is allowed, and the 0 before the point may
     *     be missing
     */
    boolean scan(char[] text, int length, boolean cell) {
        this.text = text;
        integerStart = length > 0 && (text[0] == '-' || (cell && text[0] == '+')) ? 1 : 0;
        integerEnd = digitsEnd(integerStart, length);
        fractionStart = integerEnd;
        fractionEnd = integerEnd;
        exponent = 0;
        if (integerEnd < length && text[integerEnd] == '.') {
            fractionStart = integerEnd + 1;
            fractionEnd = digitsEnd(fractionStart, length);
            if (fractionEnd == fractionStart) {
                return false;
            }
        }
        int end = fractionEnd;
        if (end < length && (text[end] == 'e' || text[end] == 'E')) {
            end = scanExponent(end + 1, length);
        }
        exponentGiven = end != fractionEnd;
        boolean hasDigits = integerEnd > integerStart || (cell && fractionEnd > fractionStart);
        return hasDigits && end == length;
    }

    /** Whether it was written without an exponent, and without a fraction or with one of zeros. */
    boolean whole() {
        return !exponentGiven && zeros(fractionStart, fractionEnd);
    }

    /** Whether it was written with a fraction. */
    boolean hasFraction() {
        return fractionEnd > fractionStart;
    }

    /** Whether it was written with a minus. */
    boolean signed() {
        return integerStart == 1 && text[0] == '-';
    }

    /** Whether it is below zero; −0 is not. */
    boolean negative() {
        return signed() && !(zeros(integerStart, integerEnd) && zeros(fractionStart, fractionEnd));
    }

    /** The value of a {@link #whole()} number without its sign, or {@link #BEYOND} 2^63−1. */
    long magnitude() {
        long value = 0;
        for (int i = integerStart; i < integerEnd; i++) {
            int digit = text[i] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                return BEYOND;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** Its magnitude in hundredths, rounded half-up, or {@link #BEYOND} twelve integer digits. */
    long cents() {
        rounded = false;
        long weight = integerEnd - integerStart - 1 + exponent;
        long whole = centsOf(integerStart, integerEnd, weight);
        long part = centsOf(fractionStart, fractionEnd, exponent - 1);
        boolean beyond =
                whole == BEYOND || part == BEYOND || whole + part >= POWERS_OF_TEN[MAX_INTEGER_DIGITS + CENT_DIGITS];
        return beyond ? BEYOND : whole + part;
    }

    /** Whether the last call of {@link #cents()} rounded: it cut off digits other than 0. */
    boolean rounded() {
        return rounded;
    }

    /** The cents that the digits of a range stand for, the first of them at 10^{@code weight}. */
    private long centsOf(int start, int end, long weight) {
        long cents = 0;
        for (int i = start; i < end; i++, weight--) {
            int digit = text[i] - '0';
            if (digit == 0) {
                continue;
            }
            if (weight >= MAX_INTEGER_DIGITS) {
                return BEYOND;
            }
            if (weight >= -CENT_DIGITS) {
                cents += digit * POWERS_OF_TEN[(int) weight + CENT_DIGITS];
            } else {
                rounded = true;
                cents += weight == -CENT_DIGITS - 1 && digit >= 5 ? 1 : 0;
            }
        }
        return cents;
    }

    private int scanExponent(int start, int length) {
        boolean minus = start < length && text[start] == '-';
        int first = minus || (start < length && text[start] == '+') ? start + 1 : start;
        int end = digitsEnd(first, length);
        for (int i = first; i < end; i++) {
            exponent = Math.min(exponent * 10 + (text[i] - '0'), FAR_EXPONENT);
        }
        exponent = minus ? -exponent : exponent;
        return end == first ? -1 : end;
    }

    private int digitsEnd(int start, int length) {
        int end = start;
        while (end < length && text[end] >= '0' && text[end] <= '9') {
            end++;
        }
        return end;
    }

    private boolean zeros(int start, int end) {
        for (int i = start; i < end; i++) {
            if (text[i] != '0') {
                return false;
            }
        }
        return true;
    }
}
