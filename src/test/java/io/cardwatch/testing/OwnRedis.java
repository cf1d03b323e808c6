package io.cardwatch.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/** A Redis of the test's own, in a process of its own, to be stopped, killed and started again. It keeps nothing. */
public final class OwnRedis implements AutoCloseable {
    private static final long STARTUP_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path folder;
    private final List<String> settings;
    private final int port;
    private Process server;

    /**
     * Starts it on a free port.
     *
     * @param folder an existing directory for its files
     * @param settings of redis.conf, each {@code name value}; PORT stands for its port
     */
    public OwnRedis(Path folder, String... settings) throws IOException {
        this.folder = folder;
        this.settings = List.of(settings);
        this.port = freePort();
        start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Starts it on the same port, empty. */
    public void start() throws IOException {
        List<String> lines = new ArrayList<>(List.of("bind 127.0.0.1", "save \"\"", "dir " + folder));
        if (settings.stream().noneMatch(line -> line.startsWith("port "))) {
            lines.add("port " + port);
        }
        settings.forEach(line -> lines.add(line.replace("PORT", Integer.toString(port))));
        Path configuration = Files.write(folder.resolve("redis-" + port + ".conf"), lines);
        String executable = ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
        server = new ProcessBuilder(executable, configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis-" + port + ".log").toFile())
                .start();
        long deadline = System.nanoTime() + STARTUP_NANOS;
        while (!answers()) {
            if (!server.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(
                        "Redis did not start: " + Files.readString(folder.resolve("redis-" + port + ".log")));
            }
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            Thread.onSpinWait();
            return false;
        }
    }

    /** Kills it at once; what it held is lost. */
    public void kill() {
        server.destroyForcibly().onExit().join();
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://localhost:" + port;
    }

    /** A connection as the user who may do all. */
    public Jedis connect() throws JedisException {
        return new Jedis("localhost", port);
    }

    @Override
    public void close() {
        kill();
    }
}
