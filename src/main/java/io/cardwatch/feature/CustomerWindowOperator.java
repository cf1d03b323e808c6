package io.cardwatch.feature;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** {@link CustomerStage} of the reference features. */
public final class CustomerWindowOperator extends CustomerStage
        implements OneInputStreamOperator<Transaction, FeaturedTransaction> {
    /**
     * @param bounded whether the run is bounded, so that records come sorted by time
     * @param contacts whether dead letters hold the bytes of records, or only their hash
     * @param cacheShare share of the heap for decoded windows where the state backend stores bytes; 0 for no cache
     */
    public CustomerWindowOperator(
            WindowTimes times,
            boolean bounded,
            Contacts contacts,
            double cacheShare,
            OutputTag<DeadLetter> deadLetters) {
        super(FeatureSet.REFERENCE, times, bounded, contacts, cacheShare, deadLetters);
    }

    @Override
    public void processElement(StreamRecord<Transaction> element) throws Exception {
        arrive(element);
    }
}
