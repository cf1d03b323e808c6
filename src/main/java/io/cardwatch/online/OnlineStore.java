package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.feature.WindowKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.json.JsonProtocol.JsonCommand;
import redis.clients.jedis.params.SetParams;

/**
 * The online store as readers use it. Thread-safe; each question is one round trip. Every failure of the client counts as
 * the store's: where a node of a cluster is away, its pipeline throws an IllegalStateException.
 */
public final class OnlineStore implements AutoCloseable {
    private static final byte[] WINDOW = "window".getBytes(UTF_8);
    private static final byte[] VERSION = "version".getBytes(UTF_8);
    private static final byte[] SETTINGS = "settings".getBytes(UTF_8);
    private static final byte[] AS_OF = "as_of".getBytes(UTF_8);
    private static final String CLAIM = "cardwatch:claim:";

    private final StoreConnection connection;
    private final UnifiedJedis jedis;
    /** The heartbeats that were parsed last, by field and text: they change once a second. */
    private final Map<String, Map.Entry<String, Optional<Heartbeat>>> parsed = new ConcurrentHashMap<>();

    private OnlineStore(StoreConnection connection, UnifiedJedis jedis) {
        this.connection = connection;
        this.jedis = jedis;
    }

    /**
     * Connects to the store of the settings.
     *
     * @param connections most connections to each server
     * @throws io.cardwatch.domain.BadInputException when the settings name none
     * @throws StoreUnavailableException when it cannot be reached or refuses us
     */
    public static OnlineStore of(Settings settings, int connections) throws StoreUnavailableException {
        settings.required(Options.ONLINE_URL);
        StoreConnection connection = StoreConnection.of(settings).orElseThrow();
        try {
            return new OnlineStore(connection, connection.open(connections));
        } catch (JedisException e) {
            throw new StoreUnavailableException(connection, e);
        }
    }

    /** The key of a window. */
    public static final class Key {
        final WindowKind kind;
        final long id;

        public Key(WindowKind kind, long id) {
            this.kind = kind;
            this.id = id;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key && ((Key) other).id == id && ((Key) other).kind == kind;
        }

        @Override
        public int hashCode() {
            return Objects.hash(kind, id);
        }
    }

    /**
     * Reads windows, and then how far the job has published.
     *
     * @throws StoreUnavailableException when the store does not answer
     */
    public Reading read(List<Key> keys) throws StoreUnavailableException {
        Map<Key, Response<List<byte[]>>> windows = new LinkedHashMap<>();
        Response<Map<String, String>> published;
        try (AbstractPipeline pipeline = jedis.pipelined()) {
            for (Key key : keys) {
                windows.computeIfAbsent(key, any -> pipeline.hmget(window(key), WINDOW, VERSION, SETTINGS, AS_OF));
            }
            // After the windows: a store that lost them has lost this, too, or is not filled.
            published = pipeline.hgetAll(StoreKey.PUBLISHED);
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(connection, e);
        }
        try {
            Map<Key, StoredWindow> found = new LinkedHashMap<>();
            windows.forEach((key, response) -> StoredWindow.of(
                            result(response, () -> jedis.hmget(window(key), WINDOW, VERSION, SETTINGS, AS_OF)))
                    .ifPresent(window -> found.put(key, window)));
            return new Reading(found, publication(result(published, () -> jedis.hgetAll(StoreKey.PUBLISHED))));
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(connection, e);
        }
    }

    private static byte[] window(Key key) {
        return StoreKey.window(key.kind, key.id).getBytes(UTF_8);
    }

    /** What a command of a pipeline returned; one whose key has moved in the cluster is sent again, alone. */
    private static <T> T result(Response<T> response, Supplier<T> again) {
        try {
            return response.get();
        } catch (JedisRedirectionException e) {
            return again.get();
        }
    }

    private Publication publication(Map<String, String> published) {
        return new Publication(published.entrySet().stream()
                .map(entry -> parse(entry.getKey(), entry.getValue()))
                .flatMap(Optional::stream)
                .collect(Collectors.toList()));
    }

    private Optional<Heartbeat> parse(String field, String text) {
        Map.Entry<String, Optional<Heartbeat>> last = parsed.get(field);
        if (last == null || !last.getKey().equals(text)) {
            last = Map.entry(text, Heartbeat.parse(field, text));
            parsed.put(field, last);
        }
        return last.getValue();
    }

    /**
     * The latest transactions of a key, newest first, as JSON objects.
     *
     * @throws StoreUnavailableException when the store does not answer
     */
    public List<String> transactions(Key key, int limit) throws StoreUnavailableException {
        try {
            List<String> names = jedis.zrevrange(StoreKey.transactions(key.kind, key.id), 0, limit - 1L).stream()
                    .map(identity -> name(key, identity))
                    .collect(Collectors.toList());
            List<Response<String>> documents = new ArrayList<>();
            try (AbstractPipeline pipeline = jedis.pipelined()) {
                for (String name : names) {
                    documents.add(pipeline.get(name));
                }
            }
            List<String> found = new ArrayList<>();
            for (int i = 0; i < documents.size(); i++) {
                String name = names.get(i);
                String document = document(documents.get(i), name);
                // One may have expired, or been dropped with its customer's older ones.
                if (document != null) {
                    found.add(document);
                }
            }
            return found;
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(connection, e);
        }
    }

    /** The text of a document, be it a plain text or RedisJSON's; null where it is gone or neither. */
    private String document(Response<String> read, String name) {
        try {
            return result(read, () -> jedis.get(name));
        } catch (JedisDataException e) {
            if (!isOfAnotherType(e)) {
                throw e;
            }
        }
        try {
            return jedis.executeCommand(
                    new CommandObject<>(new CommandArguments(JsonCommand.GET).key(name), BuilderFactory.STRING));
        } catch (JedisDataException e) {
            return null;
        }
    }

    private static boolean isOfAnotherType(JedisDataException refusal) {
        return refusal.getMessage().startsWith("WRONGTYPE");
    }

    /** A terminal's identities begin with the customer's id. */
    private static String name(Key key, String identity) {
        if (key.kind == WindowKind.CUSTOMER) {
            return StoreKey.transaction(key.id, identity);
        }
        int colon = identity.indexOf(':');
        return StoreKey.transaction(Long.parseLong(identity.substring(0, colon)), identity.substring(colon + 1));
    }

    /**
     * Claims something that may happen once; false where it was claimed before, by whichever process.
     *
     * @param name what is claimed
     * @param memory how long the claim is remembered
     * @throws StoreUnavailableException when the store does not answer
     */
    public boolean claim(String name, Duration memory) throws StoreUnavailableException {
        try {
            return jedis.set(CLAIM + name, "", SetParams.setParams().nx().ex(memory.toSeconds())) != null;
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(connection, e);
        }
    }

    /** Gives a claim back, because what was to happen did not. */
    public void release(String name) {
        try {
            jedis.del(CLAIM + name);
        } catch (JedisException e) {
            // It expires.
        }
    }

    @Override
    public void close() {
        jedis.close();
    }

    /** What one question found. */
    public static final class Reading {
        private final Map<Key, StoredWindow> windows;
        /** How far the job had published afterwards. */
        public final Publication publication;

        private Reading(Map<Key, StoredWindow> windows, Publication publication) {
            this.windows = windows;
            this.publication = publication;
        }

        /** The window of a key; null where the store has none. */
        public StoredWindow get(Key key) {
            return windows.get(key);
        }
    }
}
