package io.cardwatch.config;

/** Where reading a Kinesis stream begins when there is no savepoint; the names are Kinesis's own. */
public enum InitialPosition {
    /** The oldest record that the stream still has. */
    TRIM_HORIZON,
    /** Only what arrives after the start. */
    LATEST,
    /** What arrived at or after {@code source.initial-timestamp}. */
    AT_TIMESTAMP
}
