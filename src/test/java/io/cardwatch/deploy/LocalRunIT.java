package io.cardwatch.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/local/run.sh}: all of it as processes on this machine, watched by a real Prometheus, and gone at the end. */
@Timeout(600)
class LocalRunIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Metrics that are there once something has happened that does not happen here. */
    private static final Pattern OF_EVENTS = Pattern.compile(".*_(deadLetters|notes)_.*|cardwatch_serve_.*");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Integer> ports = new HashMap<>();

    @Test
    void allOfItWorksTogether_isScraped_andEndsWithTheScript() throws Exception {
        Monitoring.assumeInstalled("psql", "postgresql-client");
        Monitoring.assumeInstalled("redis-server", "redis-server");
        Monitoring.assumeInstalled("prometheus", "prometheus");
        Monitoring.assumeInstalled("openssl", "openssl");
        Monitoring.assumeInstalled("curl", "curl");
        assumeThat(Path.of("/usr/lib/postgresql")).as("PostgreSQL of Debian").exists();
        Process script = start();
        try {
            BufferedReader output = script.inputReader(UTF_8);
            List<String> lines = new ArrayList<>();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                if (line.contains("warehouse ")) {
                    break;
                }
            }
            assertThat(lines).as("the script's output").contains("Payments").anyMatch(line -> line.contains("psql -h"));
            awaitScraped();
            assertThat(get(ports.get("ADMIN_PORT"), "/health/ready")).contains("ready");
            try (Connection warehouse = DriverManager.getConnection(
                            "jdbc:postgresql://localhost:" + ports.get("POSTGRES_PORT") + "/cardwatch",
                            "cardwatch",
                            "");
                    Statement statement = warehouse.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM fraud_by_minute")) {
                rows.next();
                assertThat(rows.getLong(1)).isPositive();
            }
        } finally {
            List<ProcessHandle> all = script.toHandle().descendants().collect(Collectors.toList());
            script.destroy();
            script.waitFor();
            all.forEach(LocalRunIT::awaitEnd);
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(1, TimeUnit.MINUTES);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("outlives the script: " + process.info(), e);
        }
    }

    private Process start() throws IOException {
        List<String> names = List.of(
                "KINESIS_PORT",
                "POSTGRES_PORT",
                "REDIS_PORT",
                "FLINK_PORT",
                "FLINK_RPC_PORT",
                "SERVE_PORT",
                "ADMIN_PORT",
                "PROMETHEUS_PORT");
        ProcessBuilder builder = new ProcessBuilder("deploy/local/run.sh").redirectErrorStream(true);
        List<ServerSocket> held = new ArrayList<>();
        for (String name : names) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            ports.put(name, held.get(held.size() - 1).getLocalPort());
        }
        int reporter = reporters();
        for (ServerSocket socket : held) {
            socket.close();
        }
        ports.forEach((name, port) -> builder.environment().put(name, port.toString()));
        builder.environment().put("REPORTER_PORTS", reporter + "-" + (reporter + 1));
        // PostgreSQL's own user must get through.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        builder.environment().put("TMPDIR", folder.toString());
        return builder.start();
    }

    /** The first of two free ports, one after the other. */
    private static int reporters() throws IOException {
        while (true) {
            try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket second =
                            new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                return second.getLocalPort() - 1;
            } catch (IOException taken) {
                // Tried with another pair.
            }
        }
    }

    private void awaitScraped() throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        Set<String> missing;
        Set<String> up;
        do {
            Thread.sleep(500);
            missing = new TreeSet<>(Monitoring.documented());
            missing.removeIf(name -> OF_EVENTS.matcher(name).matches());
            for (JsonNode name : prometheus("/api/v1/label/__name__/values")) {
                missing.remove(name.textValue());
            }
            up = new TreeSet<>();
            for (JsonNode target : prometheus("/api/v1/query?query=up").path("result")) {
                up.add(target.at("/metric/job").textValue() + " "
                        + target.at("/value/1").textValue());
            }
        } while (!(missing.isEmpty() && up.equals(Set.of("flink 1", "serve 1")))
                && Instant.now().isBefore(end));
        assertThat(missing)
                .as("metrics of the docs that Prometheus does not have")
                .isEmpty();
        assertThat(up).containsExactly("flink 1", "serve 1");
    }

    private JsonNode prometheus(String path) throws Exception {
        return JSON.readTree(get(ports.get("PROMETHEUS_PORT"), path)).path("data");
    }

    private String get(int port, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
