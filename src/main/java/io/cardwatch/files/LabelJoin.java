package io.cardwatch.files;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Joins each transaction of a bounded run with its last verdict; the key is the identity. Records come sorted by time,
 * so the last label of a key is the one with the greatest LABEL_DATETIME. A transaction without a label gets no
 * TX_FRAUD, because its verdict may still come: training decides from which age on a missing verdict means genuine.
 */
public final class LabelJoin<K>
        extends KeyedCoProcessFunction<K, FeaturedTransaction, FraudLabel, FeaturedTransaction> {
    private static final long END_OF_KEY = Long.MAX_VALUE - 1;

    private transient ValueState<FeaturedTransaction> transaction;
    private transient ValueState<FraudLabel> verdict;

    @Override
    public void open(OpenContext context) {
        transaction = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("transaction", WireTypes.FEATURED_TRANSACTION.serializer()));
        verdict =
                getRuntimeContext().getState(new ValueStateDescriptor<>("verdict", WireTypes.FRAUD_LABEL.serializer()));
    }

    @Override
    public void processElement1(FeaturedTransaction row, Context context, Collector<FeaturedTransaction> out)
            throws Exception {
        transaction.update(row);
        context.timerService().registerEventTimeTimer(END_OF_KEY);
    }

    @Override
    public void processElement2(FraudLabel label, Context context, Collector<FeaturedTransaction> out)
            throws Exception {
        verdict.update(label);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<FeaturedTransaction> out) throws Exception {
        FeaturedTransaction row = transaction.value();
        FraudLabel last = verdict.value();
        long fraud = last == null ? Transaction.ABSENT : last.fraud ? 1 : 0;
        out.collect(new FeaturedTransaction(row.transaction.withFraud(fraud), row.features));
    }
}
