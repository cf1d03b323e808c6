package io.cardwatch.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of those who may call {@code serve}, from a file or a secret of AWS Secrets Manager:
 * {@code [{"accessKeyId":"…","secretAccessKey":"…","paths":["/v1/*"]}]}. Whoever asks for a key looks first whether the
 * file has changed, at most once a second, while others get what was known before; the secret is asked for once a
 * minute, by a thread of its own. What cannot be used then is logged, and the keys before stay in force.
 */
public final class ServeCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCredentials.class);
    private static final Duration FILE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SECRET_INTERVAL = Duration.ofSeconds(60);

    private final Place place;
    private final LongSupplier nanoTime;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long lookedAt;
    private volatile Map<String, ServeKey> keys;

    private ServeCredentials(Place place, LongSupplier nanoTime) {
        this.place = place;
        this.nanoTime = nanoTime;
        keys = place.read().orElseThrow();
        lookedAt = nanoTime.getAsLong();
    }

    /**
     * The keys at the place that the settings name, read once by now.
     *
     * @param nanoTime {@link System#nanoTime}
     * @throws BadInputException when they name none, or what is there cannot be used
     */
    public static ServeCredentials of(Settings settings, LongSupplier nanoTime) {
        Optional<String> file = settings.get(Options.SERVE_CREDENTIALS_FILE);
        Optional<String> secret = settings.get(Options.SERVE_CREDENTIALS_SECRET);
        if (file.isEmpty() && secret.isEmpty()) {
            throw new BadInputException(
                    "nothing says who may call serve",
                    "Name the keys' place with serve.credentials-file or serve.credentials-secret.");
        }
        return new ServeCredentials(
                file.<Place>map(name -> new KeyFile(Path.of(name)))
                        .orElseGet(() -> new KeySecret(secret.orElseThrow())),
                nanoTime);
    }

    /** The key of that name, as of the last look; empty when there is none. Never waits for another look. */
    public Optional<ServeKey> key(String accessKeyId) {
        if (nanoTime.getAsLong() - lookedAt >= place.interval().toNanos() && looking.compareAndSet(false, true)) {
            place.look(() -> {
                try {
                    place.read().ifPresent(read -> keys = read);
                } catch (BadInputException e) {
                    LOG.warn("The keys of serve stay as they were: {}. {}", e.getMessage(), e.remedy());
                } finally {
                    lookedAt = nanoTime.getAsLong();
                    looking.set(false);
                }
            });
        }
        return Optional.ofNullable(keys.get(accessKeyId));
    }

    /** Where the keys are. */
    private interface Place {
        /** Between two looks. */
        Duration interval();

        /** Runs {@code look}, now or soon. */
        void look(Runnable look);

        /**
         * The keys; empty when they are known not to have changed since the last call. Calls follow each other.
         *
         * @throws BadInputException when they cannot be used
         */
        Optional<Map<String, ServeKey>> read();
    }

    /** A local file; a look at its attributes costs microseconds. */
    private static final class KeyFile implements Place {
        private static final Set<PosixFilePermission> OF_OTHERS =
                Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

        private final Path file;
        /** What a change of the file changes, as of the last read. */
        private Map<String, Object> seen = Map.of();

        KeyFile(Path file) {
            this.file = file;
        }

        @Override
        public Duration interval() {
            return FILE_INTERVAL;
        }

        @Override
        public void look(Runnable look) {
            look.run();
        }

        @Override
        public Optional<Map<String, ServeKey>> read() {
            // Before the bytes: what is written meanwhile differs from it, and is read the next time.
            Map<String, Object> attributes = attributes();
            if (attributes.equals(seen)) {
                return Optional.empty();
            }
            seen = attributes;
            Set<?> permissions = (Set<?>) attributes.getOrDefault("permissions", Set.of());
            if (!Collections.disjoint(permissions, OF_OTHERS)) {
                throw new BadInputException(
                        file + ", which holds the keys of serve, may be written by others than its owner",
                        "Take that right from them: chmod go-w.");
            }
            try {
                return Optional.of(ServeKeys.parse(Files.readAllBytes(file), file.toString()));
            } catch (IOException e) {
                throw BadInputException.unreadable(file, e, "Name a readable file with serve.credentials-file.");
            }
        }

        private Map<String, Object> attributes() {
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            try {
                return Files.readAttributes(
                        file, (posix ? "posix:permissions," : "") + "lastModifiedTime,size,fileKey");
            } catch (IOException e) {
                return Map.of("failure", e.getClass());
            }
        }
    }

    /** A secret of AWS Secrets Manager. */
    private static final class KeySecret implements Place {
        private final String arn;

        KeySecret(String arn) {
            this.arn = arn;
        }

        @Override
        public Duration interval() {
            return SECRET_INTERVAL;
        }

        @Override
        public void look(Runnable look) {
            Thread thread = new Thread(look, "serve-credentials");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public Optional<Map<String, ServeKey>> read() {
            String text = AwsSecret.ask(arn)
                    .orElseThrow(() -> new BadInputException("the secret " + arn + " holds no text", ServeKeys.SHAPE));
            return Optional.of(ServeKeys.parse(text.getBytes(UTF_8), "the secret " + arn));
        }
    }
}
