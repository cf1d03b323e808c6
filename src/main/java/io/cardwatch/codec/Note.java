package io.cardwatch.codec;

/** Something unusual about a record that was accepted. Metrics count it. */
public enum Note {
    /** It has a field that the contract does not name. */
    UNKNOWN_FIELD(1),
    /** A number was written as digits in a string. */
    TEXT_NUMBER(2),
    /** A date-time had a fraction of a second, which was cut off. */
    DATETIME_CUT(4),
    /** The amount had more than two decimals and was rounded half-up. */
    AMOUNT_ROUNDED(8),
    /** A whole number had a fraction of zeros. */
    WHOLE_FRACTION(16),
    /** An optional field could not be read and was left out. */
    LEFT_OUT(32);

    /** Its bit in {@link Decoded#notes}. */
    final int bit;

    Note(int bit) {
        this.bit = bit;
    }
}
