package io.cardwatch.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An S3 server of its own for one test: S3Proxy, which the build puts into {@code target/s3}, in a process of its own on a
 * free loopback port. It checks signatures, and keeps objects in memory.
 */
public final class S3Server implements AutoCloseable {
    private static final Path JAR = Path.of("target/s3/s3proxy.jar");
    private static final String KEY = "test-key";
    private static final String SECRET = "test-secret";
    private static final String READY = "ready";

    private final Process process;
    private final int port;

    private S3Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server without buckets and waits until it answers. */
    public static S3Server start() throws IOException {
        if (!Files.isRegularFile(JAR)) {
            throw new IllegalStateException(JAR + " is missing: run mvn process-test-resources, which fetches it.");
        }
        int port = freePort();
        Path settings = Files.write(
                Files.createTempFile("s3proxy", ".conf"),
                List.of(
                        "s3proxy.endpoint=http://127.0.0.1:" + port,
                        "s3proxy.authorization=aws-v2-or-v4",
                        "s3proxy.identity=" + KEY,
                        "s3proxy.credential=" + SECRET,
                        "jclouds.provider=transient",
                        "jclouds.identity=" + KEY,
                        "jclouds.credential=" + SECRET));
        String own = new File(S3Server.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .getPath();
        Process process = TestProcess.start(
                List.of(JAR.toString(), own),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-DLOG_LEVEL=warn"),
                S3Server.class,
                List.of(settings.toString()));
        BufferedReader output = TestProcess.output(process);
        if (!READY.equals(output.readLine())) {
            throw new IllegalStateException("S3Proxy did not start");
        }
        Files.delete(settings);
        return new S3Server(process, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** The process: S3Proxy with the settings in the file that is named. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        TestProcess.endWithParentOrMain();
        // Nobody reads on after the first line.
        PrintStream out = System.out;
        System.setOut(System.err);
        // Not on the class path of the tests. It returns once the server answers.
        Class.forName("org.gaul.s3proxy.Main").getMethod("main", String[].class).invoke(null, (Object)
                new String[] {"--properties", arguments[0]});
        out.println(READY);
    }

    /** What Flink has to be told to reach it. */
    public Map<String, String> flinkSettings() {
        return Map.of(
                "s3.endpoint",
                endpoint(),
                "s3.path.style.access",
                "true",
                "s3.access-key",
                KEY,
                "s3.secret-key",
                SECRET);
    }

    /** Creates a bucket. */
    public void createBucket(String name) throws IOException, InterruptedException, GeneralSecurityException {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA1"));
        String signature =
                Base64.getEncoder().encodeToString(mac.doFinal(("PUT\n\n\n" + date + "\n/" + name).getBytes(UTF_8)));
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(endpoint() + "/" + name))
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .header("Date", date)
                                .header("Authorization", "AWS " + KEY + ":" + signature)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("no bucket " + name + ": " + answer.body());
        }
    }

    private String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
