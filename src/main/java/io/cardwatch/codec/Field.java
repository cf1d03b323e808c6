package io.cardwatch.codec;

import static io.cardwatch.domain.DeadLetterReason.AMOUNT_NEGATIVE;
import static io.cardwatch.domain.DeadLetterReason.AMOUNT_NOT_FINITE;
import static io.cardwatch.domain.DeadLetterReason.AMOUNT_RANGE;
import static io.cardwatch.domain.DeadLetterReason.BAD_DATETIME;
import static io.cardwatch.domain.DeadLetterReason.ID_INVALID;
import static io.cardwatch.domain.DeadLetterReason.LABEL_INVALID;
import static io.cardwatch.domain.DeadLetterReason.MISSING;
import static io.cardwatch.domain.DeadLetterReason.TYPE;

import io.cardwatch.domain.DeadLetterReason;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * One named field: the text that the current record holds in it, and the rules that read it. A reader fills the field;
 * a rule returns the value or throws a {@link Rejection}. Rules check MISSING first, then TYPE, then what is their own.
 */
final class Field implements Serializable {
    /** How the record represents the field. */
    enum Kind {
        /** Absent, or null. */
        ABSENT,
        NUMBER,
        TEXT,
        /** A cell of a CSV file; the field's rule decides about its type. */
        CELL,
        /** True or false; only a verdict may be one. */
        BOOLEAN,
        /** An object or an array; no field may be one. */
        OTHER
    }

    final String name;
    final boolean required;
    private final DecimalText number = new DecimalText();
    private char[] text = new char[32];
    private int length;
    private Kind kind = Kind.ABSENT;
    private boolean seen;
    private int notes;

    Field(String name, boolean required) {
        this.name = name;
        this.required = required;
    }

    void clear() {
        kind = Kind.ABSENT;
        length = 0;
        seen = false;
        notes = 0;
    }

    /** Whether the current record names the field, even if its value is null. */
    boolean seen() {
        return seen;
    }

    void set(Kind kind) {
        this.kind = kind;
        seen = true;
    }

    void set(Kind kind, char[] source, int offset, int count) {
        set(kind, count);
        System.arraycopy(source, offset, text, 0, count);
    }

    /** The same from ASCII. */
    void set(Kind kind, byte[] source, int offset, int count) {
        set(kind, count);
        for (int i = 0; i < count; i++) {
            text[i] = (char) source[offset + i];
        }
    }

    private void set(Kind kind, int count) {
        set(kind);
        if (count > text.length) {
            text = new char[count];
        }
        length = count;
    }

    void startCell() {
        length = 0;
    }

    void append(char character) {
        if (length == text.length) {
            text = Arrays.copyOf(text, 2 * length);
        }
        text[length++] = character;
    }

    /** Removes the blanks at the end of what was appended. */
    void dropBlanks() {
        while (length > 0 && isBlank(text[length - 1])) {
            length--;
        }
    }

    /** Ends a CSV cell whose characters were appended; an empty cell is absent. */
    void endCell() {
        set(length == 0 ? Kind.ABSENT : Kind.CELL);
    }

    static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }

    boolean absent() {
        return kind == Kind.ABSENT;
    }

    /** Set of {@link Note}s about this field, one bit each. */
    int notes() {
        return notes;
    }

    /** An id, 0 to 2^63−1, as an integer or as digits in a string. */
    long id() throws Rejection {
        long id = wholeNumber();
        if (id == DecimalText.BEYOND || number.signed()) {
            throw rejected(ID_INVALID, "is not an integer from 0 to 2^63-1");
        }
        return id;
    }

    /** An integer of 64 bits. */
    long integer() throws Rejection {
        long magnitude = wholeNumber();
        if (magnitude == DecimalText.BEYOND) {
            throw rejected(TYPE, "is not an integer of 64 bits");
        }
        return number.signed() ? -magnitude : magnitude;
    }

    /** A verdict: 1 or true where it says fraud, 0 or false where it says genuine. */
    long verdict() throws Rejection {
        if (kind == Kind.BOOLEAN || kind == Kind.TEXT || kind == Kind.CELL) {
            String word = text().toLowerCase(Locale.ROOT);
            if (word.equals("true") || word.equals("false")) {
                return word.equals("true") ? 1 : 0;
            }
        }
        long value = wholeNumber();
        if (value == DecimalText.BEYOND || number.signed() || value > 1) {
            throw rejected(LABEL_INVALID, "is neither 0 nor 1");
        }
        return value;
    }

    /** Magnitude of a number whose fraction is absent or zero; {@link DecimalText#BEYOND} for any other number. */
    private long wholeNumber() throws Rejection {
        readNumber();
        if (!number.whole()) {
            return DecimalText.BEYOND;
        }
        if (number.hasFraction()) {
            note(Note.WHOLE_FRACTION);
        }
        return number.magnitude();
    }

    /** One of the rules above or below; as a method reference it costs no object per record. */
    interface Rule {
        /** The value of {@code field}. */
        long value(Field field) throws Rejection;
    }

    /** The value by {@code rule}, or {@code otherwise} where the field is absent or cannot be read. */
    long or(long otherwise, Rule rule) {
        if (absent()) {
            return otherwise;
        }
        try {
            return rule.value(this);
        } catch (Rejection e) {
            leaveOut();
            return otherwise;
        }
    }

    /** An amount in cents, rounded half-up. */
    long amountCents() throws Rejection {
        if (notFinite()) {
            throw rejected(AMOUNT_NOT_FINITE, "is not finite");
        }
        readNumber();
        if (number.negative()) {
            throw rejected(AMOUNT_NEGATIVE, "is below zero");
        }
        long cents = number.cents();
        if (cents == DecimalText.BEYOND) {
            throw rejected(AMOUNT_RANGE, "has more than 12 integer digits");
        }
        if (number.rounded()) {
            note(Note.AMOUNT_ROUNDED);
        }
        return cents;
    }

    /** A date-time as a UTC epoch second: as text, or as the number of seconds or milliseconds since 1970. */
    long epochSecond() throws Rejection {
        boolean numeric = kind == Kind.NUMBER || (kind == Kind.CELL && number.scan(text, length, true));
        long second = numeric ? sinceEpoch() : writtenDateTime();
        if (second == EventTime.INVALID) {
            throw rejected(
                    BAD_DATETIME,
                    "is not a date-time yyyy-MM-dd HH:mm:ss, ISO-8601 or epoch seconds or milliseconds, from 2000 to 2099");
        }
        return second;
    }

    private long sinceEpoch() throws Rejection {
        long value = wholeNumber();
        if (value == DecimalText.BEYOND || number.signed()) {
            return EventTime.INVALID;
        }
        boolean millis = value >= EventTime.FIRST_MILLIS;
        if (millis && value % 1_000 != 0) {
            note(Note.DATETIME_CUT);
        }
        return EventTime.inRange(millis ? value / 1_000 : value);
    }

    private long writtenDateTime() throws Rejection {
        requireText();
        long second = EventTime.parse(text, length);
        if (second != EventTime.INVALID && EventTime.hasFraction(text, length)) {
            note(Note.DATETIME_CUT);
        }
        return second;
    }

    /** The characters, unchanged. */
    String text() {
        return new String(text, 0, length);
    }

    /** A text, or {@code otherwise} where the field is absent or no text. */
    String textOr(String otherwise) {
        if (kind == Kind.TEXT || kind == Kind.CELL) {
            return text();
        }
        if (!absent()) {
            leaveOut();
        }
        return otherwise;
    }

    /** Notes that an optional field could not be read; this replaces all other notes about it. */
    void leaveOut() {
        notes = Note.LEFT_OUT.bit;
    }

    Rejection rejected(DeadLetterReason reason, String rule) {
        return new Rejection(reason, name + " " + rule);
    }

    private void requireText() throws Rejection {
        requirePresent();
        if (kind != Kind.TEXT && kind != Kind.CELL) {
            throw rejected(TYPE, "is not a string");
        }
    }

    private void readNumber() throws Rejection {
        requirePresent();
        if (kind == Kind.OTHER || kind == Kind.BOOLEAN || !number.scan(text, length, kind == Kind.CELL)) {
            throw rejected(TYPE, "is not a number");
        }
        if (kind == Kind.TEXT) {
            note(Note.TEXT_NUMBER);
        }
    }

    private void requirePresent() throws Rejection {
        if (absent()) {
            throw rejected(MISSING, "is absent or null");
        }
    }

    /** Whether the text is a name that JavaScript, Java or Python writes for NaN or infinity. */
    private boolean notFinite() {
        if (length == 0 || !Character.isLetter(text[length - 1])) {
            return false;
        }
        int start = text[0] == '-' || text[0] == '+' ? 1 : 0;
        String word = new String(text, start, length - start).toLowerCase(Locale.ROOT);
        return word.equals("nan") || word.equals("infinity") || word.equals("inf");
    }

    private void note(Note note) {
        notes |= note.bit;
    }
}
