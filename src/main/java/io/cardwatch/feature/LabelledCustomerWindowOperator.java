package io.cardwatch.feature;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * {@link CustomerStage} of the extended features, which also use the labels of the customer's transactions. Only the
 * terminal stage counts labels and reports those whose transaction never arrived.
 */
public final class LabelledCustomerWindowOperator extends CustomerStage
        implements TwoInputStreamOperator<Transaction, FraudLabel, FeaturedTransaction> {
    /**
     * @param bounded whether the run is bounded, so that records come sorted by time
     * @param contacts whether dead letters hold the bytes of records, or only their hash
     * @param cacheShare share of the heap for decoded windows where the state backend stores bytes; 0 for no cache
     */
    public LabelledCustomerWindowOperator(
            WindowTimes times,
            boolean bounded,
            Contacts contacts,
            double cacheShare,
            OutputTag<DeadLetter> deadLetters) {
        super(FeatureSet.EXTENDED, times, bounded, contacts, cacheShare, deadLetters);
    }

    @Override
    public void processElement1(StreamRecord<Transaction> element) throws Exception {
        arrive(element);
    }

    @Override
    public void processElement2(StreamRecord<FraudLabel> element) throws Exception {
        FraudLabel label = element.getValue();
        CustomerWindow window = windowOfKey();
        window.label(label, clock.watermarkFor(label.labelEpochSecond), times);
        keep(window);
    }
}
