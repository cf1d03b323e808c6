package io.cardwatch.soak;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.config.SettingsLoader;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindow;
import io.cardwatch.feature.TerminalWindow;
import io.cardwatch.feature.WindowFormat;
import io.cardwatch.feature.WindowQuery;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.PaymentStory;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;
import redis.clients.jedis.Jedis;

/** The windows in the online store, asked about every payment of a story: each is known, as the oracle describes it. */
final class PublishedWindowsOf {
    private static final int POLL_MILLIS = 100;

    private final PaymentStory story;
    private final OwnRedis redis;
    private final WindowTimes times = WindowTimes.of(new SettingsLoader().load());
    private final WindowFormat format = new WindowFormat(FeatureSet.REFERENCE, times);
    private final WindowQuery query = new WindowQuery(FeatureSet.REFERENCE, times);

    PublishedWindowsOf(PaymentStory story, OwnRedis redis) {
        this.story = story;
        this.redis = redis;
    }

    /** Waits until all changes are published, and compares then. Every payment and every label changes a window. */
    void awaitEqual(JobClient job) throws Exception {
        try (Jedis jedis = redis.connect()) {
            long changes = 2L * story.transactions.size() + story.labels.size();
            while (changes(jedis) < changes) {
                JobOnKinesis.requireAlive(job);
                Thread.sleep(POLL_MILLIS);
            }
            Map<Long, CustomerWindow> customers = new HashMap<>();
            Map<Long, TerminalWindow> terminals = new HashMap<>();
            Map<String, double[]> expected = story.expectedFeatures();
            double[] features = new double[FeatureSet.REFERENCE.size()];
            for (Transaction payment : story.transactions) {
                CustomerWindow customer = customers.computeIfAbsent(
                        payment.customerId, id -> format.readCustomer(window(jedis, "c", id)));
                TerminalWindow terminal = terminals.computeIfAbsent(
                        payment.terminalId, id -> format.readTerminal(window(jedis, "t", id)));
                assertThat(query.ask(payment, customer, terminal, Long.MIN_VALUE, payment.epochSecond, features))
                        .isEqualTo(CustomerWindow.Arrival.REDELIVERED);
                assertThat(features).isEqualTo(expected.get(PaymentStory.name(payment)));
            }
        }
    }

    private static long changes(Jedis jedis) {
        return jedis.keys("cardwatch:{*}").stream()
                .mapToLong(key -> (Long.parseLong(jedis.hget(key, "version").split("-", -1)[1]) & 0xFFFF) + 1)
                .sum();
    }

    private static byte[] window(Jedis jedis, String kind, long id) {
        return jedis.hget(("cardwatch:{" + kind + ":" + id + "}").getBytes(UTF_8), "window".getBytes(UTF_8));
    }
}
