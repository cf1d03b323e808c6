package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindow;
import io.cardwatch.feature.CustomerWindowOperator;
import io.cardwatch.feature.StageSettings;
import io.cardwatch.feature.WindowFormat;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.feature.WindowQuery;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.OwnRedis;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** Customers' windows of a real operator in a real Redis. The operator's wall clock is the test's. */
class KeyPublisherTest {
    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters") {};
    private static final long START = Events.at("2024-02-20 12:00:00");
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    private Path folder;

    private OwnRedis redis;
    private Stage stage;
    private long wallClock = 1_700_000_000_000L;

    @BeforeEach
    void startRedis() throws Exception {
        redis = new OwnRedis(folder);
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        redis.close();
    }

    @Test
    void aChangedWindowIsPublishedWithItsFeatures_andAnswersAsTheJobsOwn() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null);
        Transaction first = Events.transaction(0, 1, START, 7, 3, 1_000);
        Transaction second = Events.transaction(1, 2, START + 60, 7, 4, 3_000);
        stage.take(first);
        stage.take(second);
        stage.publishUntil(() -> versions().size() == 1);

        Map<String, String> published = published(7);
        assertThat(published)
                .containsEntry("as_of", "2024-02-20 12:01:00")
                .containsEntry("valid_until", "2024-02-21 12:00:00")
                .containsEntry("settings", stage.format.settings())
                .containsEntry("customer_id_nb_tx_1day_window", "2.0")
                .containsEntry("customer_id_avg_amount_30day_window", "20.0")
                .doesNotContainKey("tx_amount");
        assertThat(ttl(7)).isBetween(33 * 86_400L - 60, 33 * 86_400L);
        double[] stored = new double[FeatureSet.REFERENCE.size()];
        Transaction next = Events.transaction(2, 3, START + 120, 7, 4, 500);
        stage.query.ask(next, stage.read(7), null, Long.MIN_VALUE, next.epochSecond, stored);
        assertThat(stage.take(next).features[Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW.index()])
                .isEqualTo(stored[Feature.CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW.index()])
                .isEqualTo(15);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAStart_theStoreHoldsWhatTheStateHolds_andNothingElse(boolean bytes) throws Exception {
        Supplier<StateBackend> backend = bytes ? EmbeddedRocksDBStateBackend::new : HashMapStateBackend::new;
        stage = new Stage(backend, null);
        for (int customer = 0; customer < 50; customer++) {
            stage.take(Events.transaction(customer, customer, START, customer, 3, 1_000));
        }
        OperatorSubtaskState early = stage.harness.snapshot(1, wallClock);
        for (int customer = 25; customer < 90; customer++) {
            stage.take(Events.transaction(100 + customer, customer, START + 60, customer, 3, 1_000));
        }
        stage.publishUntil(() -> versions().size() == 90 && isClean());
        Map<Long, String> later = versions();
        stage.close();

        stage = new Stage(backend, early);
        stage.publishUntil(this::isClean);
        Map<Long, String> restored = versions();
        assertThat(restored).hasSize(50);
        restored.forEach((customer, version) -> {
            assertThat(version.split("-", -1)[1]).isEqualTo(String.valueOf(START << 16));
            assertThat(Long.parseLong(version.split("-", -1)[0]))
                    .isGreaterThan(Long.parseLong(later.get(customer).split("-", -1)[0]));
        });
        stage.close();

        stage = new Stage(backend, null);
        stage.publishUntil(this::isClean);
        assertThat(versions()).isEmpty();
    }

    @Test
    void aKeyThatIsNoWindow_isLeftWhereItIs() throws Exception {
        try (Jedis jedis = redis.connect()) {
            jedis.hset("cardwatch:{c:test}", "version", "1-1");
            jedis.hset("cardwatch:{c:8}", "version", "1-1");
            stage = new Stage(HashMapStateBackend::new, null);
            stage.publishUntil(this::isClean);
            assertThat(jedis.exists("cardwatch:{c:test}")).isTrue();
            assertThat(jedis.exists("cardwatch:{c:8}")).isFalse();
        }
    }

    @Test
    void whatChangedWhileRedisWasAway_andAllThatItLost_isPublishedWhenItIsBack() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null);
        stage.take(Events.transaction(0, 1, START, 7, 3, 1_000));
        stage.publishUntil(() -> versions().size() == 1 && isClean());
        redis.kill();
        stage.take(Events.transaction(1, 2, START + 1, 8, 3, 1_000));
        for (int i = 0; i < 20; i++) {
            stage.tick();
        }
        redis.start();
        stage.publishUntil(() -> versions().size() == 2 && isClean());
    }

    @Test
    void aStoreThatWasEmptied_isFilledAgain_andSaysThatItIsNotFilledUntilThen() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null);
        for (int customer = 0; customer < 500; customer++) {
            stage.take(Events.transaction(customer, 1, START, customer, 3, 1_000));
        }
        stage.publishUntil(() -> versions().size() == 500 && isClean());
        try (Jedis jedis = redis.connect()) {
            jedis.flushAll();
        }
        stage.publishUntil(() -> {
            boolean clean = isClean();
            assertThat(!clean || versions().size() == 500).isTrue();
            return clean;
        });
    }

    @Test
    void aStoreThatComesBackAsItWasEarlier_saysSoUntilEveryWindowIsPublishedAgain() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null, "online.max-writes-per-second", "400");
        takeOfEachCustomer(START);
        stage.publishUntil(() -> versions().size() == 200 && isClean());
        try (Jedis jedis = redis.connect()) {
            jedis.save();
        }
        long saved = wallClock;
        takeOfEachCustomer(START + 60);
        stage.publishUntil(() -> areAllAt(1) && toldThrough() > saved);
        redis.kill();
        redis.start();
        assertThat(areAllAt(0)).isTrue();
        long back = wallClock;
        stage.publishUntil(() -> {
            long through = toldThrough();
            assertThat(through <= saved || areAllAt(1)).isTrue();
            return through > back;
        });
        assertThat(stage.ticks).isGreaterThan(60);
    }

    private void takeOfEachCustomer(long epochSecond) throws Exception {
        for (int customer = 0; customer < 200; customer++) {
            stage.take(Events.transaction(customer, epochSecond, epochSecond, customer, 3, 1_000));
        }
    }

    /** Whether every window has had so many changes since its first. */
    private boolean areAllAt(int changes) {
        return versions().values().stream().allMatch(version -> version.endsWith("-" + ((START << 16) + changes)));
    }

    private long toldThrough() {
        return heartbeat().map(told -> told.publishedThrough).orElse(0L);
    }

    @Test
    void aWindowThatIsMissing_isKnownToBeNoneBeforeEveryOldOneIsRemoved() throws Exception {
        try (Jedis jedis = redis.connect()) {
            Pipeline pipeline = jedis.pipelined();
            for (int i = 0; i < 30_000; i++) {
                pipeline.set("another's:" + i, "");
            }
            pipeline.sync();
        }
        stage = new Stage(HashMapStateBackend::new, null);
        stage.publishUntil(() -> heartbeat().map(told -> told.filled).orElse(false));
        assertThat(heartbeat().orElseThrow().clean).isFalse();
        stage.publishUntil(this::isClean);
    }

    @Test
    void aKeyIsPublishedOnceAnInterval_andAllOfThemWithinTheBound() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null, "online.max-writes-per-second", "400");
        stage.publishUntil(this::isClean);
        long before = scriptCalls();
        for (int i = 0; i < 1_000; i++) {
            stage.take(Events.transaction(i, i, START + i, i % 100, 3, 1_000));
        }
        // Half of the writes are the windows', and half of these the customers': 10 in 100 ms.
        stage.publishUntil(() -> versions().size() == 100);
        long calls = scriptCalls() - before;
        assertThat(calls).isBetween(100L, 115L);
        assertThat(stage.ticks).isGreaterThanOrEqualTo(9);
    }

    @Test
    void aWindowThatExpires_isRemoved_andOneThatComesAfterIt_isNewer() throws Exception {
        stage = new Stage(HashMapStateBackend::new, null);
        for (int i = 0; i < 40; i++) {
            stage.take(Events.transaction(i, i, START + i, 7, 3, 1_000));
        }
        stage.publishUntil(() -> versions().size() == 1);
        long later = START + 40 * Events.DAY;
        stage.harness.processWatermark(new Watermark(later * 1_000));
        stage.publishUntil(() -> versions().isEmpty());
        stage.take(Events.transaction(41, 41, later, 7, 3, 1_000));
        stage.publishUntil(() -> versions().size() == 1);

        // The same, but that the store never learns of the moment without a window.
        stage.take(Events.transaction(42, 42, later + 1, 7, 3, 1_000));
        stage.publishUntil(() -> version(7).endsWith("-" + ((later << 16) + 1)));
        long last = later + 40 * Events.DAY;
        stage.harness.processWatermark(new Watermark(last * 1_000));
        stage.take(Events.transaction(43, 43, last, 7, 3, 1_000));
        stage.publishUntil(() -> version(7).endsWith("-" + (last << 16)));
    }

    private String version(long customer) {
        return versions().getOrDefault(customer, "");
    }

    private Map<Long, String> versions() {
        Map<Long, String> versions = new TreeMap<>();
        try (Jedis jedis = redis.connect()) {
            for (String key : jedis.keys("cardwatch:{c:*}")) {
                versions.put(StoreKey.id(key).orElseThrow(), jedis.hget(key, "version"));
            }
        }
        return versions;
    }

    /** Whether the store holds all of the state, and nothing else. */
    private boolean isClean() {
        return heartbeat().map(told -> told.filled && told.clean).orElse(false);
    }

    /** What the stage told last. */
    private Optional<Heartbeat> heartbeat() {
        try (Jedis jedis = redis.connect()) {
            return Optional.ofNullable(jedis.hget("cardwatch:published", "customer:0"))
                    .flatMap(text -> Heartbeat.parse("customer:0", text))
                    .filter(told -> told.epoch == stage.publishing.epoch);
        }
    }

    private Map<String, String> published(long customer) {
        try (Jedis jedis = redis.connect()) {
            return jedis.hgetAll(StoreKey.window(WindowKind.CUSTOMER, customer));
        }
    }

    private long ttl(long customer) {
        try (Jedis jedis = redis.connect()) {
            return jedis.ttl(StoreKey.window(WindowKind.CUSTOMER, customer));
        }
    }

    private long scriptCalls() {
        try (Jedis jedis = redis.connect()) {
            return jedis.info("commandstats")
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_evalsha:"))
                    .map(line -> line.replaceFirst("cmdstat_evalsha:calls=(\\d+),.*", "$1"))
                    .mapToLong(Long::parseLong)
                    .sum();
        }
    }

    /** The customers' stage. */
    private final class Stage {
        private final WindowTimes times;
        private final WindowFormat format;
        private final WindowQuery query;
        private final OnlinePublishing publishing;
        private final KeyedOneInputStreamOperatorTestHarness<Long, Transaction, FeaturedTransaction> harness;
        private int ticks;

        Stage(Supplier<StateBackend> backend, OperatorSubtaskState state, String... setting) throws Exception {
            Map<String, String> texts = new TreeMap<>(Map.of("online.url", redis.url()));
            if (setting.length > 0) {
                texts.put(setting[0], setting[1]);
            }
            Settings settings = new SettingsLoader().layer("test", texts).load();
            times = WindowTimes.of(settings);
            format = new WindowFormat(FeatureSet.REFERENCE, times);
            query = new WindowQuery(FeatureSet.REFERENCE, times);
            publishing = OnlinePublishing.of(settings).orElseThrow();
            harness = new KeyedOneInputStreamOperatorTestHarness<>(
                    new CustomerWindowOperator(new StageSettings(
                            FeatureSet.REFERENCE, times, false, Contacts.KEPT, 0.3, publishing, DEAD_LETTERS)),
                    transaction -> transaction.customerId,
                    Types.LONG);
            harness.setStateBackend(backend.get());
            harness.setProcessingTime(wallClock);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        FeaturedTransaction take(Transaction transaction) throws Exception {
            harness.processElement(new StreamRecord<>(transaction));
            return harness.extractOutputValues()
                    .get(harness.extractOutputValues().size() - 1);
        }

        CustomerWindow read(long customer) {
            try (Jedis jedis = redis.connect()) {
                byte[] key = StoreKey.window(WindowKind.CUSTOMER, customer).getBytes(UTF_8);
                return format.readCustomer(jedis.hget(key, "window".getBytes(UTF_8)));
            }
        }

        void tick() throws Exception {
            wallClock += 100;
            harness.setProcessingTime(wallClock);
            ticks++;
        }

        void publishUntil(Supplier<Boolean> condition) throws Exception {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (!condition.get()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                tick();
            }
        }

        void close() throws Exception {
            harness.close();
        }
    }
}
