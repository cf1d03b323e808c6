package io.cardwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.util.SerializedThrowable;
import org.junit.jupiter.api.Test;

class FailureTest {
    private final BadInputException bad = new BadInputException("the model is gone", "Bring it back.");
    private static final String TOLD = "error: the model is gone\nremedy: Bring it back.\n";

    @Test
    void badInputIsToldAsItIs() {
        assertThat(Failure.of(bad).exitCode).isEqualTo(3);
        assertThat(told(bad)).isEqualTo(TOLD);
    }

    @Test
    void badInputIsFoundUnderWhatFlinkWrapsAroundIt() {
        Throwable sent = new SerializedThrowable(new IOException("while opening", bad));
        JobExecutionException failed = new JobExecutionException(new JobID(), "Job execution failed.", sent);

        assertThat(Failure.of(new CompletionException(failed)).exitCode).isEqualTo(3);
        assertThat(told(new CompletionException(failed))).isEqualTo(TOLD);
    }

    @Test
    void badInputThatCouldNotBeSerializedIsKnownByItsClassName() {
        BadInputException unserializable =
                new BadInputException("the model is gone", "Bring it back.", new IOException() {
                    @SuppressWarnings("UnusedVariable")
                    private final Object handle = new Object();
                });
        Throwable failed = new RuntimeException(new SerializedThrowable(unserializable));

        assertThat(Failure.of(failed).exitCode).isEqualTo(3);
        assertThat(told(failed)).startsWith("error: the model is gone\nremedy: ");
    }

    @Test
    void anythingElseIsToldByItsInnermostCause_onOneLine() {
        Exception failed = new RuntimeException("outer", new IOException("disk\n  full"));

        assertThat(Failure.of(failed).exitCode).isEqualTo(1);
        assertThat(told(failed))
                .startsWith("error: IOException: disk full\nremedy: ")
                .hasLineCount(2);
        assertThat(told(new IllegalStateException())).startsWith("error: IllegalStateException\n");
    }

    @Test
    void wantOfMemoryAndAPortInUseHaveARemedy() {
        assertThat(Failure.of(new RuntimeException(new OutOfMemoryError("Direct buffer memory"))).exitCode)
                .isEqualTo(1);
        assertThat(told(new OutOfMemoryError("Direct buffer memory")))
                .isEqualTo("error: Java's memory is used up: Direct buffer memory\n"
                        + "remedy: Start it with more: java -Xmx2g -jar cardwatch.jar …, and -XX:MaxDirectMemorySize=1g"
                        + " where it was direct memory.\n");
        assertThat(told(new RuntimeException(
                        new BindException("Could not start rest endpoint on any port in port" + " range 8081"))))
                .isEqualTo("error: no port is available: Could not start rest endpoint on any port in port range 8081\n"
                        + "remedy: Give another port with --web-port, or stop what uses it.\n");
    }

    private static String told(Throwable thrown) {
        StringWriter err = new StringWriter();
        Failure.of(thrown).print(new PrintWriter(err));
        return err.toString();
    }
}
