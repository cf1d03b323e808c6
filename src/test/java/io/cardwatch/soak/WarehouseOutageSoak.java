package io.cardwatch.soak;

import io.cardwatch.testing.Reckoning;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The warehouse is down for a minute in the middle of a batch, and killed between COMMIT and answer. */
@Tag("soak")
class WarehouseOutageSoak {
    private static final int ROWS = 400_000;
    private static final Duration DOWN = Duration.ofSeconds(60);

    @Test
    @Timeout(600)
    void lostAnswersAndAnOutageOfAMinute_loseAndDoubleNothing(@TempDir Path data, TestInfo test) throws Exception {
        Instant start = Instant.now();
        Reckoning rows = WarehouseOutage.survive(data, ROWS, DOWN);
        String injected = ROWS + " rows; warehouse down for " + DOWN.toSeconds() + " s and answers to "
                + 2 * WarehouseOutage.CUTS + " COMMITs lost";
        SoakResult.report(test, SoakResult.NO_CHANCE, injected, rows, 0, start);
        rows.assertExact();
    }
}
