package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.oracle.Events;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.Seed;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand requests that are spoilt after they were signed, and some hundred of bytes alone. None is a fault of the
 * server, and none makes it write a line.
 */
class ServeFuzzTest {
    private static final int SPOILT = 10_000;
    private static final int NOISE = 300;
    private static final int MOST_LINES = 5;
    private static final int MOST_CHANGES = 4;

    @TempDir
    private Path folder;

    private final Random random = new Random(Seed.of("ServeFuzzTest"));

    @Test
    void nothingThatComesOverTheWire_isAFaultOfTheServer() throws Exception {
        Map<String, Integer> statuses = new TreeMap<>();
        try (OwnRedis redis = new OwnRedis(folder);
                RunningServer server =
                        RunningServer.start(folder, redis, (key, label) -> {}, "serve.request-timeout", "100 ms");
                CapturedLog log = new CapturedLog()) {
            byte[][] good = {
                RunningServer.wire(RunningServer.signer()
                        .header("Content-Type", "application/json")
                        .header("Connection", "close")
                        .post(
                                server.uri + "/v1/predictions",
                                RunningServer.json(
                                        Events.transaction(0, 1, Events.at("2024-02-20 12:00:00"), 7, 3, 1_000)))),
                RunningServer.wire(RunningServer.signer()
                        .header("Connection", "close")
                        .get(server.uri + "/v1/terminals/3/transactions?limit=3"))
            };
            for (byte[] request : good) {
                assertThat(status(server, request)).isEqualTo("200");
            }
            for (int i = 0; i < SPOILT; i++) {
                statuses.merge(status(server, spoilt(good[random.nextInt(good.length)])), 1, Integer::sum);
            }
            for (int i = 0; i < NOISE; i++) {
                byte[] noise = new byte[1 + random.nextInt(2_000)];
                random.nextBytes(noise);
                statuses.merge(status(server, noise), 1, Integer::sum);
            }
            for (byte[] request : good) {
                assertThat(status(server, request)).isEqualTo("200");
            }
            assertThat(log.text().lines().count()).as(log.text()).isLessThan(MOST_LINES);
            assertThat(log.text()).doesNotContain(RunningServer.SECRET);
        }
        assertThat(statuses.keySet()).as(statuses.toString()).noneMatch(status -> status.startsWith("5"));
        assertThat(statuses).containsKeys("400", "403", "404", "405");
    }

    /** Some bytes changed, left out, or said twice. */
    private byte[] spoilt(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = 1 + random.nextInt(MOST_CHANGES); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, at + 1 + random.nextInt(20));
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) (' ' + random.nextInt('~' - ' '));
                case 2 -> bytes = joined(bytes, at, to);
                default -> bytes = joined(bytes, to, at);
            }
        }
        return bytes;
    }

    /** The bytes before {@code end} and those from {@code next} on. */
    private static byte[] joined(byte[] bytes, int end, int next) {
        byte[] joined = Arrays.copyOf(bytes, end + bytes.length - next);
        System.arraycopy(bytes, next, joined, end, bytes.length - next);
        return joined;
    }

    /** The status of the first answer; empty where the server closed instead. */
    private static String status(RunningServer server, byte[] bytes) throws Exception {
        try (Socket socket = server.connect()) {
            RunningServer.write(socket, bytes);
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            String line = new String(in.readNBytes("HTTP/1.1 200".length()), ISO_8859_1);
            return line.isEmpty() ? "" : line.substring(line.lastIndexOf(' ') + 1);
        } catch (SocketException e) {
            return "";
        }
    }
}
