package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.LabelDecoder;
import io.cardwatch.codec.TransactionDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.platform.Settings;
import io.cardwatch.score.FraudModel;
import java.util.List;
import java.util.Set;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** The job's own stages, up to the features or to the score. */
final class OurTopology extends Candidate {
    static final int MAX_BYTES = 65_536;

    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    private final double cacheShare;
    private final boolean scoring;

    OurTopology(String name, String backend, double cacheShare, boolean scoring) {
        super(name, backend);
        this.cacheShare = cacheShare;
        this.scoring = scoring;
    }

    @Override
    DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions) {
        SingleOutputStreamOperator<Decoded<Transaction>> transactions =
                positions.process(new Decode(), WireTypes.DECODED_TRANSACTION).uid("decode");
        ScoringTopology topology =
                ScoringTopology.streaming(Settings.fromArguments(List.of("--features.cache-share=" + cacheShare)));
        ScoringTopology.Features features = topology.features(transactions, transactions.getSideOutput(LABELS));
        features.deadLetters.sinkTo(new DiscardingSink<>());
        return scoring
                ? topology.score(features.featured, FraudModel.loadShipped(FeatureSet.REFERENCE))
                        .map(row -> new FeaturedTransaction(row.transaction, row.features))
                        .returns(WireTypes.FEATURED_TRANSACTION)
                : features.featured;
    }

    @Override
    Set<Feature> comparable() {
        return allWindows();
    }

    /** Position to envelope, labels to the side. */
    private static final class Decode extends ProcessFunction<Long, Decoded<Transaction>> {
        private final TransactionDecoder transactions = new TransactionDecoder(MAX_BYTES, true);
        private final LabelDecoder labels = new LabelDecoder(MAX_BYTES, true);

        @Override
        public void processElement(Long position, Context context, Collector<Decoded<Transaction>> out) {
            BenchmarkInput.Entry entry = BenchmarkInput.entry(position);
            if (entry.label) {
                context.output(LABELS, labels.decode(entry.bytes, entry.origin()));
            } else {
                out.collect(transactions.decode(entry.bytes, entry.origin()));
            }
        }
    }
}
