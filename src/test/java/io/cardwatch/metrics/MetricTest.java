package io.cardwatch.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricTest {
    @Test
    void theTableInTheDocsIsTheCodes() throws Exception {
        assertThat(Files.readString(Path.of("deploy/README.md")))
                .contains("<!-- metrics -->\n" + Metric.markdown() + "<!-- /metrics -->");
    }
}
