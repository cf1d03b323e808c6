package io.cardwatch.bench;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * What a good Flink user writes: a process function that keeps each event of a key in MapState under a running number, with
 * a running count and sum for each of three windows, whose ends only move forward. Exact as long as each key's events come
 * in order of time; verdicts are known from the beginning, so there is no second stream to join.
 */
final class MapStatePerEvent extends Candidate {
    MapStatePerEvent(String name, Backend backend) {
        super(name, backend);
    }

    @Override
    DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions) {
        return PeerDecode.of(positions)
                .map(transaction -> new FeaturedTransaction(transaction, new double[FeatureSet.REFERENCE.size()]))
                .returns(WireTypes.FEATURED_TRANSACTION)
                .keyBy(row -> row.transaction.customerId)
                .process(new Windows(0, Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW.index(), true))
                .returns(WireTypes.FEATURED_TRANSACTION)
                .keyBy(row -> row.transaction.terminalId)
                .process(new Windows(7, Feature.TERMINAL_ID_NB_TX_1DAY_WINDOW.index(), false))
                .returns(WireTypes.FEATURED_TRANSACTION);
    }

    @Override
    int[] comparable() {
        return allWindows();
    }

    /** Number and mean of the key's events in three windows, all of which end so many days ago. */
    private static final class Windows extends KeyedProcessFunction<Long, FeaturedTransaction, FeaturedTransaction> {
        private static final long DAY = 86_400;
        private static final long[] SPANS = {DAY, 7 * DAY, 30 * DAY};
        /** Places in the header: the next number, then for each of the window's end and starts a position and a sum. */
        private static final int NEXT = 0;

        private static final int POSITION = 1;
        private static final int SUM = 2;
        private static final int ENDS = 4;

        private final long delay;
        private final int firstFeature;
        private final boolean amounts;

        private transient ValueState<long[]> header;
        /** Second and value, by running number. */
        private transient MapState<Long, long[]> events;

        Windows(int delayDays, int firstFeature, boolean amounts) {
            this.delay = delayDays * DAY;
            this.firstFeature = firstFeature;
            this.amounts = amounts;
        }

        @Override
        public void open(OpenContext context) {
            header = getRuntimeContext()
                    .getState(new ValueStateDescriptor<>(
                            "header", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
            events = getRuntimeContext()
                    .getMapState(new MapStateDescriptor<>(
                            "events", Types.LONG, PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        }

        @Override
        public void processElement(FeaturedTransaction row, Context context, Collector<FeaturedTransaction> out)
                throws Exception {
            Transaction transaction = row.transaction;
            long[] head = header.value();
            if (head == null) {
                head = new long[1 + 2 * ENDS];
            }
            long value = amounts ? transaction.amountCents : transaction.fraud;
            events.put(head[NEXT]++, new long[] {transaction.epochSecond, value});
            long end = transaction.epochSecond - delay;
            advance(head, 0, end);
            for (int window = 0; window < SPANS.length; window++) {
                int place = 2 * (window + 1);
                advance(head, place, end - SPANS[window]);
                long count = head[POSITION] - head[POSITION + place];
                long sum = head[SUM] - head[SUM + place];
                row.features[firstFeature + 2 * window] = count;
                row.features[firstFeature + 2 * window + 1] =
                        count == 0 ? 0 : amounts ? sum / (100.0 * count) : (double) sum / count;
            }
            header.update(head);
            out.collect(row);
        }

        /** Moves one end behind the last event up to {@code second}; the oldest end leaves nothing behind it. */
        private void advance(long[] head, int place, long second) throws Exception {
            boolean oldest = place == 2 * SPANS.length;
            while (head[POSITION + place] < head[NEXT]) {
                long[] event = events.get(head[POSITION + place]);
                if (event[0] > second) {
                    return;
                }
                if (oldest) {
                    events.remove(head[POSITION + place]);
                }
                head[POSITION + place]++;
                head[SUM + place] += event[1];
            }
        }
    }
}
