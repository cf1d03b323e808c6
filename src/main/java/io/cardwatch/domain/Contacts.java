package io.cardwatch.domain;

/**
 * Whether an installation keeps contact details ({@code enrichment.contact-columns}). If not, it also keeps nothing in
 * which a producer may have hidden them: the bytes of records, their partition keys, and label sources of more than a
 * word.
 */
public enum Contacts {
    /** They are read, kept and written. */
    KEPT,
    /** They are not. */
    LEFT_OUT;

    private static final byte[] NOTHING = {};

    /** What may be kept of a record's bytes. */
    public byte[] of(byte[] bytes) {
        return this == KEPT ? bytes : NOTHING;
    }

    /** What may be kept of a record's partition key. */
    public String ofPartitionKey(String partitionKey) {
        return this == KEPT ? partitionKey : "";
    }

    /** What may be kept of a dead letter. */
    public DeadLetter of(DeadLetter letter) {
        return new DeadLetter(letter.reason, letter.message, letter.origin, of(letter.raw), letter.sha256);
    }
}
