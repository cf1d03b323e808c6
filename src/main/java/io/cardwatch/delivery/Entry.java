package io.cardwatch.delivery;

import java.io.Serializable;

/** A record to put. */
final class Entry implements Serializable {
    private static final long serialVersionUID = 1;

    /** Records with the same key stay in order, where the target knows such a thing. */
    final String partitionKey;

    final byte[] data;

    Entry(String partitionKey, byte[] data) {
        this.partitionKey = partitionKey;
        this.data = data;
    }
}
