package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.EventTime;
import io.cardwatch.domain.Feature;
import io.cardwatch.feature.PublishedWindow;
import io.cardwatch.feature.WindowPublisher;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import it.unimi.dsi.fastutil.longs.Long2LongLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.IOUtils;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Publishes the windows of one subtask. Keys that changed wait in the order of their first change; each is published once,
 * with its newest window, when its turn comes. So a key that changes often costs no more than one that changes seldom.
 *
 * <p>At the start every key of the state is published once, and then the store's windows that the state does not have are
 * removed. The same happens again after the store could not be reached, since it may have lost what it had, and after more
 * keys changed than may wait. Keys that changed do not wait for that: they have at least half of the writes.
 */
final class KeyPublisher implements WindowPublisher {
    /** Keys that may wait; each takes about 40 bytes. */
    private static final int MOST_WAITING = 1_000_000;
    /** A window of so many bytes counts as one write; a larger one counts as more and rests for as many intervals. */
    private static final int BYTES_PER_WRITE = 16_384;

    private static final int FIXED_ARGUMENTS = 13;

    private static final long HEARTBEAT_MILLIS = 1_000;
    private static final double MILLIS = 1e3;
    /** A subtask that was held up makes up for at most so much of the time. */
    private static final double MOST_SECONDS_TO_MAKE_UP = 1;

    private final OnlinePublishing options;
    private final Windows windows;
    private final StoreWriter writer;
    private final double writesPerMilli;
    private final Counter writes;

    /** Keys to publish, each with the wall clock of its first unpublished change; the oldest first. */
    private final Long2LongLinkedOpenHashMap waiting = new Long2LongLinkedOpenHashMap();
    /** Keys with a large window that was published lately, with the wall clock at which they may be published again. */
    private final Long2LongOpenHashMap resting = new Long2LongOpenHashMap();

    /** Keys of the state that are still to be published; null when all are. */
    private CloseableIterator<Long> sweep;
    /** Removes what the state does not have; null when that is done. */
    private StaleWindows stale;
    /** Whether more keys changed than may wait. */
    private boolean overflown;
    /** Whether the store may have lost something. */
    private boolean lost;
    /** From when on the store may lack changes of keys that do not wait, wall clock; {@link Long#MAX_VALUE} for none. */
    private long missingSince = Long.MAX_VALUE;

    /** What the writer writes or wrote last. Its thread reads it until it is idle. */
    private final List<Change> batch = new ArrayList<>();
    /** Which of the batch the store refused. */
    private BitSet refused = new BitSet();

    private double allowance;
    /** The wall clock when {@link #publish} was last called. */
    private long now;

    private long lastPublished;
    private long nextHeartbeat;
    private String lastHeartbeat = "";
    private boolean storeKeptHeartbeat = true;
    /** All that changed before is in the store, unless it lost something since. */
    private long keptThrough;
    /** The longest that a key of the last batch had waited, in milliseconds; asked for by other threads. */
    private volatile long waitedMillis;

    KeyPublisher(OnlinePublishing options, Windows windows, Metrics metrics) throws Exception {
        this.options = options;
        this.windows = windows;
        this.now = windows.now();
        this.lastPublished = now;
        this.keptThrough = now;
        this.writer = new StoreWriter(options.connection, metrics);
        this.writesPerMilli = options.writesPerSecond(windows.subtasks()) / MILLIS;
        this.writes = metrics.counter(Metric.ONLINE_WRITES);
        metrics.gauge(Metric.ONLINE_INTERVAL_MILLIS, () -> Math.max(options.intervalMillis(), waitedMillis));
        publishAll();
    }

    private void publishAll() throws Exception {
        if (sweep != null) {
            sweep.close();
        }
        sweep = windows.keys();
        stale = new StaleWindows(windows, options.epoch);
        lastHeartbeat = "";
        nextHeartbeat = now;
    }

    @Override
    public void changed(long key) {
        if (waiting.size() < MOST_WAITING) {
            waiting.putIfAbsent(key, now);
        } else if (!waiting.containsKey(key)) {
            overflown = true;
            missingSince = Math.min(missingSince, now);
        }
    }

    @Override
    public void publish() throws Exception {
        now = windows.now();
        if (!writer.isIdle()) {
            return;
        }
        settle();
        allowance = Math.min(
                allowance + (now - lastPublished) * writesPerMilli, writesPerMilli * MILLIS * MOST_SECONDS_TO_MAKE_UP);
        lastPublished = now;
        addAll();
        addChanged();
        begin();
    }

    /** Learns what became of the last batch. */
    private void settle() throws Exception {
        boolean failed = writer.hasFailed();
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (failed || refused.get(i)) {
                Change change = batch.get(i);
                long since = Math.min(change.since, waiting.getOrDefault(change.key, Long.MAX_VALUE));
                waiting.putAndMoveToFirst(change.key, since);
            } else {
                writes.inc();
            }
        }
        batch.clear();
        if (failed || !storeKeptHeartbeat) {
            lost = true;
            missingSince = Math.min(missingSince, keptThrough);
        }
        storeKeptHeartbeat = true;
        if (!failed && (lost || (overflown && sweep == null))) {
            lost = false;
            overflown = false;
            publishAll();
        }
    }

    /** Adds keys of the state, up to half of what is allowed. */
    private void addAll() throws Exception {
        double kept = allowance / 2;
        while (sweep != null && allowance > kept) {
            if (!sweep.hasNext()) {
                sweep.close();
                sweep = null;
                if (!lost && !overflown) {
                    missingSince = Long.MAX_VALUE;
                }
                return;
            }
            long key = sweep.next();
            long since = Math.min(now, missingSince);
            if (waiting.containsKey(key)) {
                // The store may lack more than the change for which it waits.
                waiting.put(key, Math.min(since, waiting.get(key)));
            } else {
                add(key, since);
            }
        }
    }

    private void addChanged() throws Exception {
        resting.long2LongEntrySet().removeIf(rest -> rest.getLongValue() <= now);
        waitedMillis = waiting.isEmpty() ? 0 : now - waiting.get(waiting.firstLongKey());
        int left = waiting.size();
        while (left > 0 && allowance > 0) {
            left--;
            long key = waiting.firstLongKey();
            long since = waiting.removeFirstLong();
            if (resting.containsKey(key)) {
                waiting.putAndMoveToLast(key, since);
            } else {
                add(key, since);
            }
        }
    }

    private void add(long key, long since) throws Exception {
        PublishedWindow window = windows.get(key);
        batch.add(new Change(key, since, window));
        int weight = window == null ? 1 : 1 + window.bytes.length / BYTES_PER_WRITE;
        allowance -= weight;
        if (weight > 1) {
            resting.put(key, now + weight * options.intervalMillis());
        }
    }

    private void begin() {
        Heartbeat heartbeat = now >= nextHeartbeat ? heartbeat() : null;
        StaleWindows cleaning = sweep == null ? stale : null;
        if (batch.isEmpty() && heartbeat == null && cleaning == null) {
            return;
        }
        String told = lastHeartbeat;
        long leastNewVersion = windows.leastNewVersion();
        String publishedAt = Instant.ofEpochMilli(now).toString();
        BitSet refusals = new BitSet();
        refused = refusals;
        writer.begin(jedis -> {
            List<Script.Call> calls = new ArrayList<>(batch.size());
            for (Change change : batch) {
                calls.add(call(change, leastNewVersion, publishedAt));
            }
            write(jedis, calls, refusals);
            if (cleaning != null && cleaning.step(jedis)) {
                stale = null;
            }
            if (heartbeat != null) {
                tell(jedis, heartbeat, told);
            }
        });
    }

    private Script.Call call(Change change, long leastNewVersion, String publishedAt) {
        List<String> keys = List.of(StoreKey.window(windows.kind(), change.key));
        PublishedWindow window = change.window;
        if (window == null) {
            return Script.REMOVE.on(keys, options.epoch, leastNewVersion);
        }
        List<Object> arguments = new ArrayList<>(FIXED_ARGUMENTS + 2 * window.features.size());
        Collections.addAll(
                arguments,
                options.epoch,
                window.version,
                options.secondsToLive(windows.kind()),
                "window",
                window.bytes,
                "settings",
                options.format,
                "as_of",
                EventTime.format(window.asOf),
                "published_at",
                publishedAt,
                "valid_until",
                window.validUntil == Long.MAX_VALUE ? "" : EventTime.format(window.validUntil));
        for (Feature feature : window.features) {
            double value = window.values[feature.index()];
            arguments.add(feature.column());
            arguments.add(Double.isNaN(value) ? "" : value);
        }
        return Script.PUBLISH.on(keys, arguments);
    }

    private static void write(UnifiedJedis jedis, List<Script.Call> calls, BitSet refusals) {
        List<Object> results = StoreConnection.run(jedis, calls);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof JedisDataException) {
                refusals.set(i);
            }
        }
        if (refusals.cardinality() * 2 > results.size()) {
            throw (JedisDataException) results.get(refusals.nextSetBit(0));
        }
    }

    private Heartbeat heartbeat() {
        nextHeartbeat = now + HEARTBEAT_MILLIS;
        long through = Math.min(now, missingSince);
        for (Iterator<Long2LongMap.Entry> all = waiting.long2LongEntrySet().fastIterator(); all.hasNext(); ) {
            through = Math.min(through, all.next().getLongValue());
        }
        for (Change change : batch) {
            through = Math.min(through, change.since);
        }
        return new Heartbeat(
                windows.kind(),
                windows.subtask(),
                windows.subtasks(),
                options.epoch,
                through,
                windows.watermark(),
                sweep == null && !overflown && !lost,
                stale == null && !lost,
                options.format);
    }

    private void tell(UnifiedJedis jedis, Heartbeat heartbeat, String told) {
        String json = heartbeat.json();
        Object kept = StoreConnection.run(
                        jedis,
                        List.of(Script.HEARTBEAT.on(
                                List.of(StoreKey.PUBLISHED),
                                heartbeat.field(),
                                told,
                                json,
                                options.secondsToLive(windows.kind()))))
                .get(0);
        if (kept instanceof JedisDataException) {
            throw (JedisDataException) kept;
        }
        if (kept instanceof Long) {
            lastHeartbeat = json;
            keptThrough = heartbeat.publishedThrough;
        } else {
            storeKeptHeartbeat = false;
            // A store that came back as it was earlier tells how early.
            Heartbeat.parse(heartbeat.field(), new String((byte[]) kept, UTF_8))
                    .filter(held -> held.epoch == options.epoch)
                    .ifPresent(held -> keptThrough = Math.min(keptThrough, held.publishedThrough));
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } finally {
            if (sweep != null) {
                IOUtils.closeQuietly(sweep);
            }
        }
    }

    /** A key to write. */
    private static final class Change {
        final long key;
        /** Wall clock of its first unpublished change. */
        final long since;
        /** Null where the state has no window of it any more. */
        final PublishedWindow window;

        Change(long key, long since, PublishedWindow window) {
            this.key = key;
            this.since = since;
            this.window = window;
        }
    }
}
