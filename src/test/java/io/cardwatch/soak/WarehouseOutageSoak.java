package io.cardwatch.soak;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** T2: the warehouse is down for a minute in the middle of a batch, and killed between COMMIT and answer. */
@Tag("soak")
class WarehouseOutageSoak {
    @Test
    @Timeout(600)
    void lostAnswersAndAnOutageOfAMinute_loseAndDoubleNothing(@TempDir Path data) throws Exception {
        WarehouseOutage.survive(data, 400_000, Duration.ofSeconds(60));
    }
}
