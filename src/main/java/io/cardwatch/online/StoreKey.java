package io.cardwatch.online;

import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.WindowKind;
import java.util.OptionalLong;

/** The names of the store's keys. What is between braces decides the slot in a cluster. */
final class StoreKey {
    /** The hash with a field for each subtask that publishes. */
    static final String PUBLISHED = "cardwatch:published";

    private static final String PREFIX = "cardwatch:{";

    private StoreKey() {}

    /** The hash of a key's window. */
    static String window(WindowKind kind, long id) {
        return PREFIX + letter(kind) + ":" + id + "}";
    }

    /** A pattern that all of {@link #window} match, with others. */
    static String anyWindow(WindowKind kind) {
        return PREFIX + letter(kind) + ":*}";
    }

    /** The id in a key that {@link #anyWindow} matches; none where {@link #window} did not make it. */
    static OptionalLong id(String key) {
        try {
            return OptionalLong.of(Long.parseLong(key, key.indexOf(':', PREFIX.length()) + 1, key.length() - 1, 10));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** The sorted set of a key's latest transactions. */
    static String transactions(WindowKind kind, long id) {
        return window(kind, id) + ":tx";
    }

    /** The document of a transaction, whose customer and {@link #identity} are given. */
    static String transaction(long customerId, String identity) {
        return transactions(WindowKind.CUSTOMER, customerId) + ":" + identity;
    }

    /** A transaction's name among those of its customer. */
    static String identity(Transaction transaction) {
        return transaction.transactionId + ":" + transaction.epochSecond;
    }

    private static char letter(WindowKind kind) {
        return kind == WindowKind.CUSTOMER ? 'c' : 't';
    }
}
