package io.cardwatch.soak;

import io.cardwatch.config.WarehouseDialect;
import io.cardwatch.testing.Seed;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link WarehouseOutage} at a size for every build. */
class WarehouseOutageIT {
    private static final int PAYMENTS = 20_000;
    private static final Duration DOWN = Duration.ofSeconds(3);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @ParameterizedTest
    @EnumSource
    @Timeout(600)
    void lostAnswersAndAKilledWarehouse_loseDoubleAndChangeNoRow(WarehouseDialect dialect, @TempDir Path directory)
            throws Exception {
        WarehouseOutage.survive(directory, dialect, PAYMENTS, DOWN, Seed.of("WarehouseOutageIT"))
                .assertExact();
    }
}
