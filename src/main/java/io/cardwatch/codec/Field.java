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
        /** An object, an array or a boolean, which no field may be. */
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

    /** Ends a CSV cell whose characters were appended; an empty one is absent. */
    void endCell() {
        set(length == 0 ? Kind.ABSENT : Kind.CELL);
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
        readNumber();
        long id = number.magnitude();
        if (!number.integer() || number.signed() || id == DecimalText.BEYOND) {
            throw rejected(ID_INVALID, "is not an integer from 0 to 2^63-1");
        }
        return id;
    }

    /** An integer of 64 bits, or {@code otherwise} where the field is absent. */
    long integerOr(long otherwise) throws Rejection {
        if (absent()) {
            return otherwise;
        }
        readNumber();
        long magnitude = number.magnitude();
        if (!number.integer() || magnitude == DecimalText.BEYOND) {
            throw rejected(TYPE, "is not an integer of 64 bits");
        }
        return number.signed() ? -magnitude : magnitude;
    }

    /** An integer from 0 to {@code max}, of a label. */
    long labelNumber(long max) throws Rejection {
        readNumber();
        long value = number.magnitude();
        if (!number.integer() || number.signed() || value == DecimalText.BEYOND || value > max) {
            throw rejected(LABEL_INVALID, max == 1 ? "is neither 0 nor 1" : "is not a number of a scenario");
        }
        return value;
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

    /** A date-time as a UTC epoch second. */
    long epochSecond() throws Rejection {
        requireText();
        long second = EventTime.parse(text, length);
        if (second == EventTime.INVALID) {
            throw rejected(BAD_DATETIME, "is not a date-time yyyy-MM-dd HH:mm:ss or ISO-8601 from 2000 to 2099");
        }
        if (EventTime.hasFraction(text, length)) {
            note(Note.DATETIME_CUT);
        }
        return second;
    }

    /** The characters as they stand. */
    String text() {
        return new String(text, 0, length);
    }

    /** A text, or {@code otherwise} where the field is absent. */
    String textOr(String otherwise) throws Rejection {
        if (absent()) {
            return otherwise;
        }
        requireText();
        return text();
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
        if (kind == Kind.OTHER || !number.scan(text, length)) {
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
