package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;

/** A window as the store holds it. */
public final class StoredWindow {
    /** The window in the format of {@link io.cardwatch.feature.WindowFormat}. */
    public final byte[] bytes;
    /** Its version, {@code EPOCH-COUNT}. */
    public final String version;
    /** The settings that its bytes depend on. */
    public final String settings;
    /** Time of its newest event, {@code yyyy-MM-dd HH:mm:ss} UTC. */
    public final String asOf;

    private StoredWindow(byte[] bytes, String version, String settings, String asOf) {
        this.bytes = bytes;
        this.version = version;
        this.settings = settings;
        this.asOf = asOf;
    }

    /** From window, version, settings and as_of; nothing where one is missing. */
    static Optional<StoredWindow> of(List<byte[]> fields) {
        return fields.contains(null)
                ? Optional.empty()
                : Optional.of(
                        new StoredWindow(fields.get(0), text(fields.get(1)), text(fields.get(2)), text(fields.get(3))));
    }

    /** The submission of the job that wrote it; 0 where its version is none. */
    long epoch() {
        return version.matches("\\d{1,18}-\\d+") ? Long.parseLong(version.substring(0, version.indexOf('-'))) : 0;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
