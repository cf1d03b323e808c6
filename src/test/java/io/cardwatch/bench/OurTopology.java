package io.cardwatch.bench;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.RecordsIn;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.InMemoryReporter;
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

    /** Else the busy one would count old payments by minute, and be compared with what does not. */
    private static final String EVERY_TERMINAL_EXACT = "--features.max-events-per-terminal=10000000";

    static final OutputTag<Decoded<FraudLabel>> LABELS = new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    /** Dead letters that came out, of all jobs of this process. */
    static final LongAdder DEAD_LETTERS = new LongAdder();

    /** What the operators count while rows are compared, one subtask each; a reporter serves one Flink. */
    private static volatile InMemoryReporter metrics;

    private final double cacheShare;
    /** Null for the features alone. */
    private final FraudModel model;

    OurTopology(String name, Backend backend, double cacheShare, FraudModel model) {
        super(name, backend);
        this.cacheShare = cacheShare;
        this.model = model;
    }

    /** Lets the job that is run next wait where its rows are compared. */
    static void watch(Configuration configuration) {
        metrics = InMemoryReporter.create();
        metrics.addToConfiguration(configuration);
    }

    /** The transactions of the input, the labels as {@link #LABELS}. */
    static SingleOutputStreamOperator<Decoded<Transaction>> decode(DataStream<Long> positions) {
        return positions.process(new Decode(), WireTypes.DECODED_TRANSACTION).uid("decode");
    }

    @Override
    DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions) {
        return build(decode(positions));
    }

    /** The same on transactions that are decoded, with their labels as {@link #LABELS}. */
    DataStream<FeaturedTransaction> build(SingleOutputStreamOperator<Decoded<Transaction>> transactions) {
        ScoringTopology topology = ScoringTopology.streaming(
                Settings.fromArguments(List.of("--features.cache-share=" + cacheShare, EVERY_TERMINAL_EXACT)));
        ScoringTopology.Features features = topology.features(transactions, transactions.getSideOutput(LABELS));
        features.deadLetters
                .map(letter -> {
                    DEAD_LETTERS.increment();
                    return letter;
                })
                .returns(WireTypes.DEAD_LETTER)
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>());
        if (model == null) {
            return features.featured;
        }
        boolean compared = BenchmarkInput.isForComparison();
        return topology.score(features.featured, model, ControlSource.NONE)
                .map(row -> new FeaturedTransaction(
                        row.transaction, compared ? withScore(row.features, row.decision.probability) : row.features))
                .returns(WireTypes.FEATURED_TRANSACTION);
    }

    /** The features, and the score behind them. */
    static double[] withScore(double[] features, double probability) {
        double[] all = Arrays.copyOf(features, features.length + 1);
        all[features.length] = probability;
        return all;
    }

    @Override
    int[] comparable() {
        return IntStream.range(0, FeatureSet.REFERENCE.size() + (model == null ? 0 : 1))
                .toArray();
    }

    /** Position to envelope, labels to the side. */
    private static final class Decode extends ProcessFunction<Long, Decoded<Transaction>> {
        private final RecordDecoder<Transaction> transactions = RecordDecoder.transactions(MAX_BYTES, Contacts.KEPT);
        private final RecordDecoder<FraudLabel> labels = RecordDecoder.labels(MAX_BYTES, Contacts.KEPT);
        private long labelsTold;
        private boolean labelsArrived;

        @Override
        public void processElement(Long position, Context context, Collector<Decoded<Transaction>> out)
                throws InterruptedException {
            BenchmarkInput.Entry entry = BenchmarkInput.entry(position);
            if (entry.label) {
                labelsTold++;
                context.output(LABELS, labels.decode(entry.bytes, entry.origin()));
            } else {
                if (BenchmarkInput.isForComparison() && !labelsArrived) {
                    RecordsIn.await(
                            metrics,
                            getRuntimeContext().getJobInfo().getJobId(),
                            OperatorName.TERMINAL_WINDOWS,
                            labelsTold);
                    labelsArrived = true;
                }
                out.collect(transactions.decode(entry.bytes, entry.origin()));
            }
        }
    }
}
