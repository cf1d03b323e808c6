package io.cardwatch.online;

import io.cardwatch.codec.DecisionJson;
import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Publishes the transactions of one subtask, as {@link TransactionSink} says. */
final class TransactionWriter implements SinkWriter<ScoredTransaction> {
    /** Rows that may wait, of about 1 KB each. */
    private static final int MOST_WAITING = 10_000;

    private static final double MILLIS = 1e3;
    /** One for the customer, one for the terminal. */
    private static final int CALLS_PER_ROW = 2;

    private final TransactionSink options;
    private final double rowsPerMilli;
    private final ProcessingTimeService timers;
    private final Metrics metrics;
    private final Counter published;
    private final Counter skipped;
    private final StoreWriter writer;
    private final Deque<ScoredTransaction> waiting = new ArrayDeque<>();
    private final List<ScoredTransaction> batch = new ArrayList<>();
    private double allowance;
    private long lastPublished;
    private ScheduledFuture<?> nextPublication;
    /** The command that writes a document; null before the store was asked. Used by the writer's thread. */
    private DocumentCommand documents;
    /** How many rows of the batch the store refused. Used by the writer's thread until it is idle. */
    private int refused;

    TransactionWriter(TransactionSink options, double rowsPerSecond, ProcessingTimeService timers, Metrics metrics) {
        this.options = options;
        this.rowsPerMilli = rowsPerSecond / MILLIS;
        this.timers = timers;
        this.metrics = metrics;
        this.published = metrics.counter(Metric.ONLINE_TRANSACTIONS);
        this.skipped = metrics.counter(Metric.ONLINE_TRANSACTIONS_SKIPPED);
        this.writer = new StoreWriter(options.connection, metrics);
        this.lastPublished = timers.getCurrentProcessingTime();
        publishLater();
    }

    @Override
    public void write(ScoredTransaction row, Context context) {
        waiting.add(row);
        skip();
    }

    private void skip() {
        while (waiting.size() > MOST_WAITING) {
            waiting.removeFirst();
            skipped.inc();
        }
    }

    private void publishLater() {
        nextPublication =
                timers.registerTimer(timers.getCurrentProcessingTime() + options.interval.toMillis(), time -> {
                    publish();
                    publishLater();
                });
    }

    private void publish() throws Exception {
        if (!writer.isIdle()) {
            return;
        }
        if (writer.hasFailed()) {
            for (int i = batch.size() - 1; i >= 0; i--) {
                waiting.addFirst(batch.get(i));
            }
            skip();
        } else {
            published.inc(batch.size() - refused);
            skipped.inc(refused);
        }
        batch.clear();
        long now = timers.getCurrentProcessingTime();
        allowance = Math.min(allowance + (now - lastPublished) * rowsPerMilli, rowsPerMilli * MILLIS);
        lastPublished = now;
        while (allowance >= 1 && !waiting.isEmpty()) {
            batch.add(waiting.removeFirst());
            allowance--;
        }
        if (!batch.isEmpty()) {
            writer.begin(this::writeBatch);
        }
    }

    private void writeBatch(UnifiedJedis jedis) {
        if (documents == null) {
            documents = DocumentCommand.of(jedis);
        }
        List<Script.Call> calls = new ArrayList<>();
        for (ScoredTransaction row : batch) {
            addCalls(row, calls);
        }
        leaveOutRefused(StoreConnection.run(jedis, calls));
    }

    /** A row that is refused while most are taken would be refused for ever; the warehouse has it. */
    private void leaveOutRefused(List<Object> results) {
        JedisDataException refusal = null;
        refused = 0;
        for (int i = 0; i < results.size(); i += CALLS_PER_ROW) {
            Optional<JedisDataException> ofRow = results.subList(i, i + CALLS_PER_ROW).stream()
                    .filter(JedisDataException.class::isInstance)
                    .map(JedisDataException.class::cast)
                    .findFirst();
            if (ofRow.isPresent()) {
                refusal = ofRow.get();
                refused++;
            }
        }
        if (refused * 2 > batch.size()) {
            throw refusal;
        }
    }

    private void addCalls(ScoredTransaction row, List<Script.Call> calls) {
        Transaction transaction = row.transaction;
        String identity = StoreKey.identity(transaction);
        calls.add(Script.TRANSACTION.on(
                List.of(
                        StoreKey.transactions(WindowKind.CUSTOMER, transaction.customerId),
                        StoreKey.transaction(transaction.customerId, identity)),
                transaction.epochSecond,
                identity,
                options.perKey,
                options.timeToLive.toSeconds(),
                document(row),
                documents.wire));
        calls.add(Script.TRANSACTION.on(
                List.of(StoreKey.transactions(WindowKind.TERMINAL, transaction.terminalId)),
                transaction.epochSecond,
                transaction.customerId + ":" + identity,
                options.perKey,
                options.timeToLive.toSeconds()));
    }

    /** Everything but the contacts, which a row does not have here. */
    private static byte[] document(ScoredTransaction row) {
        return RecordJson.object(json -> {
            DecisionJson.write(json, row.transaction);
            json.writeNumberField("tx_epoch_second", row.transaction.epochSecond);
            json.writeStringField(
                    "scored_at", Instant.ofEpochMilli(row.scoredAtMillis).toString());
            DecisionJson.write(json, row.decision);
            DecisionJson.write(json, FeatureSet.ofSize(row.features.length).features(), row.features);
        });
    }

    /** Does not wait: what is not published at a checkpoint is published later. */
    @Override
    public void flush(boolean endOfInput) {}

    @Override
    public void close() {
        nextPublication.cancel(false);
        try {
            writer.close();
        } finally {
            metrics.close();
        }
    }
}
