package io.cardwatch.online;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.config.Options;
import io.cardwatch.config.PasswordSource;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** Where the store is and which user is used there. Never holds or prints a password. */
public final class StoreConnection implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int TIMEOUT_MILLIS = 2_000;
    /** How often a cluster is asked where its slots are; a pipeline does not ask when it finds them moved. */
    private static final Duration TOPOLOGY_PERIOD = Duration.ofSeconds(5);

    private final URI url;
    private final String user;
    private final PasswordSource password;
    /** Null where the platform's authorities are trusted. */
    private final String authoritiesFile;

    private StoreConnection(URI url, String user, PasswordSource password, String authoritiesFile) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.authoritiesFile = authoritiesFile;
    }

    /** The store that the settings name, if they do. */
    public static Optional<StoreConnection> of(Settings settings) {
        return settings.get(Options.ONLINE_URL)
                .map(url -> new StoreConnection(
                        url,
                        settings.get(Options.ONLINE_USER).orElse(null),
                        PasswordSource.ofOnlineStore(settings),
                        settings.get(Options.ONLINE_TLS_CA_FILE).orElse(null)));
    }

    /**
     * A client of the store, for one server or a cluster. Each new connection asks for the password again.
     *
     * @param connections most connections to each server
     * @throws redis.clients.jedis.exceptions.JedisException when the store cannot be reached or refuses us
     * @throws BadInputException when the password or the authorities cannot be read
     */
    public UnifiedJedis open(int connections) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(connections);
        pool.setMaxIdle(connections);
        // An entry in the JVM's register would keep the class loader of an ended job.
        pool.setJmxEnabled(false);
        int port = url.getPort() < 0 ? Protocol.DEFAULT_PORT : url.getPort();
        HostAndPort address = new HostAndPort(url.getHost(), port);
        JedisPooled single = new JedisPooled(address, clientConfig(), pool);
        try {
            if (!isCluster(single)) {
                return single;
            }
        } catch (RuntimeException e) {
            single.close();
            throw e;
        }
        single.close();
        int attempts = JedisCluster.DEFAULT_MAX_ATTEMPTS;
        return new JedisCluster(
                Set.of(address),
                clientConfig(),
                pool,
                TOPOLOGY_PERIOD,
                attempts,
                Duration.ofMillis((long) TIMEOUT_MILLIS * attempts));
    }

    private JedisClientConfig clientConfig() {
        SSLParameters verified = new SSLParameters();
        verified.setEndpointIdentificationAlgorithm("HTTPS");
        return DefaultJedisClientConfig.builder()
                .timeoutMillis(TIMEOUT_MILLIS)
                .credentialsProvider(() -> new DefaultRedisCredentials(
                        user, password.ask().map(String::toCharArray).orElse(null)))
                .database(database())
                .ssl("rediss".equals(url.getScheme()))
                .sslSocketFactory(authoritiesFile == null ? null : trusting(authoritiesFile))
                .sslParameters(verified)
                .build();
    }

    private static SSLSocketFactory trusting(String file) {
        try (InputStream pem = Files.newInputStream(Path.of(file))) {
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                authorities.setCertificateEntry("authority " + authorities.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new BadInputException(
                    file + ", which is to hold the authorities of the online store, cannot be used",
                    "Give a PEM file of certificates with online.tls-ca-file, readable on every machine of the cluster.",
                    e);
        }
    }

    private int database() {
        String path = url.getPath().replace("/", "");
        return path.isEmpty() ? 0 : Integer.parseInt(path);
    }

    private static boolean isCluster(UnifiedJedis jedis) {
        List<?> greeting = (List<?>) jedis.sendCommand(Protocol.Command.HELLO);
        for (int i = 0; i + 1 < greeting.size(); i += 2) {
            if (isText(greeting.get(i), "mode")) {
                return isText(greeting.get(i + 1), "cluster");
            }
        }
        return false;
    }

    private static boolean isText(Object value, String text) {
        return value instanceof byte[] && new String((byte[]) value, UTF_8).equals(text);
    }

    /**
     * Runs scripts, many in one round trip.
     *
     * @return what each returned; a {@link JedisDataException} for one that the store refused
     */
    static List<Object> run(UnifiedJedis jedis, List<Script.Call> calls) {
        List<Response<Object>> responses = new ArrayList<>(calls.size());
        try (AbstractPipeline pipeline = jedis.pipelined()) {
            for (Script.Call call : calls) {
                responses.add(pipeline.evalsha(call.script.sha1, call.keys, call.arguments));
            }
        }
        List<Object> results = new ArrayList<>(calls.size());
        for (int i = 0; i < responses.size(); i++) {
            results.add(result(jedis, calls.get(i), responses.get(i)));
        }
        return results;
    }

    private static Object result(UnifiedJedis jedis, Script.Call call, Response<Object> response) {
        try {
            return response.get();
        } catch (JedisNoScriptException | JedisRedirectionException e) {
            // From now on that server knows the script, or the client where in a cluster the key has moved.
            return evaluated(jedis, call);
        } catch (JedisDataException e) {
            return e;
        }
    }

    private static Object evaluated(UnifiedJedis jedis, Script.Call call) {
        try {
            return jedis.eval(call.script.text, call.keys, call.arguments);
        } catch (JedisDataException e) {
            return e;
        }
    }

    /** Host and port. */
    @Override
    public String toString() {
        return url.getHost() + ":" + (url.getPort() < 0 ? Protocol.DEFAULT_PORT : url.getPort());
    }
}
