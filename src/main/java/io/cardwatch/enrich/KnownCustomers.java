package io.cardwatch.enrich;

import io.cardwatch.domain.Customer;
import it.unimi.dsi.fastutil.HashCommon;
import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A 63-bit fingerprint of each customer that the reader of {@code customer_info} has sent. It shows the differences of the
 * next reading without the customers themselves. A change goes unnoticed with a probability of 2<sup>-63</sup>.
 *
 * <p>The fingerprints are in an open-addressing map of primitives with 16 bytes per slot: 21 to 43 bytes per customer (10
 * million take 268 MB, and for a moment 400 MB while the map grows). The lowest bit of each value marks the customers of
 * the current reading. A checkpoint takes 16 bytes per customer in one array, hence at most 134 million customers.
 *
 * <p>For Flink this is the only split of the source, since a reader's state is its splits.
 */
final class KnownCustomers implements SourceSplit {
    /** Value of the map for a customer it does not hold; no fingerprint is 0. */
    private static final long ABSENT = 0;

    private static final long SEEN = 1;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final Long2LongOpenHashMap fingerprints;
    private boolean complete;

    KnownCustomers() {
        this(new Long2LongOpenHashMap(), false);
    }

    private KnownCustomers(Long2LongOpenHashMap fingerprints, boolean complete) {
        this.fingerprints = fingerprints;
        this.complete = complete;
        fingerprints.defaultReturnValue(ABSENT);
    }

    @Override
    public String splitId() {
        return "customer_info";
    }

    /** Whether the table has ever been read to its end. */
    boolean complete() {
        return complete;
    }

    int size() {
        return fingerprints.size();
    }

    /** Begins a reading, and removes the marks of an unfinished one. */
    void beginReading() {
        for (Long2LongMap.Entry known : fingerprints.long2LongEntrySet()) {
            known.setValue(known.getLongValue() & ~SEEN);
        }
    }

    /**
     * Takes a row of the current reading.
     *
     * @return whether the customer is new or changed; of two rows with one id in a reading the first counts
     */
    boolean isNews(Customer customer) {
        long fingerprint = fingerprint(customer);
        long before = fingerprints.put(customer.customerId, fingerprint | SEEN);
        if ((before & SEEN) != 0) {
            fingerprints.put(customer.customerId, before);
            return false;
        }
        return before != fingerprint;
    }

    /** Ends a reading and returns the ids of the customers that were not in it; they are known until {@link #forget}. */
    LongArrayList endReading() {
        complete = true;
        LongArrayList missing = new LongArrayList();
        for (Long2LongMap.Entry known : fingerprints.long2LongEntrySet()) {
            if ((known.getLongValue() & SEEN) == 0) {
                missing.add(known.getLongKey());
            }
        }
        return missing;
    }

    void forget(long customerId) {
        fingerprints.remove(customerId);
    }

    /** FNV-1a over the UTF-16 units of all columns, mixed; even and not 0. The checkpoint's format depends on it. */
    private static long fingerprint(Customer customer) {
        long hash = FNV_OFFSET;
        hash = append(hash, customer.jobTitle);
        hash = append(hash, customer.emailAddress);
        hash = append(hash, customer.fullName);
        hash = append(hash, customer.phoneNumber);
        hash = append(hash, customer.city);
        hash = append(hash, customer.state);
        long fingerprint = HashCommon.murmurHash3(hash) & ~SEEN;
        return fingerprint == ABSENT ? 2 : fingerprint;
    }

    /** Appends the length, -1 for null, and the text, so that different lists of columns give different sequences. */
    private static long append(long hash, String text) {
        if (text == null) {
            return (hash ^ -1) * FNV_PRIME;
        }
        long appended = (hash ^ text.length()) * FNV_PRIME;
        for (int i = 0; i < text.length(); i++) {
            appended = (appended ^ text.charAt(i)) * FNV_PRIME;
        }
        return appended;
    }

    /** Version 1: a byte for {@link #complete()}, then id and fingerprint of each customer, big-endian. */
    static final class Serializer implements SimpleVersionedSerializer<KnownCustomers> {
        private static final int VERSION = 1;
        private static final int ENTRY_BYTES = 2 * Long.BYTES;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(KnownCustomers known) {
            ByteBuffer bytes = ByteBuffer.allocate(1 + Math.multiplyExact(known.size(), ENTRY_BYTES));
            bytes.put((byte) (known.complete ? 1 : 0));
            for (Long2LongMap.Entry entry : known.fingerprints.long2LongEntrySet()) {
                bytes.putLong(entry.getLongKey()).putLong(entry.getLongValue());
            }
            return bytes.array();
        }

        @Override
        public KnownCustomers deserialize(int version, byte[] serialized) throws IOException {
            if (version != VERSION) {
                throw new IOException("Known customers of version " + version + " cannot be read, only of " + VERSION);
            }
            ByteBuffer bytes = ByteBuffer.wrap(serialized);
            boolean complete = bytes.get() != 0;
            Long2LongOpenHashMap fingerprints = new Long2LongOpenHashMap(bytes.remaining() / ENTRY_BYTES);
            while (bytes.hasRemaining()) {
                fingerprints.put(bytes.getLong(), bytes.getLong());
            }
            return new KnownCustomers(fingerprints, complete);
        }
    }
}
