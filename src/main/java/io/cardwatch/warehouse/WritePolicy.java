package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
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

    public WritePolicy(int batchSize, Duration flushInterval, Duration retryTimeout) {
        if (batchSize < 1) {
            throw new BadInputException(
                    "warehouse.batch-size is " + batchSize, "Set it to 1 or more; 2000 is a good size.");
        }
        if (flushInterval.isZero() || flushInterval.isNegative()) {
            throw new BadInputException(
                    "warehouse.flush-interval is " + flushInterval, "Set it to more than zero, such as 1 s.");
        }
        if (retryTimeout.isNegative()) {
            throw new BadInputException(
                    "warehouse.retry-timeout is " + retryTimeout, "Set it to zero or more, such as 10 min.");
        }
        this.batchSize = batchSize;
        this.flushInterval = flushInterval;
        this.retryTimeout = retryTimeout;
    }
}
