package io.cardwatch.feature;

import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * {@link CustomerStage} of the extended features, which also use the labels of the customer's transactions. Only the
 * terminal stage counts labels and reports those whose transaction never arrived.
 */
public final class LabelledCustomerWindowOperator extends CustomerStage
        implements TwoInputStreamOperator<Transaction, FraudLabel, FeaturedTransaction> {
    /** The customers' stage of a job that computes the extended features. */
    public LabelledCustomerWindowOperator(StageSettings settings) {
        super(settings);
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
