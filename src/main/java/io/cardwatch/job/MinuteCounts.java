package io.cardwatch.job;

import io.cardwatch.domain.FraudMinute;
import io.cardwatch.domain.ScoredTransaction;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.triggers.EventTimeTrigger;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Counts what was scored by minute of event time, UTC. A minute is told whole once the watermark has passed it, and again
 * with each payment that comes later; the last one holds.
 */
final class MinuteCounts implements ReduceFunction<FraudMinute> {
    private static final long serialVersionUID = 1;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /**
     * Adds the counting.
     *
     * @param lateness how far behind the watermark a payment may come that is scored
     */
    static SingleOutputStreamOperator<FraudMinute> of(DataStream<ScoredTransaction> scored, Duration lateness) {
        return scored.map(MinuteCounts::one)
                .returns(Types.POJO(FraudMinute.class))
                .keyBy(minute -> minute.second, Types.LONG)
                .window(new ByMinute())
                .allowedLateness(lateness)
                .reduce(new MinuteCounts())
                .uid("minute-counts")
                .name("Minute counts");
    }

    private static FraudMinute one(ScoredTransaction row) {
        FraudMinute minute = new FraudMinute();
        minute.second = Math.floorDiv(row.transaction.epochSecond, MINUTE.toSeconds()) * MINUTE.toSeconds();
        minute.payments = 1;
        minute.alerts = row.decision.prediction();
        minute.cents = row.transaction.amountCents;
        minute.alertCents = minute.alerts * minute.cents;
        minute.probabilities = row.decision.probability;
        return minute;
    }

    @Override
    public FraudMinute reduce(FraudMinute left, FraudMinute right) {
        FraudMinute sum = new FraudMinute();
        sum.second = left.second;
        sum.payments = left.payments + right.payments;
        sum.alerts = left.alerts + right.alerts;
        sum.cents = left.cents + right.cents;
        sum.alertCents = left.alertCents + right.alertCents;
        sum.probabilities = left.probabilities + right.probabilities;
        return sum;
    }

    /** Windows by what a row says: the job's records have no timestamp of Flink's. */
    private static final class ByMinute extends WindowAssigner<Object, TimeWindow> {
        private static final long serialVersionUID = 1;

        @Override
        public Collection<TimeWindow> assignWindows(Object minute, long none, WindowAssignerContext context) {
            long start = ((FraudMinute) minute).second * 1_000;
            return List.of(new TimeWindow(start, start + MINUTE.toMillis()));
        }

        @Override
        public Trigger<Object, TimeWindow> getDefaultTrigger() {
            return EventTimeTrigger.create();
        }

        /** Flink 1.20 calls {@link #getDefaultTrigger()} but still declares this one. */
        @Override
        @Deprecated
        public Trigger<Object, TimeWindow> getDefaultTrigger(StreamExecutionEnvironment env) {
            throw new UnsupportedOperationException("Flink 1.20 is needed");
        }

        @Override
        public TypeSerializer<TimeWindow> getWindowSerializer(ExecutionConfig config) {
            return new TimeWindow.Serializer();
        }

        @Override
        public boolean isEventTime() {
            return true;
        }
    }
}
