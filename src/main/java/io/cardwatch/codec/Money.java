package io.cardwatch.codec;

/** Amounts as text. */
public final class Money {
    private Money() {}

    /** {@code cents}, 0 or more, in currency units with two decimals, such as {@code 5.00}. */
    public static String format(long cents) {
        long part = cents % 100;
        return cents / 100 + (part < 10 ? ".0" : ".") + part;
    }
}
