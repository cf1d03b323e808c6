package io.cardwatch.serve;

/** Where labels go. Thread-safe. */
public interface LabelStream {
    /**
     * Puts a record into the stream.
     *
     * @throws Exception when the stream did not take it, with a message for the log
     */
    void put(String partitionKey, byte[] record) throws Exception;
}
