package io.cardwatch.kinesis;

import io.cardwatch.codec.Decoded;
import io.cardwatch.domain.EventTimeProgress;
import java.util.function.IntSupplier;
import org.apache.flink.streaming.api.functions.AssignerWithPeriodicWatermarks;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * The watermarks of one shard: those of the progress that its alignment observes. The timestamp of a record is that
 * progress; nothing reads it.
 *
 * <p>The connector clones its assigner for each shard and keeps the clone for itself. So a clone takes the progress of the
 * shard that its thread registers at that moment.
 */
@SuppressWarnings("deprecation") // the consumer is the legacy one, see the package's documentation
final class ShardWatermarks<T> implements AssignerWithPeriodicWatermarks<Decoded<T>> {
    private static final long serialVersionUID = 1;
    private static final ThreadLocal<EventTimeProgress> REGISTERED = new ThreadLocal<>();

    /** Null in the one that is cloned. */
    private final EventTimeProgress progress;

    /** Is to be cloned. */
    ShardWatermarks() {
        this(null);
    }

    private ShardWatermarks(EventTimeProgress progress) {
        this.progress = progress;
    }

    /** Runs {@code registration}, which makes the clone of the shard that has this progress. */
    static int register(EventTimeProgress progress, IntSupplier registration) {
        REGISTERED.set(progress);
        try {
            return registration.getAsInt();
        } finally {
            REGISTERED.remove();
        }
    }

    private Object readResolve() {
        return new ShardWatermarks<T>(REGISTERED.get());
    }

    @Override
    public long extractTimestamp(Decoded<T> record, long previousTimestamp) {
        return progress.reachedMillis();
    }

    @Override
    public Watermark getCurrentWatermark() {
        return new Watermark(progress.watermark());
    }
}
