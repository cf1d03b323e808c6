package io.cardwatch.delivery;

import java.io.Serializable;

/** A record to put. */
public final class Entry implements Serializable {
    private static final long serialVersionUID = 1;

    /** Records with the same key stay in order, where the target knows such a thing. */
    public final String partitionKey;

    public final byte[] data;

    public Entry(String partitionKey, byte[] data) {
        this.partitionKey = partitionKey;
        this.data = data;
    }
}
