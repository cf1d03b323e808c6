package io.cardwatch.warehouse;

import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import java.io.Serializable;
import java.time.Duration;

/** How rows are gathered into batches, and how long a warehouse that is away is waited for. */
public final class WritePolicy implements Serializable {
    private static final long serialVersionUID = 1;

    /** Rows in a batch at the most. */
    public final int batchSize;

    /** Longest time a row waits in a batch that is not full. */
    public final Duration flushInterval;

    /** How long one batch is tried again after passing errors before the job fails. */
    public final Duration retryTimeout;

    WritePolicy(int batchSize, Duration flushInterval, Duration retryTimeout) {
        this.batchSize = batchSize;
        this.flushInterval = flushInterval;
        this.retryTimeout = retryTimeout;
    }

    /** As the settings say. */
    public static WritePolicy of(Settings settings) {
        return of(settings, Options.WAREHOUSE_BATCH_SIZE);
    }

    /** As the settings say for dead letters, whose rows are large. */
    public static WritePolicy ofDeadLetters(Settings settings) {
        return of(settings, Options.DEAD_LETTERS_BATCH_SIZE);
    }

    private static WritePolicy of(Settings settings, Option<Integer> batchSize) {
        return new WritePolicy(
                settings.get(batchSize),
                settings.get(Options.WAREHOUSE_FLUSH_INTERVAL),
                settings.get(Options.WAREHOUSE_RETRY_TIMEOUT));
    }
}
