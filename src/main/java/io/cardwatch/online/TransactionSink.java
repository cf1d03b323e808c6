package io.cardwatch.online;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.metrics.Metrics;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Publishes the latest transactions of each customer and terminal, with their decisions, to the online store. The stream
 * never waits for it: what comes faster than the store may be written to is left out, the oldest first. The warehouse has
 * every row.
 */
public final class TransactionSink implements Sink<ScoredTransaction> {
    private static final long serialVersionUID = 1L;
    /** A transaction is written for its customer and for its terminal. */
    private static final int WRITES = 2;

    final StoreConnection connection;
    final int perKey;
    final Duration timeToLive;
    final Duration interval;
    private final int writesPerSecond;

    private TransactionSink(StoreConnection connection, Settings settings) {
        this.connection = connection;
        this.perKey = settings.get(Options.ONLINE_TRANSACTIONS_PER_KEY);
        this.timeToLive = settings.get(Options.ONLINE_TRANSACTIONS_TTL);
        this.interval = settings.get(Options.ONLINE_PUBLISH_INTERVAL);
        this.writesPerSecond = settings.get(Options.ONLINE_MAX_WRITES_PER_SECOND) / OnlinePublishing.SHARES;
    }

    /** What the settings ask for; nothing where they name no store, or want no transactions there. */
    public static Optional<TransactionSink> of(Settings settings) {
        return StoreConnection.of(settings)
                .map(connection -> new TransactionSink(connection, settings))
                .filter(sink -> sink.perKey > 0);
    }

    @Override
    public SinkWriter<ScoredTransaction> createWriter(WriterInitContext context) {
        int subtasks = context.getTaskInfo().getNumberOfParallelSubtasks();
        return new TransactionWriter(
                this,
                writesPerSecond / (double) (WRITES * subtasks),
                context.getProcessingTimeService(),
                Metrics.of(context.metricGroup()));
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SinkWriter<ScoredTransaction> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }
}
