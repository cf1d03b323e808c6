package io.cardwatch.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Counts the bytes of heap that collections of this process have freed since it was asked for first. */
final class Garbage {
    private static final AtomicLong FREED = new AtomicLong();

    static {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, handback) -> {
                                GcInfo info = GarbageCollectionNotificationInfo.from(
                                                (CompositeData) notification.getUserData())
                                        .getGcInfo();
                                FREED.addAndGet(
                                        used(info.getMemoryUsageBeforeGc()) - used(info.getMemoryUsageAfterGc()));
                            },
                            null,
                            null);
        }
    }

    private Garbage() {}

    /** What has been freed; collects first, so that all garbage that was made until now is in it. */
    static long collected() throws InterruptedException {
        long before;
        long after = FREED.get();
        do {
            before = after;
            System.gc();
            // Notifications come a moment later, from a thread of their own.
            Thread.sleep(200);
            after = FREED.get();
        } while (after == before && before == 0);
        return after;
    }

    private static long used(Map<String, MemoryUsage> pools) {
        return pools.values().stream().mapToLong(MemoryUsage::getUsed).sum();
    }
}
