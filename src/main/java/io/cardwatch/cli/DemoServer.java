package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.serve.PredictionServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import redis.embedded.RedisServer;

/** The demo's Redis, and its HTTP server with a key that is made for it. */
final class DemoServer implements AutoCloseable {
    private static final String KEY_ID = "demo";
    private static final int SECRET_BYTES = 24;
    private static final int CURL_SECONDS = 20;
    private static final long POLL_MILLIS = 100;
    private static final long PATIENCE_SECONDS = 60;

    private final int port;
    private final RedisServer redis;
    private final Path credentials;
    private final String secret;
    private PredictionServer server;

    /**
     * Starts a Redis that keeps nothing.
     *
     * @param folder for the file of the key
     * @throws BadInputException where it cannot run
     */
    DemoServer(Path folder) throws IOException {
        port = freePort();
        secret = secret();
        credentials = credentials(folder);
        redis = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        try {
            redis.start();
        } catch (IOException e) {
            throw new BadInputException(
                    "the embedded Redis does not start: " + e.getMessage(),
                    "It needs OpenSSL 3 (on Debian and Ubuntu the package libssl3).",
                    e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private Path credentials(Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("credentials.json"),
                "[{\"accessKeyId\":\"" + KEY_ID + "\",\"secretAccessKey\":\"" + secret + "\",\"paths\":[\"/v1/*\"]}]");
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return file;
    }

    /** What the job and the server need to know. */
    Map<String, String> settings() {
        return Map.of(
                Options.ONLINE_URL.key,
                "redis://localhost:" + port,
                Options.SERVE_CREDENTIALS_FILE.key,
                credentials.toString(),
                Options.SERVE_PORT.key,
                "0",
                Options.SERVE_ADMIN_PORT.key,
                "0");
    }

    /** Starts the server and asks it about a payment of now, as anybody can who has the key. */
    void show(Settings settings, PrintWriter console) throws IOException, InterruptedException {
        server = PredictionServer.start(settings, CardwatchJob.model(settings), (key, record) -> {
            throw new IOException("the demo has no label stream");
        });
        awaitPublished();
        String url = "http://localhost:" + server.address().getPort();
        List<String> curl = List.of(
                "curl",
                "--aws-sigv4",
                "aws:amz:" + settings.get(Options.SERVE_REGION) + ":execute-api",
                "--user",
                KEY_ID + ":" + secret,
                "-H",
                "Content-Type: application/json",
                "-d",
                payment(),
                url + "/v1/predictions");
        console.println("A shop asks about a payment before it takes it, signed with AWS Signature Version 4:");
        console.println("  " + shown(curl));
        console.println(answer(curl));
        console.println("The API's documentation: http://localhost:"
                + server.adminAddress().getPort() + "/docs");
        console.println();
        console.flush();
    }

    /** The job publishes a little later than it writes rows. */
    private void awaitPublished() throws InterruptedException {
        Instant now = Instant.now();
        for (long waited = 0; waited < TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS); waited += POLL_MILLIS) {
            if (!server.publishedThrough().isBefore(now)) {
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static String payment() {
        return "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\""
                + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
                        .withZone(ZoneOffset.UTC)
                        .format(Instant.now())
                + "\",\"CUSTOMER_ID\":42,\"TERMINAL_ID\":7,\"TX_AMOUNT\":457.16}";
    }

    private static String shown(List<String> command) {
        StringBuilder shown = new StringBuilder();
        for (String argument : command) {
            boolean plain = argument.matches("[\\w:/.-]+");
            shown.append(shown.length() == 0 ? "" : " ").append(plain ? argument : "'" + argument + "'");
        }
        return shown.toString().replace(" -H ", " \\\n    -H ").replace(" http:", " \\\n    http:");
    }

    /** What curl says; where there is no curl, or an old one, how to get on. */
    private static String answer(List<String> curl) throws InterruptedException {
        try {
            List<String> quiet = new ArrayList<>(curl);
            quiet.addAll(1, List.of("--silent", "--show-error", "--max-time", Integer.toString(CURL_SECONDS)));
            Process process =
                    new ProcessBuilder(quiet).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
        } catch (IOException e) {
            return "(There is no curl here to try it; it needs curl 7.75 or newer.)";
        }
    }

    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
        }
        redis.stop();
    }
}
