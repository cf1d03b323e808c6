package io.cardwatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.testing.Postgres;
import io.cardwatch.testing.Reckoning;
import io.cardwatch.testing.TestProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One terminal takes three payments of ten, and the process has 1.5 GB of heap. */
@Tag("soak")
class BusyTerminalSoak {
    private static final int PAYMENTS = 3_000_000;
    /** What is kept one by one: the terminal's delay and the allowed lateness. */
    private static final int DAYS_IN_FULL = 10;

    private static final int DAYS_KEPT = 40;
    private static final int MINUTES_A_DAY = 24 * 60;
    /** Of a payment that is kept by itself, or of a minute. */
    private static final int BYTES = 8;
    /** Rows are counted at one in so many of the job's readings, of which it gives two a second. */
    private static final int COUNT_ONE_IN = 10;

    @Test
    @Timeout(1_800)
    void aTerminalWithThreePaymentsOfTenFitsIntoItsBoundAndTheJobIntoItsHeap(@TempDir Path checkpoints, TestInfo test)
            throws Exception {
        Instant start = Instant.now();
        String database = Postgres.freshDatabase();
        try (Connection warehouse = Postgres.connect(database)) {
            Observed observed = observe(start(database, checkpoints), warehouse);
            Reckoning rows = Reckoning.ofNumbers(warehouse, PAYMENTS);
            SoakResult.report(
                    test,
                    SoakResult.NO_CHANCE,
                    PAYMENTS + " payments of which 30 % at one terminal; its state at most "
                            + (observed.mostBytes() >> 10) + " KiB",
                    rows,
                    observed.restarts(),
                    start);
            rows.assertExact();
            assertThat(observed.restarts()).isZero();
            long perDay = (long) PAYMENTS / BusyTerminal.DAYS * BusyTerminal.AT_THE_TERMINAL / 10;
            assertThat(observed.mostBytes())
                    .as("bytes of the busy terminal")
                    .isLessThanOrEqualTo(BYTES * (perDay * DAYS_IN_FULL + DAYS_KEPT * MINUTES_A_DAY));
        }
    }

    /** What was seen of the job while it ran. */
    private record Observed(int restarts, long mostBytes) {}

    private static Process start(String database, Path checkpoints) throws IOException {
        return TestProcess.start(
                TestProcess.classPath(),
                List.of("-Xmx1500m", "-XX:+ExitOnOutOfMemoryError"),
                BusyTerminal.class,
                List.of(
                        checkpoints.toString(),
                        String.valueOf(PAYMENTS),
                        "--warehouse.url=" + database,
                        "--warehouse.user=" + Postgres.USER));
    }

    /** Until all payments are scored. */
    private static Observed observe(Process job, Connection warehouse) throws Exception {
        long most = 0;
        int restarts = 0;
        try (BufferedReader readings = TestProcess.output(job)) {
            for (int reading = 1; reading % COUNT_ONE_IN != 0 || count(warehouse) < PAYMENTS; reading++) {
                String line = readings.readLine();
                assertThat(line).as("a reading, before all is scored").isNotNull();
                String[] numbers = line.split(" ", -1);
                restarts = Integer.parseInt(numbers[0]);
                // All other terminals are spread evenly over the two subtasks.
                most = Math.max(most, Math.abs(Long.parseLong(numbers[1]) - Long.parseLong(numbers[2])));
            }
        } finally {
            job.destroyForcibly().waitFor();
        }
        return new Observed(restarts, most);
    }

    private static long count(Connection warehouse) throws SQLException {
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM cust_payment_tx_fraud_predictions")) {
            result.next();
            return result.getLong(1);
        }
    }
}
