package io.cardwatch.online;

import io.cardwatch.feature.WindowKind;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How far a job has published its windows, told by its subtasks. */
public final class Publication {
    /** Told by the newest submission's subtasks, one of each kind for each number. */
    private final List<Heartbeat> heartbeats;
    /** The newest submission; 0 where none has told anything. */
    private final long epoch;
    /** Whether every subtask has told something. */
    private final boolean complete;

    Publication(List<Heartbeat> all) {
        this.epoch = all.stream().mapToLong(heartbeat -> heartbeat.epoch).max().orElse(0);
        List<Heartbeat> newest =
                all.stream().filter(heartbeat -> heartbeat.epoch == epoch).collect(Collectors.toList());
        // A cluster that rescales a job by itself keeps the submission: the last to speak knows how many there are.
        int subtasks = newest.stream()
                .max(Comparator.comparingLong(heartbeat -> heartbeat.publishedThrough))
                .map(heartbeat -> heartbeat.subtasks)
                .orElse(0);
        this.heartbeats = newest.stream()
                .filter(heartbeat -> heartbeat.subtask < subtasks)
                .collect(Collectors.toList());
        this.complete = subtasks > 0 && heartbeats.size() == subtasks * WindowKind.values().length;
    }

    /** All that changed before is in the store, UTC epoch milliseconds; 0 where some subtask has not told. */
    public long through() {
        return complete
                ? heartbeats.stream()
                        .mapToLong(heartbeat -> heartbeat.publishedThrough)
                        .min()
                        .orElseThrow()
                : 0;
    }

    /**
     * Whether the store may not have what the job knows of a window, though {@link #through} is recent: the window is
     * missing while the store is being filled, or an earlier submission's while such windows are being replaced or removed.
     *
     * @param window null where the store has none
     */
    public boolean mayBeMissing(StoredWindow window) {
        return window == null
                ? !all(heartbeat -> heartbeat.filled)
                : window.epoch() < epoch && !all(told -> told.clean);
    }

    private boolean all(Predicate<Heartbeat> condition) {
        return complete && heartbeats.stream().allMatch(condition);
    }

    /** The customers' watermark, UTC epoch milliseconds; {@link Long#MIN_VALUE} where there is none yet. */
    public long watermark() {
        return watermark(heartbeat -> heartbeat.kind == WindowKind.CUSTOMER);
    }

    /** The watermark of the subtask that is furthest behind, as {@link #watermark()}. */
    public long oldestWatermark() {
        return watermark(any -> true);
    }

    private long watermark(Predicate<Heartbeat> asked) {
        return heartbeats.stream()
                .filter(asked)
                .mapToLong(heartbeat -> heartbeat.watermark)
                .min()
                .orElse(Long.MIN_VALUE);
    }

    /** The settings that the job's windows depend on; nothing where no job has told any. */
    public Optional<String> settings() {
        return heartbeats.stream().map(heartbeat -> heartbeat.settings).findFirst();
    }
}
