package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class DemoCommandTest {
    private final StringWriter console = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void aSmallWorldIsSimulatedScoredWrittenAndReported() throws IOException {
        int exitCode = run(
                "demo", "--days", "40", "--customers", "300", "--seed", "5", "--web-port", String.valueOf(freePort()));

        assertThat(errors.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(console.toString())
                .containsPattern("First alert in the warehouse after [0-9.]+ s")
                .containsPattern("[0-9,]+ transactions scored and written in")
                .contains("The 10 highest alerts:")
                .containsPattern("Of the [1-9][0-9]* frauds planted since .*, [1-9][0-9]* were caught");
        assertThat(console.toString().lines().filter(line -> line.matches(" +[0-9-]{10} [0-9:]{8} .*[A-Z][a-z]+ .*")))
                .as("ten alerts with time and a customer's name")
                .hasSize(10);
    }

    @Test
    void aPortThatIsInUseIsRefusedBeforeAnythingStarts() throws IOException {
        try (ServerSocket occupied = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int exitCode = run("demo", "--web-port", String.valueOf(occupied.getLocalPort()));

            assertThat(exitCode).isEqualTo(Failure.BAD_INPUT);
            assertThat(console.toString()).isEmpty();
            assertThat(errors.toString().lines()).hasSize(2);
            assertThat(errors.toString()).contains("--web-port");
        }
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(console), new PrintWriter(errors), arguments);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
