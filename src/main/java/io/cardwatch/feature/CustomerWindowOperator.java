package io.cardwatch.feature;

import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** {@link CustomerStage} of the reference features. */
public final class CustomerWindowOperator extends CustomerStage
        implements OneInputStreamOperator<Transaction, FeaturedTransaction> {
    /** The customers' stage of a job that computes the reference features. */
    public CustomerWindowOperator(StageSettings settings) {
        super(settings);
    }

    @Override
    public void processElement(StreamRecord<Transaction> element) throws Exception {
        arrive(element);
    }
}
