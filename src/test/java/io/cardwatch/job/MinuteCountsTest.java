package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.FraudMinute;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MinuteCountsTest {
    private static final long NOON = 1_709_294_400L;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @Test
    void aMinuteIsToldWhole_andAgainWithEachPaymentThatComesLater() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        env.getConfig().setAutoWatermarkInterval(0);
        DataStream<ScoredTransaction> scored = env.fromData(
                        WireTypes.SCORED_TRANSACTION,
                        scored(NOON, 1_00, 0.25),
                        scored(NOON + 59, 2_00, 0.75),
                        scored(NOON + 60, 4_00, 0.5),
                        scored(NOON + 7_200, 8_00, 0), // its watermark ends the minutes before
                        scored(NOON + 30, 16_00, 0.5))
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<ScoredTransaction>forGenerator(context -> new AfterEachRow())
                                .withTimestampAssigner((row, none) -> row.transaction.epochSecond * 1_000));

        List<String> told = MinuteCounts.of(scored, Duration.ofDays(1)).executeAndCollect(10).stream()
                .map(MinuteCountsTest::text)
                .toList();
        assertThat(told)
                .containsExactly(
                        "0: 2 payments of 300, 1 alerts of 200, 1.0",
                        "60: 1 payments of 400, 1 alerts of 400, 0.5",
                        "0: 3 payments of 1900, 2 alerts of 1800, 1.5",
                        "7200: 1 payments of 800, 0 alerts of 0, 0.0");
    }

    private static String text(FraudMinute minute) {
        return minute.second - NOON + ": " + minute.payments + " payments of " + minute.cents + ", " + minute.alerts
                + " alerts of " + minute.alertCents + ", " + minute.probabilities;
    }

    private static ScoredTransaction scored(long second, long cents, double probability) {
        Transaction transaction = new Transaction(
                second,
                second,
                3,
                5,
                cents,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                new RecordOrigin("s", "", "", "1", 0),
                new byte[0]);
        return new ScoredTransaction(
                transaction, new double[15], new Decision(probability, 0.5, "m"), 0, null, null, null);
    }

    /** A watermark behind each row. */
    private static final class AfterEachRow implements WatermarkGenerator<ScoredTransaction> {
        @Override
        public void onEvent(ScoredTransaction row, long time, WatermarkOutput output) {
            output.emitWatermark(new Watermark(row.transaction.epochSecond * 1_000 - 1));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }
}
