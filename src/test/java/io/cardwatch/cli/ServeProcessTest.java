package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.TestProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cardwatch serve} as its operator runs it, to its end. */
class ServeProcessTest {
    private static final Pattern PORT = Pattern.compile(".*://[^:]+:(\\d+)/.*");
    private static final String BODY =
            "{\"TRANSACTION_ID\":1,\"TX_DATETIME\":\"2024-02-20 12:00:00\",\"CUSTOMER_ID\":7,"
                    + "\"TERMINAL_ID\":3,\"TX_AMOUNT\":10}";
    private static final int PATIENCE_MILLIS = 60_000;
    /** Of a process that SIGTERM ended, 128 more. */
    private static final int TERMINATED = 143;

    @TempDir
    private Path folder;

    @Test
    void toldToEnd_itAnswersWhatItHas_takesNothingMore_andEnds() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder)) {
            Process process = TestProcess.start(
                    TestProcess.classPath(),
                    List.of(),
                    Cardwatch.class,
                    List.of(
                            "serve",
                            "--online.url=" + redis.url(),
                            "--serve.auth=none",
                            "--serve.port=0",
                            "--serve.admin-port=0"));
            try {
                BufferedReader output = TestProcess.output(process);
                int port = port(output.readLine(), "unsigned");
                int adminPort = port(output.readLine(), "Health");
                try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    slow.setSoTimeout(PATIENCE_MILLIS);
                    OutputStream out = slow.getOutputStream();
                    out.write(("POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    + "Connection: close\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
                                    + BODY.charAt(0))
                            .getBytes(UTF_8));
                    // Only a server that has this request has counted another after it.
                    assertThat(get(port, "/v1/customers/7/features").statusCode())
                            .isEqualTo(200);

                    process.destroy();
                    HttpResponse<String> health;
                    do {
                        health = get(adminPort, "/health");
                    } while (!health.body().contains("the server is stopping"));
                    assertThat(health.statusCode()).isEqualTo(503);
                    HttpResponse<String> late = get(port, "/v1/customers/7/features");
                    assertThat(late.statusCode()).isEqualTo(503);
                    assertThat(late.body()).contains("\"code\":\"stopping\"");

                    out.write(BODY.substring(1).getBytes(UTF_8));
                    assertThat(new String(slow.getInputStream().readAllBytes(), UTF_8))
                            .startsWith("HTTP/1.1 200 ")
                            .contains("\"fraud_probability\":");
                }
                assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
                assertThat(process.exitValue()).isIn(0, TERMINATED);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void bodiesThatFillTheMemory_areRefused_andTheServerAnswersOn() throws Exception {
        try (OwnRedis redis = new OwnRedis(folder)) {
            Process process = TestProcess.start(
                    TestProcess.classPath(),
                    List.of("-Xmx128m"),
                    Cardwatch.class,
                    List.of(
                            "serve",
                            "--online.url=" + redis.url(),
                            "--serve.auth=none",
                            "--serve.port=0",
                            "--serve.admin-port=0"));
            List<Socket> sockets = new ArrayList<>();
            try {
                BufferedReader output = TestProcess.output(process);
                int port = port(output.readLine(), "unsigned");
                int adminPort = port(output.readLine(), "Health");
                for (int i = 0; i < 300; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                    sockets.add(socket);
                    fill(socket, 999_000);
                }
                while (!get(adminPort, "/metrics").body().contains("refused_total{reason=\"busy\"} 2")) {
                    Thread.onSpinWait();
                }
                for (Socket socket : sockets) {
                    socket.close();
                }
                while (!isTaken(port)) {
                    Thread.onSpinWait();
                }
                assertThat(get(adminPort, "/health/live").statusCode()).isEqualTo(200);
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
                process.destroyForcibly();
            }
        }
    }

    /** Sends so much of the largest body, as far as the server takes it. */
    private static void fill(Socket socket, int bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000000\r\n\r\n" + " ".repeat(bytes))
                    .getBytes(UTF_8));
        } catch (IOException e) {
            // The server has refused it and closed the connection.
        }
    }

    /** Whether the server takes the largest body, which is no payment. */
    private static boolean isTaken(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            fill(socket, 1_000_000);
            return new String(socket.getInputStream().readNBytes(12), UTF_8).equals("HTTP/1.1 400");
        } catch (SocketException e) {
            return false;
        }
    }

    private static int port(String line, String beginning) {
        Matcher port = PORT.matcher(String.valueOf(line));
        assertThat(port.matches()).as(line).isTrue();
        assertThat(line).contains(beginning);
        return Integer.parseInt(port.group(1));
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        BodyHandlers.ofString());
    }
}
