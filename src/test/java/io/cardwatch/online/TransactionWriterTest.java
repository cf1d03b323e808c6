package io.cardwatch.online;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.OwnRedis;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The transactions that a job publishes, in a real Redis. */
class TransactionWriterTest {
    private static final long START = Events.at("2024-02-20 12:00:00");
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    private final ManualTimers timers = new ManualTimers();

    @Test
    void theLatestOfEachKeyAreKept_withTheirDecisions_andOlderOnesAreDeletedWithTheirDocuments() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder);
                Jedis jedis = redis.connect();
                OnlineStore store = OnlineStore.of(settings(redis.url()), 1);
                TransactionWriter writer = writer(redis.url())) {
            for (int i = 0; i < 5; i++) {
                writer.write(row(Events.transaction(i, 100 + i, START + i, 7, i % 2, 1_050), 0.25 + i), null);
            }
            publishUntil(() -> jedis.exists("cardwatch:{c:7}:tx:104:" + (START + 4)));

            assertThat(jedis.zrange("cardwatch:{c:7}:tx", 0, -1))
                    .containsExactly("102:" + (START + 2), "103:" + (START + 3), "104:" + (START + 4));
            assertThat(jedis.keys("cardwatch:{c:7}:tx:*")).hasSize(3);
            assertThat(jedis.zrange("cardwatch:{t:0}:tx", 0, -1))
                    .containsExactly("7:100:" + START, "7:102:" + (START + 2), "7:104:" + (START + 4));
            assertThat(jedis.ttl("cardwatch:{c:7}:tx")).isBetween(86_300L, 86_400L);
            assertThat(jedis.ttl("cardwatch:{t:0}:tx")).isBetween(86_300L, 86_400L);
            assertThat(jedis.ttl("cardwatch:{c:7}:tx:104:" + (START + 4))).isBetween(86_300L, 86_400L);

            List<String> ofTerminal = store.transactions(new OnlineStore.Key(WindowKind.TERMINAL, 0), 10);
            assertThat(ofTerminal).as("the oldest one's document is gone").hasSize(2);
            JsonNode newest = JSON.readTree(ofTerminal.get(0));
            assertThat(newest.path("transaction_id").longValue()).isEqualTo(104);
            assertThat(newest.path("tx_amount").decimalValue()).isEqualByComparingTo("10.50");
            assertThat(newest.path("fraud_probability").doubleValue()).isEqualTo(4.25);
            assertThat(newest.path("features").size()).isEqualTo(FeatureSet.REFERENCE.size());
            assertThat(store.transactions(new OnlineStore.Key(WindowKind.CUSTOMER, 7), 2))
                    .hasSize(2);
        }
    }

    @Test
    void theFirstDecisionStays_asInTheWarehouse() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder);
                Jedis jedis = redis.connect();
                TransactionWriter writer = writer(redis.url())) {
            Transaction payment = Events.transaction(0, 1, START, 7, 3, 100);
            writer.write(row(payment, 0.1), null);
            writer.write(row(payment, 0.9), null);
            writer.write(row(Events.transaction(1, 2, START, 8, 3, 100), 0.5), null);
            publishUntil(() -> jedis.exists("cardwatch:{c:8}:tx"));
            assertThat(jedis.get("cardwatch:{c:7}:tx:1:" + START)).contains("\"fraud_probability\":0.1,");
        }
    }

    @Test
    void whatComesWhileRedisIsAway_isPublishedLater() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder);
                TransactionWriter writer = writer(redis.url())) {
            redis.kill();
            for (int i = 0; i < 100; i++) {
                writer.write(row(Events.transaction(i, i, START, i, 3, 100), 0.5), null);
                timers.tick();
            }
            redis.start();
            try (Jedis jedis = redis.connect()) {
                publishUntil(() -> jedis.keys("cardwatch:{c:*:tx:*").size() == 100);
            }
        }
    }

    @Test
    void aRowThatTheStoreRefuses_isLeftOut_andTheOthersOfItsBatchAreNot() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder);
                Jedis jedis = redis.connect();
                TransactionWriter writer = writer(redis.url())) {
            jedis.set("cardwatch:{c:7}:tx", "no sorted set");
            for (int customer = 6; customer < 9; customer++) {
                writer.write(row(Events.transaction(0, 1, START, customer, customer, 100), 0.5), null);
            }
            publishUntil(() -> jedis.exists("cardwatch:{c:8}:tx"));
            writer.write(row(Events.transaction(0, 1, START, 9, 9, 100), 0.5), null);
            publishUntil(() -> jedis.exists("cardwatch:{c:9}:tx"));
            assertThat(jedis.info("commandstats")).contains("cmdstat_set:calls=5,");
        }
    }

    @Test
    void aDocumentOfRedisJson_isRead() throws Exception {
        try (RecordingRedis modules = new RecordingRedis();
                OnlineStore store = OnlineStore.of(settings(modules.url()), 1)) {
            assertThat(store.transactions(new OnlineStore.Key(WindowKind.CUSTOMER, 7), 10))
                    .containsExactly("{}");
            assertThat(modules.commands()).contains("JSON.GET cardwatch:{c:7}:tx:1:5");
        }
    }

    @Test
    void aServerWithModules_isSentJson_andAnIndexOverIt() throws Exception {
        try (RecordingRedis modules = new RecordingRedis();
                TransactionWriter writer = writer(modules.url())) {
            writer.write(row(Events.transaction(0, 1, START, 7, 3, 100), 0.5), null);
            publishUntil(() -> modules.commands().stream().anyMatch(command -> command.startsWith("EVAL")));

            assertThat(modules.commands())
                    .contains("COMMAND INFO JSON.SET FT.CREATE")
                    .contains("FT.CREATE cardwatch:transactions ON JSON PREFIX 1 cardwatch:{c: SCHEMA"
                            + " $.customer_id AS customer_id NUMERIC $.terminal_id AS terminal_id NUMERIC"
                            + " $.tx_epoch_second AS tx_epoch_second NUMERIC SORTABLE"
                            + " $.fraud_probability AS fraud_probability NUMERIC SORTABLE $.action AS action TAG")
                    .anyMatch(command -> command.contains("cardwatch:{c:7}:tx:1:" + START)
                            && command.contains("\"fraud_probability\":0.5,")
                            && command.endsWith(" JSON.SET"));
        }
    }

    private static Settings settings(String url) {
        return new SettingsLoader()
                .layer(
                        "test",
                        Map.of(
                                "online.url", url,
                                "online.transactions-per-key", "3",
                                "online.transactions-ttl", "1 d"))
                .load();
    }

    private TransactionWriter writer(String url) {
        TransactionSink sink = TransactionSink.of(settings(url)).orElseThrow();
        return new TransactionWriter(sink, 1_000, timers, Metrics.of(new UnregisteredMetricsGroup()));
    }

    private static ScoredTransaction row(Transaction transaction, double probability) {
        return new ScoredTransaction(
                transaction,
                new double[FeatureSet.REFERENCE.size()],
                new Decision(probability, 0.5, "model"),
                START * 1_000,
                null,
                null,
                null);
    }

    private void publishUntil(Supplier<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.get()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            timers.tick();
        }
    }

    /** A clock that goes on when it is told to. */
    private static final class ManualTimers implements ProcessingTimeService {
        private final Map<Long, ProcessingTimeCallback> due = new HashMap<>();
        private long now = 1_700_000_000_000L;

        @Override
        public long getCurrentProcessingTime() {
            return now;
        }

        @Override
        public ScheduledFuture<?> registerTimer(long time, ProcessingTimeCallback callback) {
            due.put(time, callback);
            return new Cancelled();
        }

        void tick() throws Exception {
            now += 100;
            ProcessingTimeCallback callback = due.remove(now);
            if (callback != null) {
                callback.onProcessingTime(now);
            }
        }
    }

    /** Nothing runs on its own. */
    private static final class Cancelled extends CompletableFuture<Object> implements ScheduledFuture<Object> {
        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
