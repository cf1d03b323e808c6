package io.cardwatch.feature;

import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import it.unimi.dsi.fastutil.longs.Long2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.objects.ObjectIterator;
import java.io.IOException;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyedStateBackend;

/**
 * Keeps recently used windows decoded on the heap, before a state backend that stores bytes. A changed window is
 * written to the backend when it leaves the cache, and at every checkpoint. So checkpoints are the same as without a
 * cache, and a failure loses nothing. For the task's thread only.
 *
 * @param <W> the kind of windows
 */
final class WriteBackCache<W extends ExpiringWindow> implements ValueState<W> {
    /** An entry, its key and its place in the map. */
    private static final int ENTRY_BYTES = 96;

    private final KeyedStateBackend<Long> backend;
    private final ValueState<W> stored;
    private final long capacity;
    private final Counter hits;
    private final Counter misses;
    /** Least recently used first. */
    private final Long2ObjectLinkedOpenHashMap<Entry<W>> entries = new Long2ObjectLinkedOpenHashMap<>();

    private long bytes;

    /**
     * An empty cache.
     *
     * @param stored the state of {@code backend} that holds the windows
     * @param capacity bytes of heap that the windows may take; the window in use stays, whatever its size
     */
    WriteBackCache(KeyedStateBackend<Long> backend, ValueState<W> stored, long capacity, Metrics metrics) {
        this.backend = backend;
        this.stored = stored;
        this.capacity = capacity;
        this.hits = metrics.counter(Metric.WINDOW_CACHE_HITS);
        this.misses = metrics.counter(Metric.WINDOW_CACHE_MISSES);
    }

    /** The window of the current key, null where it has none. */
    @Override
    public W value() throws IOException {
        Entry<W> entry = entries.getAndMoveToLast((long) backend.getCurrentKey());
        if (entry != null) {
            hits.inc();
            return entry.window;
        }
        misses.inc();
        return stored.value();
    }

    /** The same for a reader that is no reason to keep it: it is not counted, and stays as old as it is. */
    W peek() throws IOException {
        Entry<W> entry = entries.get((long) backend.getCurrentKey());
        return entry == null ? stored.value() : entry.window;
    }

    /** Keeps the window of the current key. The caller may change it until its next key. */
    @Override
    public void update(W window) throws IOException {
        long key = backend.getCurrentKey();
        Entry<W> entry = entries.getAndMoveToLast(key);
        if (entry == null) {
            entry = new Entry<>();
            entries.put(key, entry);
        }
        entry.window = window;
        entry.changed = true;
        long size = heapBytes(window);
        bytes += size - entry.bytes;
        entry.bytes = size;
        if (bytes > capacity) {
            evict(key);
        }
    }

    /** Forgets the window of the current key. */
    @Override
    public void clear() {
        Entry<W> entry = entries.remove((long) backend.getCurrentKey());
        if (entry != null) {
            bytes -= entry.bytes;
        }
        stored.clear();
    }

    /** Writes all changed windows. The current key is undefined afterwards. */
    void flush() throws IOException {
        for (ObjectIterator<Long2ObjectMap.Entry<Entry<W>>> all =
                        entries.long2ObjectEntrySet().fastIterator();
                all.hasNext(); ) {
            Long2ObjectMap.Entry<Entry<W>> entry = all.next();
            write(entry.getLongKey(), entry.getValue());
        }
    }

    /** Bytes of heap that {@code window} takes in a cache. */
    static long heapBytes(ExpiringWindow window) {
        return ENTRY_BYTES + window.heapBytes();
    }

    private void evict(long currentKey) throws IOException {
        while (bytes > capacity && entries.size() > 1) {
            long key = entries.firstLongKey();
            Entry<W> entry = entries.removeFirst();
            bytes -= entry.bytes;
            write(key, entry);
        }
        backend.setCurrentKey(currentKey);
    }

    private void write(long key, Entry<W> entry) throws IOException {
        if (entry.changed) {
            backend.setCurrentKey(key);
            stored.update(entry.window);
            entry.changed = false;
        }
    }

    private static final class Entry<W> {
        W window;
        boolean changed;
        long bytes;
    }
}
