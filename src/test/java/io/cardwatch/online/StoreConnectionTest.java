package io.cardwatch.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** How the store is reached: a user with a password that changes, a certificate, a cluster. */
class StoreConnectionTest {
    private static final int SLOTS = 16_384;

    @TempDir
    private Path folder;

    @Test
    void aUserHasItsPasswordAskedForAgain_andNeedsNoMoreRightsThanTheTableSays() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "first\n");
        try (OwnRedis redis = new OwnRedis(folder);
                Jedis admin = redis.connect()) {
            admin.aclSetUser(
                    "cardwatch",
                    "reset",
                    "on",
                    ">first",
                    "~cardwatch:*",
                    "+@read",
                    "+@write",
                    "+@scripting",
                    "+@connection",
                    "+command");
            StoreConnection connection = connection(Map.of(
                    "online.url",
                    redis.url(),
                    "online.user",
                    "cardwatch",
                    "online.password-file",
                    password.toString()));
            try (UnifiedJedis jedis = connection.open(1)) {
                assertThat(publish(jedis, 7)).isEqualTo(1L);
            }
            admin.aclSetUser("cardwatch", "resetpass", ">second");
            assertThatThrownBy(() -> connection.open(1).close()).isInstanceOf(JedisException.class);
            Files.writeString(password, "second\n");
            try (UnifiedJedis jedis = connection.open(1)) {
                assertThat(publish(jedis, 8)).isEqualTo(1L);
            }
        }
    }

    @Test
    void overTls_aServerMustProveItsName() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        Path good = authority.sign("localhost");
        Path other = authority.sign("elsewhere.example");
        assertThat(publishOverTls(good, authority)).isEqualTo(1L);
        assertThatThrownBy(() -> publishOverTls(other, authority)).isInstanceOf(JedisException.class);
    }

    private Object publishOverTls(Path certificate, TestAuthority authority) throws Exception {
        Path key =
                certificate.resolveSibling(certificate.getFileName().toString().replaceFirst("crt$", "key"));
        try (OwnRedis redis = new OwnRedis(
                        folder,
                        "port 0",
                        "tls-port PORT",
                        "tls-cert-file " + certificate,
                        "tls-key-file " + key,
                        "tls-auth-clients no",
                        "tls-ca-cert-file " + certificate);
                UnifiedJedis jedis = connection(Map.of(
                                "online.url",
                                "rediss://localhost:" + redis.port(),
                                "online.tls-ca-file",
                                authority.certificate.toString()))
                        .open(1)) {
            return publish(jedis, 7);
        }
    }

    @Test
    void inAClusterEachKeyGoesToItsServer_andWhereASlotMovesTo() throws Exception {
        try (Cluster cluster = new Cluster();
                UnifiedJedis jedis = cluster.connection().open(1);
                OnlineStore store = cluster.store()) {
            assertThat(jedis).isInstanceOf(JedisCluster.class);
            assertThat(StoreConnection.run(jedis, calls(1))).containsOnly(1L);
            assertThat(cluster.one.dbSize()).isPositive();
            assertThat(cluster.two.dbSize()).isPositive();
            assertThat(cluster.one.dbSize() + cluster.two.dbSize()).isEqualTo(100);
            assertThat(versions(store)).isEqualTo(Collections.nCopies(100, "1-1"));

            cluster.moveToSecond("cardwatch:{c:" + cluster.idOnFirst() + "}");
            assertThat(StoreConnection.run(jedis, calls(2))).containsOnly(1L);
            assertThat(versions(store)).isEqualTo(Collections.nCopies(100, "1-2"));
            assertThat(cluster.one.dbSize() + cluster.two.dbSize()).isEqualTo(100);
        }
    }

    @Test
    void inACluster_aUserNeedsToSeeTheSlots_andNothingElseBesides() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "secret\n");
        try (Cluster cluster = new Cluster()) {
            for (Jedis node : List.of(cluster.one, cluster.two)) {
                node.aclSetUser(
                        "cardwatch",
                        "reset",
                        "on",
                        ">secret",
                        "~cardwatch:*",
                        "+@read",
                        "+@write",
                        "+@scripting",
                        "+@connection",
                        "+command",
                        "+cluster|slots");
            }
            Map<String, String> settings = Map.of(
                    "online.url",
                    cluster.first.url(),
                    "online.user",
                    "cardwatch",
                    "online.password-file",
                    password.toString());
            try (UnifiedJedis jedis = connection(settings).open(1);
                    OnlineStore store = OnlineStore.of(settings(settings), 1)) {
                assertThat(StoreConnection.run(jedis, calls(1))).containsOnly(1L);
                assertThat(versions(store)).isEqualTo(Collections.nCopies(100, "1-1"));
                cluster.moveToSecond("cardwatch:{c:" + cluster.idOnFirst() + "}");
                assertThat(StoreConnection.run(jedis, calls(2))).containsOnly(1L);
                cluster.one.aclSetUser("cardwatch", "-cluster");
                assertThatThrownBy(() -> connection(settings).open(1).close()).isInstanceOf(JedisException.class);
            }
        }
    }

    @Test
    void aNodeOfAClusterThatIsKilled_isAFailureOfTheStore_untilItIsBack() throws Exception {
        try (Cluster cluster = new Cluster();
                OnlineStore store = cluster.store();
                StoreWriter writer =
                        new StoreWriter(cluster.connection(), Metrics.of(new UnregisteredMetricsGroup()))) {
            assertThat(hasWritten(writer)).isTrue();
            assertThat(versions(store)).isEqualTo(Collections.nCopies(100, "1-1"));
            cluster.second.kill();
            assertThat(hasWritten(writer)).isFalse();
            assertThatThrownBy(() -> versions(store)).isInstanceOf(StoreUnavailableException.class);
            cluster.second.start();
            cluster.awaitItself();
            while (!hasWritten(writer)) {
                Thread.onSpinWait();
            }
            assertThat(versions(store)).isEqualTo(Collections.nCopies(100, "1-1"));
        }
    }

    private static boolean hasWritten(StoreWriter writer) throws Exception {
        while (!writer.isIdle()) {
            Thread.onSpinWait();
        }
        writer.begin(jedis -> {
            for (Object result : StoreConnection.run(jedis, calls(1))) {
                if (result instanceof JedisDataException) {
                    throw (JedisDataException) result;
                }
            }
        });
        while (!writer.isIdle() && !writer.hasFailed()) {
            Thread.onSpinWait();
        }
        return !writer.hasFailed();
    }

    private static List<Script.Call> calls(int count) {
        return IntStream.range(0, 100).mapToObj(id -> call(id, count)).collect(Collectors.toList());
    }

    /** The versions of the windows that {@link #calls} write. */
    private static List<String> versions(OnlineStore store) throws StoreUnavailableException {
        List<OnlineStore.Key> keys = IntStream.range(0, 100)
                .mapToObj(id -> new OnlineStore.Key(WindowKind.CUSTOMER, id))
                .collect(Collectors.toList());
        OnlineStore.Reading reading = store.read(keys);
        return keys.stream().map(key -> reading.get(key).version).collect(Collectors.toList());
    }

    /** Two servers that share the slots. */
    private final class Cluster implements AutoCloseable {
        private final OwnRedis first = new OwnRedis(folder, "cluster-enabled yes", "cluster-config-file first.conf");
        private final OwnRedis second = new OwnRedis(folder, "cluster-enabled yes", "cluster-config-file second.conf");
        private final Jedis one = first.connect();
        private Jedis two = second.connect();

        Cluster() throws Exception {
            one.clusterAddSlots(IntStream.range(0, SLOTS / 2).toArray());
            two.clusterAddSlots(IntStream.range(SLOTS / 2, SLOTS).toArray());
            one.clusterMeet("127.0.0.1", second.port());
            awaitItself();
        }

        void awaitItself() {
            two.close();
            two = second.connect();
            while (!one.clusterInfo().contains("cluster_state:ok")
                    || !two.clusterInfo().contains("cluster_state:ok")) {
                Thread.onSpinWait();
            }
        }

        StoreConnection connection() {
            return StoreConnectionTest.connection(Map.of("online.url", first.url()));
        }

        OnlineStore store() throws StoreUnavailableException {
            return OnlineStore.of(settings(Map.of("online.url", first.url())), 1);
        }

        /** A customer whose window the first server has. */
        int idOnFirst() {
            return IntStream.range(0, 100)
                    .filter(id -> JedisClusterCRC16.getSlot("cardwatch:{c:" + id + "}") < SLOTS / 2)
                    .findFirst()
                    .orElseThrow();
        }

        /** Moves the slot of a key. */
        void moveToSecond(String key) {
            int slot = JedisClusterCRC16.getSlot(key);
            two.clusterSetSlotImporting(slot, one.clusterMyId());
            one.clusterSetSlotMigrating(slot, two.clusterMyId());
            for (String moved : one.clusterGetKeysInSlot(slot, 100)) {
                one.migrate("127.0.0.1", second.port(), moved, 0, 5_000);
            }
            two.clusterSetSlotNode(slot, two.clusterMyId());
            one.clusterSetSlotNode(slot, two.clusterMyId());
        }

        @Override
        public void close() {
            one.close();
            two.close();
            first.close();
            second.close();
        }
    }

    private static Object publish(UnifiedJedis jedis, long id) {
        return StoreConnection.run(jedis, List.of(call(id, 1))).get(0);
    }

    private static Script.Call call(long id, int count) {
        return Script.PUBLISH.on(
                List.of("cardwatch:{c:" + id + "}"), 1, count, 60, "window", "bytes", "settings", "", "as_of", "");
    }

    private static StoreConnection connection(Map<String, String> settings) {
        return StoreConnection.of(settings(settings)).orElseThrow();
    }

    private static Settings settings(Map<String, String> settings) {
        return new SettingsLoader().layer("test", settings).load();
    }
}
