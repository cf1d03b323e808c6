package io.cardwatch.soak;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@link WarehouseOutage} at its full size: the warehouse is down for a minute. */
@Tag("soak")
class WarehouseOutageSoak {
    private static final int PAYMENTS = 200_000;
    private static final Duration DOWN = Duration.ofSeconds(60);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    @Timeout(900)
    void lostAnswersAndAnOutageOfAMinute_loseDoubleAndChangeNoRow(@TempDir Path directory, TestInfo test)
            throws Exception {
        Instant start = Instant.now();
        long seed = Seed.of("WarehouseOutageSoak");
        Reckoning rows = WarehouseOutage.survive(directory, WarehouseDialect.POSTGRESQL, PAYMENTS, DOWN, seed);
        String injected = PAYMENTS + " payments; warehouse killed in a batch and down for " + DOWN.toSeconds()
                + " s and killed behind a COMMIT and answers to " + 2 * WarehouseOutage.CUTS + " COMMITs lost";
        SoakResult.report(test, String.valueOf(seed), injected, rows, 0, start);
        rows.assertExact();
    }
}
