package io.cardwatch.bench;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import java.time.Duration;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;

/**
 * Flink's sliding windows of 30 days that move on by a day, number and sum by customer alone: not exact, since a window says
 * nothing until its day is over, and a sixth of the features.
 */
final class SlidingWindows extends Candidate {
    SlidingWindows(String name, Backend backend) {
        super(name, backend);
    }

    @Override
    DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions) {
        return PeerDecode.of(positions)
                .keyBy(transaction -> transaction.customerId)
                .window(SlidingEventTimeWindows.of(Duration.ofDays(30), Duration.ofDays(1)))
                .aggregate(
                        new NumberAndSum(),
                        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO,
                        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO)
                .map(window -> new FeaturedTransaction(null, new double[FeatureSet.REFERENCE.size()]))
                .returns(WireTypes.FEATURED_TRANSACTION);
    }

    @Override
    int[] comparable() {
        return new int[0];
    }

    @Override
    boolean answersEachPayment() {
        return false;
    }

    private static final class NumberAndSum implements AggregateFunction<Transaction, long[], long[]> {
        @Override
        public long[] createAccumulator() {
            return new long[2];
        }

        @Override
        public long[] add(Transaction transaction, long[] sums) {
            sums[0]++;
            sums[1] += transaction.amountCents;
            return sums;
        }

        @Override
        public long[] getResult(long[] sums) {
            return sums;
        }

        @Override
        public long[] merge(long[] left, long[] right) {
            left[0] += right[0];
            left[1] += right[1];
            return left;
        }
    }
}
