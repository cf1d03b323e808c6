package io.cardwatch.feature;

import io.cardwatch.metrics.Metrics;
import java.io.Serializable;
import org.apache.flink.util.CloseableIterator;

/** Publishes the windows of one subtask outside of the job. For the task's thread; no method waits. */
public interface WindowPublisher extends AutoCloseable {
    /** The window of {@code key} has changed or is gone. */
    void changed(long key);

    /** Publishes what is due. Called once each {@link Factory#intervalMillis()}. */
    void publish() throws Exception;

    @Override
    void close();

    /** Makes the publisher of each subtask. */
    interface Factory extends Serializable {
        /** Pause between two calls of {@link #publish}. */
        long intervalMillis();

        /** A publisher for one subtask. */
        WindowPublisher open(Windows windows, Metrics metrics) throws Exception;
    }

    /** The windows of one subtask. */
    interface Windows {
        /** What the keys are. */
        WindowKind kind();

        /** Number of this subtask, from 0. */
        int subtask();

        /** Number of subtasks. */
        int subtasks();

        /** Whether the windows of {@code key} belong to this subtask. */
        boolean owns(long key);

        /** The window of a key; null where there is none. */
        PublishedWindow get(long key) throws Exception;

        /** All keys that have a window now, in any order. */
        CloseableIterator<Long> keys() throws Exception;

        /** The wall clock, UTC epoch milliseconds. */
        long now();

        /** The newest watermark, UTC epoch milliseconds; {@link Long#MIN_VALUE} before the first. */
        long watermark();

        /** The least version that a key gets that has no window now. */
        long leastNewVersion();
    }
}
