package io.cardwatch.soak;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link WarehouseOutageSoak} with a short outage. */
class WarehouseOutageTest {
    @Test
    @Timeout(180)
    void lostAnswersAndAnOutageOfSeconds_loseAndDoubleNothing(@TempDir Path data) throws Exception {
        WarehouseOutage.survive(data, 60_000, Duration.ofSeconds(2)).assertExact();
    }
}
