package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.Events;
import io.cardwatch.testing.Seed;
import java.time.Duration;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** State is forgotten with the longest window and the allowed lateness, and so does not grow for ever. */
class StateSizeTest {
    private static final long START = Events.at("2024-02-20 12:00:00");
    private static final long LATENESS = 3 * Events.DAY;
    private static final long CUSTOMER_SPAN = 30 * Events.DAY + LATENESS;
    private static final long TERMINAL_SPAN = 7 * Events.DAY + CUSTOMER_SPAN;
    private static final WindowTimes TIMES = new WindowTimes(Duration.ofDays(7), Duration.ofSeconds(LATENESS));

    @ParameterizedTest
    @CsvSource({
        "REFERENCE, hashmap, 0",
        "REFERENCE, rocksdb, 0",
        "REFERENCE, rocksdb, 0.3",
        "EXTENDED, hashmap, 0",
        "EXTENDED, rocksdb, 0",
        "EXTENDED, rocksdb, 0.3"
    })
    void aKeyIsGoneWhenItsLastEventCannotMatterAnyMore(FeatureSet set, String backend, double cacheShare)
            throws Exception {
        Supplier<StateBackend> backends =
                backend.equals("hashmap") ? HashMapStateBackend::new : EmbeddedRocksDBStateBackend::new;
        try (OperatorWindows operators = new OperatorWindows(set, TIMES, false, backends, cacheShare)) {
            Transaction last = null;
            for (int i = 0; i < 20; i++) {
                last = Events.transaction(i, i, START + i * Events.DAY, 1, 2, 1_000);
                operators.to(new TransactionArrives(last));
                operators.to(new LabelArrives(Events.label(i, last, i % 2 == 0, last.epochSecond)));
                operators.to(new WatermarkAdvances(last.epochSecond));
            }
            // A window and a timer for each of both.
            operators.to(new WatermarkAdvances(last.epochSecond + CUSTOMER_SPAN - 1));
            assertThat(operators.leftovers()).isEqualTo(4);
            operators.to(new WatermarkAdvances(last.epochSecond + CUSTOMER_SPAN));
            assertThat(operators.leftovers()).isEqualTo(2);
            operators.to(new WatermarkAdvances(last.epochSecond + TERMINAL_SPAN - 1));
            assertThat(operators.leftovers()).isEqualTo(2);
            operators.to(new WatermarkAdvances(last.epochSecond + TERMINAL_SPAN));
            assertThat(operators.leftovers()).isZero();
        }
    }

    /** Customers and terminals come and go; a tenth of the payments get a verdict, a few verdicts never a payment. */
    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void aCheckpointAfterNinetyDaysIsAsLargeAsAfterFortyFive(FeatureSet set) throws Exception {
        long seed = Seed.of("StateSizeTest");
        Random random = new Random(seed);
        try (OperatorWindows operators = new OperatorWindows(set, TIMES, false, HashMapStateBackend::new, 0)) {
            long atDay45 = 0;
            for (int day = 1; day <= 90; day++) {
                for (int i = 0; i < 500; i++) {
                    long second = START + (day - 1) * Events.DAY + i * Events.DAY / 500;
                    int number = day * 1_000 + i;
                    Transaction payment = Events.transaction(
                            number,
                            number,
                            second,
                            day * 2L + random.nextInt(100),
                            day + random.nextInt(50),
                            random.nextInt(50_000));
                    if (i % 100 > 0) {
                        operators.to(new TransactionArrives(payment));
                    }
                    if (i % 10 == 0) {
                        operators.to(new LabelArrives(Events.label(number, payment, i % 20 == 0, second)));
                    }
                }
                operators.to(new WatermarkAdvances(START + day * Events.DAY));
                if (day == 45) {
                    atDay45 = operators.checkpointBytes();
                }
            }
            assertThat((double) operators.checkpointBytes())
                    .as("bytes, -Dcardwatch.seed=%d", seed)
                    .isBetween(0.9 * atDay45, 1.1 * atDay45);
        }
    }
}
