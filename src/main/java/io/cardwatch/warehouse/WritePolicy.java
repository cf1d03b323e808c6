package io.cardwatch.warehouse;

import io.cardwatch.config.Option;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import java.io.Serializable;
import java.time.Duration;

/** How rows are gathered into batches, and how long to wait for a warehouse that is away. */
public final class WritePolicy implements Serializable {
    private static final long serialVersionUID = 1;

    /** Most rows in a batch. */
    public final int batchSize;

    /** Longest time a row waits in a batch that is not full. */
    public final Duration flushInterval;

    /** How long passing errors of one batch are retried before the job fails. */
    public final Duration retryTimeout;

    WritePolicy(int batchSize, Duration flushInterval, Duration retryTimeout) {
        this.batchSize = batchSize;
        this.flushInterval = flushInterval;
        this.retryTimeout = retryTimeout;
    }

    /**
     * The policy that the settings name.
     *
     * @param batchSize the option for the table's batch size
     */
    public static WritePolicy of(Settings settings, Option<Integer> batchSize) {
        return new WritePolicy(
                settings.get(batchSize),
                settings.get(Options.WAREHOUSE_FLUSH_INTERVAL),
                settings.get(Options.WAREHOUSE_RETRY_TIMEOUT));
    }
}
