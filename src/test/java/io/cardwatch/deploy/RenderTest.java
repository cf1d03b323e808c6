package io.cardwatch.deploy;

import static io.cardwatch.deploy.Templates.list;
import static io.cardwatch.deploy.Templates.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.cardwatch.testing.Postgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code render.js} with a Prometheus that answers every query alike, and with a real PostgreSQL. */
class RenderTest {
    private static final String NO_SERIES = "{\"status\":\"success\",\"data\":{\"result\":[]}}";

    @TempDir
    private Path folder;

    private HttpServer prometheus;
    private volatile String answer;

    @BeforeEach
    void startPrometheus() throws IOException {
        prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/api/v1/query_range", exchange -> {
            Map<String, String> asked = new HashMap<>();
            for (String parameter : exchange.getRequestURI().getRawQuery().split("&", -1)) {
                String[] parts = parameter.split("=", -1);
                asked.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
            }
            String said = asked.get("query").contains("$__")
                    ? "{\"status\":\"error\",\"error\":\"a macro is left\"}"
                    : answer.replace("START", asked.get("start")).replace("END", asked.get("end"));
            byte[] body = said.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        prometheus.start();
    }

    @AfterEach
    void stopPrometheus() {
        prometheus.stop(0);
    }

    @Test
    void drawsEachPanelOfTheOperationsDashboardOnce_withItsSeries() throws Exception {
        answer = "{\"status\":\"success\",\"data\":{\"result\":["
                + "{\"metric\":{\"job\":\"flink\"},\"values\":[[START,\"0\"],[END,\"2\"]]},"
                + "{\"metric\":{\"job\":\"<serve>\"},\"values\":[[START,\"1\"],[END,\"NaN\"]]}]}}";

        Document drawn = operations();

        assertThat(titles(drawn)).containsExactlyElementsOf(titles("operations.json"));
        assertThat(texts(drawn, ""))
                .contains("flink", "<serve>", "200 %", "2 ms", "2/s")
                .doesNotContain("no data");
    }

    @Test
    void aPanelWithoutDataSaysSo() throws Exception {
        answer = NO_SERIES;

        Document drawn = operations();

        assertThat(titles(drawn)).containsExactlyElementsOf(titles("operations.json"));
        assertThat(texts(drawn, "")).filteredOn("no data"::equals).hasSameSizeAs(Monitoring.panels("operations.json"));
    }

    @Test
    void saysWhatPrometheusRefuses() throws Exception {
        answer = "{\"status\":\"error\",\"error\":\"too many samples\"}";

        assertThat(render(1, "operations.json", "--prometheus", address()))
                .isEqualToIgnoringNewLines("Prometheus refuses \"Payments and labels in\": too many samples");
    }

    @Test
    void drawsTheFraudDashboardFromTheWarehouse() throws Exception {
        Monitoring.assumeInstalled("psql", "postgresql-client");
        String database = Postgres.freshDatabase();
        try (Connection connection = Postgres.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO fraud_by_minute SELECT date_trunc('minute', now() AT TIME ZONE 'UTC')"
                            + " - minutes * interval '1 hour', 3000, 30, 12345.67, 250, 0.02 FROM generate_series(1, 5) minutes");
        }

        render(
                0,
                "fraud.json",
                "--postgres",
                database.replace("jdbc:postgresql://", "postgresql://" + Postgres.USER + "@"));

        Document drawn = drawing();
        assertThat(titles(drawn)).containsExactlyElementsOf(titles("fraud.json"));
        assertThat(texts(drawn, "")).contains("15 K", "150", "1 %", "1.25 K", "called fraud");
        assertThat(texts(drawn, "")).filteredOn("no data"::equals).hasSize(8);
    }

    private Document operations() throws Exception {
        render(0, "operations.json", "--prometheus", address());
        return drawing();
    }

    private String address() {
        return "http://127.0.0.1:" + prometheus.getAddress().getPort();
    }

    /** Runs it; what it prints. */
    private String render(int exitCode, String dashboard, String... source) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "node",
                "deploy/monitoring/render.js",
                Monitoring.GRAFANA.resolve("dashboards").resolve(dashboard).toString(),
                folder.resolve("out.svg").toString()));
        words.addAll(Arrays.asList(source));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(printed).isEqualTo(exitCode);
        return printed;
    }

    private Document drawing() throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Files.newInputStream(folder.resolve("out.svg")));
    }

    private static List<String> titles(String dashboard) {
        return list(Monitoring.dashboard(dashboard).get("panels")).stream()
                .map(panel -> map(panel).get("title").toString())
                .collect(Collectors.toList());
    }

    private static List<String> titles(Document drawn) {
        return texts(drawn, "title");
    }

    /** Of a class, or of them all. */
    private static List<String> texts(Document drawn, String kind) {
        List<String> found = new ArrayList<>();
        NodeList texts = drawn.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            Element text = (Element) texts.item(i);
            if (kind.isEmpty() || text.getAttribute("class").equals(kind)) {
                found.add(text.getTextContent());
            }
        }
        return found;
    }
}
