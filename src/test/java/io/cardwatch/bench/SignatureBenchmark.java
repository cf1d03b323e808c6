package io.cardwatch.bench;

import io.cardwatch.config.ServeCredentials;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.serve.ClientRequest;
import io.cardwatch.serve.ClientRequest.Client;
import io.cardwatch.serve.SignatureRefused;
import io.cardwatch.serve.SignatureVerifier;
import io.cardwatch.serve.SignedRequest;
import io.cardwatch.serve.TestKeys;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.util.FileUtils;

/**
 * CPU time to verify a signed request, one thread: a payment and a hundred payments by POST, a question by GET, signed in
 * the header and in the query, and a request of an unknown key, whose refusal is to cost as much. Prints the median of
 * eleven runs after five for warming up.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.SignatureBenchmark
 * </pre>
 */
public final class SignatureBenchmark {
    private static final int WARM_UPS = 5;
    private static final String PAYMENT = "{\"TRANSACTION_ID\":1754154,\"TX_DATETIME\":\"2026-01-31 11:59:58\","
            + "\"CUSTOMER_ID\":4999,\"TERMINAL_ID\":9999,\"TX_AMOUNT\":123.45}";
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private SignatureBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(20_000, 11, System.out);
    }

    /** Prints one line per kind of request. */
    public static void run(int requests, int runs, PrintStream out) throws Exception {
        Path directory = Files.createTempDirectory("benchmark");
        try {
            TestKeys.in(directory).add("AKIDCLIENT", "secret", "/v1/*").write();
            SignatureVerifier verifier = verifier(directory.resolve("keys.json"));
            Client client = new Client("AKIDCLIENT", "secret").header("Content-Type", "application/json");
            String api = "https://api.example/v1/";
            String batch = "{\"transactions\":[" + (PAYMENT + ",").repeat(99) + PAYMENT + "]}";
            measure("POST of a payment", verifier, client.post(api + "predictions", PAYMENT), requests, runs, out);
            measure("POST of 100 payments", verifier, client.post(api + "predictions", batch), requests, runs, out);
            String question = api + "customers/4999/transactions?limit=5";
            measure("GET", verifier, client.get(question), requests, runs, out);
            measure(
                    "GET signed in the query",
                    verifier,
                    new Client("AKIDCLIENT", "secret")
                            .inQuery(Duration.ofMinutes(1))
                            .get(question),
                    requests,
                    runs,
                    out);
            measure(
                    "GET of an unknown key",
                    verifier,
                    new Client("AKIDNOBODY", "secret").get(question),
                    requests,
                    runs,
                    out);
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
    }

    private static SignatureVerifier verifier(Path keys) {
        var settings = new SettingsLoader()
                .layer(
                        "benchmark",
                        Map.of("serve.credentials-file", keys.toString(), "serve.host-names", "api.example"))
                .load();
        return new SignatureVerifier(
                settings,
                ServeCredentials.of(settings, System::nanoTime),
                Clock.fixed(ClientRequest.SIGNED_AT, ZoneOffset.UTC));
    }

    private static void measure(
            String kind, SignatureVerifier verifier, ClientRequest signed, int requests, int runs, PrintStream out) {
        SignedRequest request = signed.received();
        Samples micros = new Samples(runs);
        int accepted = 0;
        for (int run = -WARM_UPS; run < runs; run++) {
            long start = CLOCK.getCurrentThreadCpuTime();
            for (int i = 0; i < requests; i++) {
                accepted += isAccepted(verifier, request) ? 1 : 0;
            }
            if (run >= 0) {
                micros.set(run, (CLOCK.getCurrentThreadCpuTime() - start) / 1e3 / requests);
            }
        }
        out.printf(
                Locale.ROOT,
                "%s: %s us of CPU, %d accepted of %d%n",
                kind,
                micros.text("%.2f"),
                accepted,
                requests * (runs + WARM_UPS));
    }

    private static boolean isAccepted(SignatureVerifier verifier, SignedRequest request) {
        try {
            return !verifier.verify(request).hex.isEmpty();
        } catch (SignatureRefused refused) {
            return false;
        }
    }
}
