package io.cardwatch.feature;

import io.cardwatch.codec.WireSerializer;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;

/**
 * Base of the window operators. A key's state is one window and at most one event-time timer. The clock survives a
 * restore. Refused records go to the side output of dead letters.
 *
 * <p>Only payments advance event time. Labels, where they are the second input, do not tell which payments may still
 * arrive. If their watermark counted while the payment stream is silent, payments held up for longer than the allowed
 * lateness would find parts of their windows dropped.
 */
abstract class WindowOperator<W extends ExpiringWindow, OUT> extends AbstractStreamOperator<OUT>
        implements Triggerable<Long, VoidNamespace> {
    /** Kinds of windows that share the cache's memory: customers' and terminals'. */
    private static final int OPERATORS = 2;

    final StageSettings settings;
    final WindowTimes times;
    final EventClock clock;
    private final ValueStateDescriptor<W> descriptor;

    /** This operator's counters. */
    transient Metrics counts;

    /** Whether one of two inputs has ended. */
    private transient boolean oneInputEnded;

    /** The newest watermark except {@code MAX_WATERMARK}, UTC epoch milliseconds; null before the first. */
    private transient volatile Long watermark;

    private transient ValueState<W> windows;
    /** The same object where it is a cache, before a backend that stores bytes; else null. */
    private transient WriteBackCache<W> cache;

    private transient InternalTimerService<VoidNamespace> timers;

    /** Null where nobody reads the windows outside of the job. */
    private transient WindowPublisher publisher;

    private transient ScheduledFuture<?> nextPublication;

    WindowOperator(StageSettings settings, String stateName, WireSerializer<W> serializer) {
        this.settings = settings;
        this.times = settings.times;
        this.clock = new EventClock(settings.bounded);
        this.descriptor = new ValueStateDescriptor<>(stateName, serializer);
    }

    /** An empty window for a new key. */
    abstract W newWindow();

    /** Drops what can no longer affect a result at {@code watermark}, UTC epoch milliseconds. */
    abstract void expire(W window, long watermark);

    /** What its keys are. */
    abstract WindowKind kind();

    /** The newest epoch second whose events have expired at {@code watermark}. */
    abstract long horizon(long watermark);

    /** The window as readers outside of the job see it. It must not be empty. */
    abstract PublishedWindow published(W window);

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        clock.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        if (cache != null) {
            cache.flush();
        }
        clock.snapshot();
    }

    @Override
    public void open() throws Exception {
        super.open();
        counts = Metrics.of(getMetricGroup());
        windows = getRuntimeContext().getState(descriptor);
        // No cache for a backend that keeps objects, with or without a changelog: a checkpoint could read a window
        // while it changes.
        if (settings.cacheShare > 0 && getKeyedStateBackend().isSafeToReuseKVState()) {
            cache = new WriteBackCache<>(getKeyedStateBackend(), windows, cacheBytes(), counts);
            windows = cache;
        }
        timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
        if (settings.publishing != null) {
            publisher = settings.publishing.open(new Windows(), counts);
            publishLater();
        }
    }

    private void publishLater() {
        nextPublication = getProcessingTimeService()
                .registerTimer(wallClock() + settings.publishing.intervalMillis(), time -> {
                    publisher.publish();
                    publishLater();
                });
    }

    /** Every slot holds one operator of each of the two kinds. */
    private long cacheBytes() {
        int slots = getContainingTask()
                .getEnvironment()
                .getTaskManagerInfo()
                .getConfiguration()
                .get(TaskManagerOptions.NUM_TASK_SLOTS);
        return (long) (Runtime.getRuntime().maxMemory() * settings.cacheShare / slots / OPERATORS);
    }

    /** The watermark of the payments. */
    @Override
    public void processWatermark1(Watermark mark) throws Exception {
        if (mark.equals(Watermark.MAX_WATERMARK)) {
            endOneInput();
        } else {
            processWatermark(mark);
        }
    }

    /** The watermark of the labels. */
    @Override
    public void processWatermark2(Watermark mark) throws Exception {
        if (mark.equals(Watermark.MAX_WATERMARK)) {
            endOneInput();
        }
    }

    private void endOneInput() throws Exception {
        if (oneInputEnded) {
            processWatermark(Watermark.MAX_WATERMARK);
        }
        oneInputEnded = true;
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        clock.advance(mark.getTimestamp());
        if (!mark.equals(Watermark.MAX_WATERMARK)) {
            boolean first = watermark == null;
            watermark = mark.getTimestamp();
            if (first) {
                counts.gauge(Metric.WATERMARK_LAG_MILLIS, () -> System.currentTimeMillis() - watermark);
            }
        }
        super.processWatermark(mark);
    }

    @Override
    public void close() throws Exception {
        if (publisher != null) {
            nextPublication.cancel(false);
            publisher.close();
        }
        if (counts != null) {
            counts.close();
        }
        super.close();
    }

    @Override
    public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
        W window = windows.value();
        window.timer = ExpiringWindow.NO_TIMER;
        expire(window, clock.watermarkAtTimer());
        keep(window);
    }

    @Override
    public void onProcessingTime(InternalTimer<Long, VoidNamespace> timer) {
        throw new IllegalStateException("no processing-time timer is ever registered");
    }

    W windowOfKey() throws Exception {
        W window = windows.value();
        return window == null ? newWindow() : window;
    }

    /** Stores the key's window and makes sure that its timer fires in time. One that fires too early is set again. */
    void keep(W window) throws Exception {
        if (publisher != null) {
            announce(window);
        }
        if (window.isEmpty()) {
            setTimer(window, ExpiringWindow.NO_TIMER);
            windows.clear();
            return;
        }
        long expiry = window.nextExpiry(times);
        if (window.timer == ExpiringWindow.NO_TIMER || expiry < window.timer) {
            setTimer(window, expiry);
        }
        windows.update(window);
    }

    /** Tells the publisher of a window that has changed, or that was there and is empty now. */
    private void announce(W window) {
        if (window.version != window.announced || (window.isEmpty() && window.version != 0)) {
            window.announced = window.version;
            publisher.changed((long) getCurrentKey());
        }
    }

    private void setTimer(W window, long expiry) {
        if (window.timer != ExpiringWindow.NO_TIMER) {
            timers.deleteEventTimeTimer(VoidNamespace.INSTANCE, window.timer);
        }
        if (expiry != ExpiringWindow.NO_TIMER) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, expiry);
        }
        window.timer = expiry;
    }

    DeadLetter deadLetter(DeadLetterReason reason, String message, RecordOrigin origin, byte[] raw) {
        return DeadLetter.of(reason, message, origin, raw, settings.contacts);
    }

    /** Emits a dead letter. One restored from state may hold bytes that must not be kept any more. */
    void refuse(DeadLetter deadLetter) {
        output.collect(settings.deadLetters, new StreamRecord<>(settings.contacts.of(deadLetter)));
    }

    private long wallClock() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    private TaskInfo task() {
        return getRuntimeContext().getTaskInfo();
    }

    /** What the publisher sees of this subtask. The current key is undefined after each question. */
    private final class Windows implements WindowPublisher.Windows {
        @Override
        public WindowKind kind() {
            return WindowOperator.this.kind();
        }

        @Override
        public int subtask() {
            return task().getIndexOfThisSubtask();
        }

        @Override
        public int subtasks() {
            return task().getNumberOfParallelSubtasks();
        }

        @Override
        public boolean owns(long key) {
            int keyGroups = task().getMaxNumberOfParallelSubtasks();
            return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, keyGroups, subtasks()) == subtask();
        }

        @Override
        public PublishedWindow get(long key) throws Exception {
            setCurrentKey(key);
            W window = cache == null ? windows.value() : cache.peek();
            return window == null ? null : published(window);
        }

        @Override
        public CloseableIterator<Long> keys() throws Exception {
            if (cache != null) {
                cache.flush();
            }
            Stream<Long> keys = WindowOperator.this
                    .<Long>getKeyedStateBackend()
                    .getKeys(descriptor.getName(), VoidNamespace.INSTANCE);
            // A backend that keeps objects cannot go on after one has changed; one that stores bytes reads a snapshot.
            Stream<Long> lasting = getKeyedStateBackend().isSafeToReuseKVState()
                    ? keys
                    : Arrays.stream(keys.mapToLong(key -> key).toArray()).boxed();
            return CloseableIterator.adapterForIterator(lasting.iterator(), lasting);
        }

        @Override
        public long now() {
            return wallClock();
        }

        @Override
        public long watermark() {
            return clock.watermark();
        }

        @Override
        public long leastNewVersion() {
            return ExpiringWindow.firstVersion(Math.max(0, horizon(clock.watermark()) + 1));
        }
    }
}
