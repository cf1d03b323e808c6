package io.cardwatch.kinesis;

import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * A source context that knows whether the source is idle: from the moment the source says so to its next record. Used with
 * the checkpoint lock held.
 */
@SuppressWarnings("deprecation") // the legacy consumer's interface
final class IdleAwareContext<T> implements SourceFunction.SourceContext<T> {
    private final SourceFunction.SourceContext<T> out;
    private boolean idle;

    IdleAwareContext(SourceFunction.SourceContext<T> out) {
        this.out = out;
    }

    boolean isIdle() {
        return idle;
    }

    @Override
    public void markAsTemporarilyIdle() {
        idle = true;
        out.markAsTemporarilyIdle();
    }

    @Override
    public void collect(T record) {
        idle = false;
        out.collect(record);
    }

    @Override
    public void collectWithTimestamp(T record, long timestamp) {
        idle = false;
        out.collectWithTimestamp(record, timestamp);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
        out.emitWatermark(watermark);
    }

    @Override
    public Object getCheckpointLock() {
        return out.getCheckpointLock();
    }

    @Override
    public void close() {
        out.close();
    }
}
