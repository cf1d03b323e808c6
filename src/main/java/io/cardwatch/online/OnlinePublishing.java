package io.cardwatch.online;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.feature.WindowFormat;
import io.cardwatch.feature.WindowKind;
import io.cardwatch.feature.WindowPublisher;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.metrics.Metrics;
import java.util.Optional;

/**
 * How a job publishes its windows to the online store.
 *
 * <p>Versions of windows are (epoch, count). The count is the window's own. The epoch is the wall clock of the submission:
 * what a later submission publishes replaces what an earlier one has left, whatever state it starts from.
 */
public final class OnlinePublishing implements WindowPublisher.Factory {
    private static final long serialVersionUID = 1L;
    /** Windows get half of the writes, the transactions the other half. */
    static final int SHARES = 2;

    final StoreConnection connection;
    /** UTC epoch milliseconds. */
    final long epoch;
    /** The settings that the windows' bytes depend on. */
    final String format;

    private final long intervalMillis;
    private final int writesPerSecond;
    private final WindowTimes times;

    private OnlinePublishing(StoreConnection connection, Settings settings) {
        this.connection = connection;
        this.epoch = System.currentTimeMillis();
        this.times = WindowTimes.of(settings);
        this.format = new WindowFormat(settings.get(Options.FEATURES_SET), times).settings();
        this.intervalMillis = settings.get(Options.ONLINE_PUBLISH_INTERVAL).toMillis();
        this.writesPerSecond = settings.get(Options.ONLINE_MAX_WRITES_PER_SECOND) / SHARES;
    }

    /** What the settings ask for; nothing where they name no store. */
    public static Optional<OnlinePublishing> of(Settings settings) {
        return StoreConnection.of(settings).map(connection -> new OnlinePublishing(connection, settings));
    }

    @Override
    public long intervalMillis() {
        return intervalMillis;
    }

    /** Writes a second of one subtask of {@code subtasks}; each kind of window has as many. */
    double writesPerSecond(int subtasks) {
        return writesPerSecond / (double) (subtasks * WindowKind.values().length);
    }

    /** After how many seconds without a change the store may forget a window. */
    long secondsToLive(WindowKind kind) {
        return times.lifeSeconds(kind);
    }

    @Override
    public WindowPublisher open(WindowPublisher.Windows windows, Metrics metrics) throws Exception {
        return new KeyPublisher(this, windows, metrics);
    }
}
