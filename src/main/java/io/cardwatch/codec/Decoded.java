package io.cardwatch.codec;

import io.cardwatch.domain.DeadLetter;

/** The outcome of decoding one record: either its value, with notes on what was unusual, or a dead letter. */
public final class Decoded<T> {
    /** The value; null exactly when there is a {@link #deadLetter}. */
    public final T value;
    /** Why there is no value; null exactly when there is a {@link #value}. */
    public final DeadLetter deadLetter;
    /** Set of {@link Note}s, one bit each; 0 for a dead letter. */
    final int notes;

    private Decoded(T value, DeadLetter deadLetter, int notes) {
        this.value = value;
        this.deadLetter = deadLetter;
        this.notes = notes;
    }

    /** An accepted value without notes. */
    public static <T> Decoded<T> of(T value) {
        return accepted(value, 0);
    }

    static <T> Decoded<T> accepted(T value, int notes) {
        return new Decoded<>(value, null, notes);
    }

    static <T> Decoded<T> rejected(DeadLetter deadLetter) {
        return new Decoded<>(null, deadLetter, 0);
    }

    public boolean accepted() {
        return deadLetter == null;
    }

    /** Whether there are no notes: the common case, in one comparison. */
    public boolean plain() {
        return notes == 0;
    }

    public boolean has(Note note) {
        return (notes & note.bit) != 0;
    }
}
