package io.cardwatch.kinesis;

import io.cardwatch.codec.Decoded;
import io.cardwatch.domain.EventTimeProgress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.kinesis.shaded.com.amazonaws.SDKGlobalConfiguration;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.runtime.taskexecutor.GlobalAggregateManager;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.config.AWSConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.internals.ShardConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisher.RecordPublisherRunResult;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.RecordPublisherFactory;
import org.apache.flink.streaming.connectors.kinesis.internals.publisher.polling.PollingRecordPublisherFactory;
import org.apache.flink.streaming.connectors.kinesis.metrics.ShardConsumerMetricsReporter;
import org.apache.flink.streaming.connectors.kinesis.model.KinesisStreamShardState;
import org.apache.flink.streaming.connectors.kinesis.model.SentinelSequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.model.StreamShardHandle;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/**
 * The legacy consumer, changed so that its shards stay close in event time from their first record on.
 *
 * <p>The consumer's own watermark tracker is not used, for four reasons. It queues records between reading and emitting: a
 * queue that is full when the job stops or restarts is never emptied, and the task hangs until its TaskManager is killed.
 * A shard that has ended is checkpointed as read while its last records are still queued. Records pass unchecked until
 * the tracker knows a first watermark. And it forgets a subtask that has not reported for three intervals.
 */
@SuppressWarnings("deprecation") // the consumer is the legacy one, see the package's documentation
final class AlignedKinesisConsumer<T> extends FlinkKinesisConsumer<Decoded<T>> {
    private static final long serialVersionUID = 1;
    /** Payments and labels. */
    private static final int SOURCES = 2;

    /** Pause between two reports of a subtask. Each report is a call to the JobManager. */
    private static final long REPORT_MILLIS = 100;
    /** The same while a record waits. */
    private static final long REPORT_MILLIS_WAITING = 10;
    /** How long the JobManager may leave reports unanswered before the source fails. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String uid;
    private final KinesisRecords.Observation<T> observation;
    private final Duration maxJump;
    private final Duration maxDrift;
    /**
     * Arrival time, UTC epoch milliseconds, from which a shard is read that has delivered nothing yet; 0 for its beginning.
     * Kept in the state.
     */
    private long startMillis;

    private transient ListState<Long> keptStartMillis;

    /**
     * @param properties the connector's, with a start: see {@link #setStart}
     * @param uid of the source, the name of its shards' reports
     * @param observation tells the progress of event time about an accepted value
     */
    AlignedKinesisConsumer(
            String stream,
            KinesisDeserializationSchema<Decoded<T>> schema,
            Properties properties,
            String uid,
            KinesisRecords.Observation<T> observation,
            Duration maxJump,
            Duration maxDrift) {
        super(stream, schema, properties);
        startMillis = Math.round(
                1000 * Double.parseDouble(properties.getProperty(ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP)));
        this.uid = uid;
        this.observation = observation;
        this.maxJump = maxJump;
        this.maxDrift = maxDrift;
        setPeriodicWatermarkAssigner(new ShardWatermarks<>());
    }

    /** Sets the arrival time, UTC epoch milliseconds, from which a shard without a position is read. */
    static void setStart(Properties properties, long millis) {
        properties.setProperty(ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP, String.valueOf(millis / 1000.0));
    }

    /**
     * The connector's state says of a shard without records only that it is read from some time, not from which. A job whose
     * settings no longer name the time would fail for ever, so the time is part of our own state.
     */
    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        super.initializeState(context);
        keptStartMillis = context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>("start", LongSerializer.INSTANCE));
        for (long kept : keptStartMillis.get()) {
            startMillis = kept;
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        super.snapshotState(context);
        keptStartMillis.update(List.of(startMillis));
    }

    /**
     * The connector's cancel() interrupts this thread, perhaps so late that it is about to end by itself. Flink would take
     * that interrupt for a failure, and a stop with savepoint would fail the job. So this method waits for cancel() to
     * finish and clears the interrupt.
     */
    @Override
    public void run(SourceContext<Decoded<T>> context) throws Exception {
        super.run(context);
        synchronized (this) {
            Thread.interrupted();
        }
    }

    @Override
    public synchronized void cancel() {
        super.cancel();
    }

    /**
     * Called before the first request to Kinesis. Kinesalite truncates answers in CBOR, and the SDK has only a process-wide
     * switch for it.
     */
    @Override
    protected KinesisDataFetcher<Decoded<T>> createFetcher(
            List<String> streams,
            SourceFunction.SourceContext<Decoded<T>> sourceContext,
            RuntimeContext runtimeContext,
            Properties properties,
            KinesisDeserializationSchema<Decoded<T>> schema) {
        if (properties.containsKey(AWSConfigConstants.AWS_ENDPOINT)) {
            System.setProperty(SDKGlobalConfiguration.AWS_CBOR_DISABLE_SYSTEM_PROPERTY, "true");
        }
        Properties sinceStart = new Properties();
        sinceStart.putAll(properties);
        setStart(sinceStart, startMillis);
        return new Fetcher(
                streams,
                new IdleAwareContext<>(sourceContext),
                (StreamingRuntimeContext) runtimeContext,
                sinceStart,
                schema);
    }

    /** Reads the shards of one subtask, each in a thread of its own. */
    private final class Fetcher extends KinesisDataFetcher<Decoded<T>> {
        private final IdleAwareContext<Decoded<T>> sourceContext;
        private final EventTimeAlignment alignment = new EventTimeAlignment(maxDrift);
        private final Map<Integer, EventTimeAlignment.Shard> shards = new ConcurrentHashMap<>();
        private final GlobalAggregateManager jobManager;
        private final SlowestShard slowest;
        private final String slowestName;
        private final Thread reporter;
        private volatile boolean ended;

        Fetcher(
                List<String> streams,
                IdleAwareContext<Decoded<T>> sourceContext,
                StreamingRuntimeContext context,
                Properties properties,
                KinesisDeserializationSchema<Decoded<T>> schema) {
            super(
                    streams,
                    sourceContext,
                    sourceContext.getCheckpointLock(),
                    context,
                    properties,
                    schema,
                    getShardAssigner(),
                    getPeriodicWatermarkAssigner(),
                    null,
                    new AtomicReference<>(),
                    new ArrayList<>(),
                    createInitialSubscribedStreamsToLastDiscoveredShardsState(streams),
                    // For the discovery of new shards, every ten seconds.
                    CheckedKinesisProxy::new,
                    // For enhanced fan-out, which is not used.
                    null);
            this.sourceContext = sourceContext;
            jobManager = context.getGlobalAggregateManager();
            int subtask = context.getTaskInfo().getIndexOfThisSubtask();
            int parallelism = context.getTaskInfo().getNumberOfParallelSubtasks();
            slowest = new SlowestShard(SOURCES, uid, subtask, parallelism);
            slowestName = SlowestShard.name(context.getTaskInfo().getAttemptNumber());
            reporter = new Thread(this::report, "slowest-shard-" + uid + "-" + subtask);
            reporter.setDaemon(true);
        }

        /** A fetcher that is stopped while it starts its shards would otherwise fail on the next one. */
        @Override
        protected ExecutorService createShardConsumersThreadPool(String taskName) {
            ThreadPoolExecutor pool = (ThreadPoolExecutor) super.createShardConsumersThreadPool(taskName);
            pool.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
            return pool;
        }

        @Override
        public void runFetcher() throws Exception {
            reporter.start();
            super.runFetcher();
        }

        /**
         * The connector reads a shard that a restored state does not name from its beginning. But a checkpoint may have been
         * taken before the shard was discovered, so the start decides; a shard made by a resharding is newer than that.
         */
        @Override
        public int registerNewSubscribedShardState(KinesisStreamShardState state) {
            boolean fromBeginning = SentinelSequenceNumber.SENTINEL_EARLIEST_SEQUENCE_NUM
                    .get()
                    .equals(state.getLastProcessedSequenceNum());
            if (fromBeginning && startMillis > 0) {
                state.setLastProcessedSequenceNum(SentinelSequenceNumber.SENTINEL_AT_TIMESTAMP_SEQUENCE_NUM.get());
            }
            EventTimeProgress progress = new EventTimeProgress(maxJump);
            int index = ShardWatermarks.register(progress, () -> super.registerNewSubscribedShardState(state));
            if (!SentinelSequenceNumber.SENTINEL_SHARD_ENDING_SEQUENCE_NUM
                    .get()
                    .equals(state.getLastProcessedSequenceNum())) {
                shards.put(index, alignment.add(progress));
            }
            return index;
        }

        @Override
        protected RecordPublisherFactory createRecordPublisherFactory() {
            return new PollingRecordPublisherFactory(CheckedKinesisProxy::new);
        }

        @Override
        protected ShardConsumer<Decoded<T>> createShardConsumer(
                Integer index,
                StreamShardHandle handle,
                SequenceNumber lastSequenceNumber,
                MetricGroup metrics,
                KinesisDeserializationSchema<Decoded<T>> schema)
                throws InterruptedException {
            return new ShardConsumer<>(
                    this,
                    watched(
                            createRecordPublisher(
                                    lastSequenceNumber,
                                    getConsumerConfiguration(),
                                    metrics,
                                    CheckedKinesisProxy.ofEveryKey(handle)),
                            shards.get(index)),
                    index,
                    handle,
                    lastSequenceNumber,
                    new ShardConsumerMetricsReporter(metrics),
                    schema);
        }

        /** Tells the alignment when a shard has nothing more to read, for now or for good. */
        private RecordPublisher watched(RecordPublisher publisher, EventTimeAlignment.Shard shard) {
            return consumer -> {
                RecordPublisherRunResult result = publisher.run(batch -> {
                    SequenceNumber last = consumer.accept(batch);
                    Long behind = batch.getMillisBehindLatest();
                    if (behind == null || behind == 0) {
                        alignment.atTip(shard);
                    }
                    return last;
                });
                if (result == RecordPublisherRunResult.COMPLETE && shard.cutShort) {
                    // COMPLETE would mark the shard in the state as read to its end. The consumer ends without it, too.
                    return RecordPublisherRunResult.INCOMPLETE;
                }
                if (result == RecordPublisherRunResult.COMPLETE) {
                    alignment.remove(shard);
                }
                return result;
            };
        }

        @Override
        protected void emitRecordAndUpdateState(
                Decoded<T> record, long arrivalMillis, int index, SequenceNumber sequenceNumber) {
            EventTimeAlignment.Shard shard = shards.get(index);
            if (record.accepted()) {
                observation.accept(shard.progress, record.value);
            }
            shard.cutShort |= !alignment.await(shard);
            if (!shard.cutShort) {
                super.emitRecordAndUpdateState(record, arrivalMillis, index, sequenceNumber);
            }
        }

        /**
         * Called by the connector's timer, five times a second. The timer goes on after the source has ended and would then
         * fail a stop with savepoint. While no shard is active, each call would log that; only a record can change it.
         */
        @Override
        protected void emitWatermark() {
            synchronized (sourceContext.getCheckpointLock()) {
                if (!ended && !sourceContext.isIdle()) {
                    super.emitWatermark();
                }
            }
        }

        @Override
        public void shutdownFetcher() {
            ended = true;
            super.shutdownFetcher();
            alignment.stop();
        }

        private void report() {
            long answered = System.nanoTime();
            while (!alignment.isStopped()) {
                try {
                    alignment.slowestAnywhere(
                            jobManager.updateGlobalAggregate(slowestName, alignment.slowestHere(), slowest));
                    answered = System.nanoTime();
                } catch (IOException e) {
                    // The last answer holds until the next one. As shards move on, it is rather too strict.
                    if (System.nanoTime() - answered > PATIENCE.toNanos()) {
                        stopWithError(e);
                    }
                }
                pause();
            }
        }

        private void pause() {
            try {
                Thread.sleep(alignment.isWaiting() ? REPORT_MILLIS_WAITING : REPORT_MILLIS);
            } catch (InterruptedException e) {
                stopWithError(e);
            }
        }
    }
}
