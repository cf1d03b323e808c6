package io.cardwatch.codec;

import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The fields of one kind of record, and the rules that turn them into a {@code T}, whatever format they were read from.
 * They are filled and cleared for each record, by one thread at a time.
 */
abstract class RecordFields<T> implements Serializable {
    private static final long MAX_AHEAD_MILLIS = 86_400_000;

    private final ArrayList<Field> fields = new ArrayList<>();
    private final HashMap<String, Field> byName = new HashMap<>();
    private boolean unknownSeen;

    /**
     * Checks the fields in the contract's order.
     *
     * @param raw the record's bytes, for the dead letter of a later stage
     */
    abstract T value(RecordOrigin origin, byte[] raw) throws Rejection;

    /** Declares a field whose column every file must have. Its rule decides whether a value may be absent. */
    final Field required(String name) {
        return declare(new Field(name, true));
    }

    /** Declares a field that a record may lack. It is known even if its value is never read. */
    final Field optional(String name) {
        return declare(new Field(name, false));
    }

    /** The field of that name, or null if the contract has none. */
    final Field named(String name) {
        return byName.get(name);
    }

    /** The names of all fields as the header of a CSV file. */
    final String header() {
        return fields.stream().map(field -> field.name).collect(Collectors.joining(","));
    }

    final List<Field> all() {
        return fields;
    }

    final void clear() {
        unknownSeen = false;
        for (int i = 0; i < fields.size(); i++) {
            fields.get(i).clear();
        }
    }

    final void unknownSeen() {
        unknownSeen = true;
    }

    /** Refuses an event more than a day ahead of its arrival, where the source knows an arrival time. */
    static void requireNotFuture(Field field, long epochSecond, RecordOrigin origin) throws Rejection {
        if (origin.hasArrival() && epochSecond * 1_000 > origin.arrivalMillis + MAX_AHEAD_MILLIS) {
            throw field.rejected(DeadLetterReason.FUTURE, "lies more than a day after the record's arrival");
        }
    }

    /** Set of {@link Note}s about the current record, one bit each. */
    final int notes() {
        int notes = unknownSeen ? Note.UNKNOWN_FIELD.bit : 0;
        for (int i = 0; i < fields.size(); i++) {
            notes |= fields.get(i).notes();
        }
        return notes;
    }

    private Field declare(Field field) {
        fields.add(field);
        byName.put(field.name, field);
        return field;
    }
}
