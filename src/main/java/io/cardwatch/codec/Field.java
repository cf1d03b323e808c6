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
 * One named field: what the current record holds there, as it was written, and the rules to read it by. A reader fills
 * it, the rules answer with the value or a {@link Rejection}, in the order MISSING, TYPE, the field's own.
 */
final class Field implements Serializable {
    /** How the record writes the field. */
    enum Kind {
        /** Not there, or null. */
        ABSENT,
        NUMBER,
        TEXT,
        /** A cell of a CSV file, whose type only the field knows. */
        CELL,
        /** True or false, which only a verdict may be. */
        BOOLEAN,
        /** An object or an array, which no field may be. */
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

    /** Whether the current record names the field, be it with null. */
    boolean seen() {
        return seen;
    }

    void set(Kind kind) {
        this.kind = kind;
        seen = true;
    }

    void set(Kind kind, char[] source, int offset, int count) {
        set(kind);
        if (count > text.length) {
            text = new char[count];
        }
        System.arraycopy(source, offset, text, 0, count);
        length = count;
    }

    /** The same from ASCII. */
    void set(Kind kind, byte[] source, int offset, int count) {
        set(kind);
        if (count > text.length) {
            text = new char[count];
        }
        for (int i = 0; i < count; i++) {
            text[i] = (char) source[offset + i];
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

    /** Takes the blanks at the end of what was appended away again. */
    void dropBlanks() {
        while (length > 0 && isBlank(text[length - 1])) {
            length--;
        }
    }

    /** Ends a CSV cell whose characters were appended; an empty one is absent. */
    void endCell() {
        set(length == 0 ? Kind.ABSENT : Kind.CELL);
    }

    static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }

    boolean absent() {
        return kind == Kind.ABSENT;
    }

    /** Set of {@link Note}s on what was read, a bit each. */
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

    /** An integer of 64 bits, or {@code otherwise} where the field is absent or cannot be read. */
    long integerOr(long otherwise) {
        return readOr(otherwise, Field::integer);
    }

    /** An integer from 0 to 2^63−1, or {@code otherwise} where the field is absent or cannot be read. */
    long countOr(long otherwise) {
        return readOr(otherwise, Field::id);
    }

    private long integer() throws Rejection {
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

    /** A verdict, or {@code otherwise} where the field is absent or cannot be read. */
    long verdictOr(long otherwise) {
        return readOr(otherwise, Field::verdict);
    }

    /** Magnitude of a number without a fraction but of zeros, or {@link DecimalText#BEYOND} where it is none. */
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

    /** How an optional field is read. It holds no field of its own: none is made for each record. */
    private interface Reading {
        long value(Field field) throws Rejection;
    }

    private long readOr(long otherwise, Reading reading) {
        if (absent()) {
            return otherwise;
        }
        try {
            return reading.value(this);
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

    /** The characters as they stand. */
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

    /** Notes that an optional field could not be read, and nothing else about it. */
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

    /** Whether the text is one of the names that JavaScript, Java and Python write for what is not a number. */
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
