package io.cardwatch.rules;

import io.cardwatch.domain.BadInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A named list of customer or terminal ids, each for a span of event time. It may be empty. Immutable. */
public final class IdList {
    /** An id on a list. */
    public static final class Entry {
        /** 0 or more. */
        public final long id;
        /** Epoch second of the first event time at which it is on the list. */
        public final long addedAt;
        /** Epoch second of the first event time at which it is on the list no more, or {@link Rule#OPEN}. */
        public final long expiresAt;
        /** Empty where there is none. */
        public final String reason;
        /** Empty where it is not known. */
        public final String author;

        public Entry(long id, long addedAt, long expiresAt, String reason, String author) {
            this.id = id;
            this.addedAt = addedAt;
            this.expiresAt = expiresAt;
            this.reason = reason;
            this.author = author;
        }
    }

    private static final long FREE = -1;
    /** id, added, expires: side by side, so that a look-up touches one line of the cache. */
    private static final int WIDTH = 3;

    private final String name;
    private final List<Entry> entries;
    /** A hash table with linear probing, at most half full; its size is a power of two times the width. */
    private final long[] table;

    private final int mask;

    /**
     * Makes a list.
     *
     * @param entries in any order
     * @throws BadInputException when an id is there twice or below 0
     */
    public IdList(String name, List<Entry> entries) {
        this.name = name;
        this.entries = entries.stream()
                .sorted(Comparator.comparingLong(entry -> entry.id))
                .collect(Collectors.toUnmodifiableList());
        mask = Integer.highestOneBit(Math.max(1, entries.size()) * 4 - 1) - 1;
        table = new long[(mask + 1) * WIDTH];
        Arrays.fill(table, FREE);
        for (Entry entry : entries) {
            int slot = slot(entry.id);
            if (entry.id < 0 || table[slot] != FREE) {
                throw new BadInputException(
                        "list " + name + " has the id " + entry.id + (entry.id < 0 ? "" : " twice"),
                        "Ids are 0 or more; name each once, with the span of time in which it counts.");
            }
            table[slot] = entry.id;
            table[slot + 1] = entry.addedAt;
            table[slot + 2] = entry.expiresAt;
        }
    }

    /** Its name in rules. */
    public String name() {
        return name;
    }

    /** All its entries, by id. */
    public List<Entry> entries() {
        return entries;
    }

    /** Whether {@code id} is on the list at {@code epochSecond} of event time. */
    boolean contains(long id, long epochSecond) {
        if (id < 0) {
            return false;
        }
        int slot = slot(id);
        return table[slot] == id && table[slot + 1] <= epochSecond && epochSecond < table[slot + 2];
    }

    /** Where {@code id} is in the table, or would be. */
    private int slot(long id) {
        // Fibonacci hashing: ids that follow each other scatter.
        int probe = (int) ((id * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (table[probe * WIDTH] != id && table[probe * WIDTH] != FREE) {
            probe = (probe + 1) & mask;
        }
        return probe * WIDTH;
    }
}
