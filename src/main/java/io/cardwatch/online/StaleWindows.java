package io.cardwatch.online;

import io.cardwatch.feature.WindowPublisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Removes the windows of one subtask that only an earlier submission had, as after a start from an older savepoint. It
 * looks through the whole store, a piece at a time, because the store knows no subtasks.
 */
final class StaleWindows {
    private static final int KEYS_PER_STEP = 1_000;
    /** Less than any window's count. */
    private static final int NO_COUNT = 0;

    private final WindowPublisher.Windows windows;
    private final long epoch;
    /** Servers still to be looked through; null before the first step. */
    private Deque<ConnectionPool> servers;

    private String cursor = ScanParams.SCAN_POINTER_START;

    StaleWindows(WindowPublisher.Windows windows, long epoch) {
        this.windows = windows;
        this.epoch = epoch;
    }

    /** Looks through the next keys; true when there are no more. */
    boolean step(UnifiedJedis jedis) {
        ScanParams piece =
                new ScanParams().match(StoreKey.anyWindow(windows.kind())).count(KEYS_PER_STEP);
        ScanResult<String> found =
                jedis instanceof JedisCluster ? scan((JedisCluster) jedis, piece) : jedis.scan(cursor, piece);
        List<Script.Call> removals = new ArrayList<>();
        for (String key : found.getResult()) {
            OptionalLong id = StoreKey.id(key);
            if (id.isPresent() && windows.owns(id.getAsLong())) {
                removals.add(Script.REMOVE.on(List.of(key), epoch, NO_COUNT));
            }
        }
        StoreConnection.run(jedis, removals);
        cursor = found.getCursor();
        if (!found.isCompleteIteration()) {
            return false;
        }
        return servers == null || nextServer();
    }

    private boolean nextServer() {
        servers.removeFirst();
        return servers.isEmpty();
    }

    private ScanResult<String> scan(JedisCluster cluster, ScanParams piece) {
        if (servers == null) {
            servers = new ArrayDeque<>(cluster.getClusterNodes().values());
        }
        try (Connection connection = servers.getFirst().getResource()) {
            return new Jedis(connection).scan(cursor, piece);
        }
    }
}
