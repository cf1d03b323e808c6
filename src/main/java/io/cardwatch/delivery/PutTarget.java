package io.cardwatch.delivery;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Where records are put, many at once. */
public interface PutTarget extends Serializable {
    /** Opens a client, which several threads use. */
    Client open();

    /** The name of the stream, for messages. */
    String name();

    /** What is left of a JSON object to make it a record. */
    byte[] record(byte[] json);

    /**
     * The entries that were not taken.
     *
     * @param results by entry
     * @param cause why a result is a failure; null where it is none
     */
    static <R> Map<Entry, String> refused(List<Entry> entries, List<R> results, Function<R, String> cause) {
        Map<Entry, String> refused = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            String told = cause.apply(results.get(i));
            if (told != null) {
                refused.put(entries.get(i), told);
            }
        }
        return refused;
    }

    /** Puts records. */
    interface Client extends AutoCloseable {
        /**
         * Puts all of {@code entries}, at most 500 and 4 MB.
         *
         * @return those that the target did not take, with what it says
         * @throws RuntimeException when the target is away and took none; of AWS' services an SdkException
         */
        Map<Entry, String> put(List<Entry> entries);

        @Override
        void close();
    }
}
