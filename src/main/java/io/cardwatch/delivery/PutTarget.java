package io.cardwatch.delivery;

import java.io.Serializable;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Where records are put, many at once. */
interface PutTarget extends Serializable {
    /** Opens a client, which several threads use. */
    Client open();

    /** The name of the stream, for messages. */
    String name();

    /** What is left of a JSON object to make it a record. */
    byte[] record(byte[] json);

    /** The entries whose results, in the same order, are failures. */
    static <R> List<Entry> failed(List<Entry> entries, List<R> results, Predicate<R> isFailure) {
        return IntStream.range(0, results.size())
                .filter(i -> isFailure.test(results.get(i)))
                .mapToObj(entries::get)
                .collect(Collectors.toList());
    }

    /** Puts records. */
    interface Client extends AutoCloseable {
        /**
         * Puts all of {@code entries}, at most 500 and 4 MB.
         *
         * @return those that the target did not take
         * @throws software.amazon.awssdk.core.exception.SdkException when the target took none
         */
        List<Entry> put(List<Entry> entries);

        @Override
        void close();
    }
}
