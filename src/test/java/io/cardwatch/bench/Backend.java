package io.cardwatch.bench;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend.PriorityQueueStateType;
import org.apache.flink.contrib.streaming.state.RocksDBOptions;

/** Where Flink keeps state and timers. */
enum Backend {
    HEAP("heap", "hashmap"),
    /** As Flink and the managed service have it: timers in RocksDB, too. */
    ROCKSDB("RocksDB", "rocksdb"),
    ROCKSDB_HEAP_TIMERS("RocksDB, heap timers", "rocksdb");

    private final String title;
    private final String factory;

    Backend(String title, String factory) {
        this.title = title;
        this.factory = factory;
    }

    Configuration configuration() {
        Configuration configuration = new Configuration().set(StateBackendOptions.STATE_BACKEND, factory);
        return this == ROCKSDB_HEAP_TIMERS
                ? configuration.set(RocksDBOptions.TIMER_SERVICE_FACTORY, PriorityQueueStateType.HEAP)
                : configuration;
    }

    @Override
    public String toString() {
        return title;
    }
}
