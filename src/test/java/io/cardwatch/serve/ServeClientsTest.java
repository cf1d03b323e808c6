package io.cardwatch.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cardwatch.oracle.Events;
import io.cardwatch.testing.OwnRedis;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures of other people's clients, as they go over the wire: curl, AWS's SDK for Java, and aws4 of npm. */
class ServeClientsTest {
    private static final String BODY =
            RunningServer.json(Events.transaction(0, 1, Events.at("2024-02-20 12:00:00"), 7, 3, 1_000));
    private static final List<String> READ = List.of(
            "/v1/customers/7/features",
            "/v1/terminals/3/features",
            "/v1/customers/7/transactions?limit=3",
            "/v1/terminals/3/transactions?limit=500");
    private static final String SCOPE = "aws:amz:us-east-1:execute-api";
    private static final Pattern CURL = Pattern.compile("curl (\\d+)\\.(\\d+)\\..*", Pattern.DOTALL);
    /** The first that signs. */
    private static final int CURL_MAJOR = 7;

    private static final int CURL_MINOR = 75;

    @TempDir
    private static Path folder;

    private static OwnRedis redis;
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        redis = new OwnRedis(folder);
        server = RunningServer.start(folder, redis, (key, label) -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @Test
    void curlIsAnswered() throws Exception {
        assumeTrue(curlSigns(), "curl 7.75 or newer");
        String signed = RunningServer.KEY_ID + ":" + RunningServer.SECRET;
        for (String path : READ) {
            assertThat(run(
                            folder,
                            "curl",
                            "-s",
                            "-w",
                            "\n%{http_code}",
                            "--aws-sigv4",
                            SCOPE,
                            "--user",
                            signed,
                            server.uri + path))
                    .as(path)
                    .endsWith("\n200");
        }
        assertThat(run(
                        folder,
                        "curl",
                        "-s",
                        "-w",
                        "\n%{http_code}",
                        "--aws-sigv4",
                        SCOPE,
                        "--user",
                        signed,
                        "-H",
                        "Content-Type: application/json",
                        "--data-binary",
                        BODY,
                        server.uri + "/v1/predictions"))
                .contains("fraud_probability")
                .endsWith("\n200");
    }

    private static boolean curlSigns() throws Exception {
        try {
            Matcher version = CURL.matcher(run(folder, "curl", "--version"));
            return version.matches()
                    && (Integer.parseInt(version.group(1)) > CURL_MAJOR
                            || Integer.parseInt(version.group(2)) >= CURL_MINOR);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void awssSdkForJavaIsAnswered() throws Exception {
        for (String path : READ) {
            assertThat(server.get(path).status()).isEqualTo(200);
            assertThat(server.send(RunningServer.signer()
                                    .inQuery(Duration.ofSeconds(60))
                                    .get(server.uri + path))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(server.post("/v1/predictions", BODY).status()).isEqualTo(200);
    }

    @Test
    void aws4OfNpmIsAnswered() throws Exception {
        for (String path : READ) {
            assertThat(aws4("GET", path, "header")).as(path).startsWith("200\n");
            assertThat(aws4("GET", path, "query")).as(path).startsWith("200\n");
        }
        assertThat(aws4("POST", "/v1/predictions", "header", BODY))
                .startsWith("200\n")
                .contains("fraud_probability");
    }

    private static String aws4(String method, String path, String... placeAndBody) throws Exception {
        String[] command = {
            "node",
            "signed.js",
            "localhost",
            Integer.toString(server.uri.getPort()),
            method,
            path,
            RunningServer.KEY_ID,
            RunningServer.SECRET
        };
        return run(Path.of("src/test/kinesalite"), concat(command, placeAndBody));
    }

    private static String[] concat(String[] first, String[] second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** What a program prints. */
    private static String run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
