package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.Customer;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.metrics.OperatorName;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import io.cardwatch.score.FraudModel;
import io.cardwatch.testing.RecordsIn;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One history through the whole topology, as a bounded run and as a stream, and the oracle's answers to it. */
@Timeout(600)
class ScoringTopologyTest {
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);
    private static final RandomPayments PAYMENTS = new RandomPayments();
    /** Of both sets; they differ in the features only. */
    private static final Map<FeatureSet, BoundedOracle.Answers> ORACLE = Map.of(
            FeatureSet.REFERENCE, oracle(FeatureSet.REFERENCE), FeatureSet.EXTENDED, oracle(FeatureSet.EXTENDED));
    /** Rows that have left the topology. */
    private static final AtomicInteger ROWS = new AtomicInteger();

    private static final InMemoryReporter METRICS = InMemoryReporter.create();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            // In a bounded run a sorted input takes up to 128 MB.
            .setConfiguration(METRICS.addToConfiguration(new Configuration())
                    .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512)))
            .build());

    private Settings settings;
    private final FraudModel model = FraudModel.loadShipped(FeatureSet.REFERENCE);

    @ParameterizedTest
    @CsvSource({
        "BATCH, 1, REFERENCE",
        "BATCH, 2, REFERENCE",
        "STREAMING, 1, REFERENCE",
        "STREAMING, 2, REFERENCE",
        "BATCH, 2, EXTENDED",
        // With more subtasks payments of a moment may reach a terminal in another order, which its undelayed count
        // shows.
        "STREAMING, 1, EXTENDED"
    })
    void anyModeAndParallelismGivesTheOraclesAnswers_withoutKryo(
            RuntimeExecutionMode mode, int parallelism, FeatureSet set) throws Exception {
        settings = Settings.fromArguments(List.of("--features.set=" + set.lowerCaseName(), "--anomaly.for=all"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(
                new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
        env.setRuntimeMode(mode);
        env.setParallelism(parallelism);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        // Labels are told first: they must not lie in a buffer while the payments pass.
        env.setBufferTimeout(0);
        boolean bounded = mode == RuntimeExecutionMode.BATCH;
        ROWS.set(0);
        SingleOutputStreamOperator<Decoded<Transaction>> told = told(env, !bounded, set);
        DataStream<String> answers = bounded ? bounded(env, told) : streaming(env, told);

        Set<String> expected = expectedAnswers(ORACLE.get(set));
        List<String> lines = answers.executeAndCollect(2 * expected.size());
        assertThat(lines).hasSameSizeAs(expected).doesNotHaveDuplicates();
        assertThat(lines.stream().filter(line -> !expected.contains(line)).limit(5))
                .isEmpty();
    }

    /** All verdicts, then all payments, whose times are the watermarks. */
    private static SingleOutputStreamOperator<Decoded<Transaction>> told(
            StreamExecutionEnvironment env, boolean paced, FeatureSet set) {
        return env.fromSequence(0, PAYMENTS.labels.size() + PAYMENTS.transactions.size() - 1L)
                .setParallelism(1)
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((number, previous) -> Tell.isLabel(number)
                                ? Long.MIN_VALUE
                                : PAYMENTS.transactions.get(Tell.position(number)).epochSecond * 1000))
                .setParallelism(1)
                .process(new Tell(paced, set), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1);
    }

    private DataStream<String> streaming(
            StreamExecutionEnvironment env, SingleOutputStreamOperator<Decoded<Transaction>> told) {
        ScoringTopology topology = ScoringTopology.streaming(settings);
        return answers(env, topology, topology.features(told, told.getSideOutput(LABELS)));
    }

    private DataStream<String> bounded(
            StreamExecutionEnvironment env, SingleOutputStreamOperator<Decoded<Transaction>> told) {
        ScoringTopology topology = ScoringTopology.bounded(settings);
        return answers(
                env,
                topology,
                topology.features(
                        timed(
                                told,
                                (record, previous) ->
                                        order(record.value.epochSecond, 1, record.value.origin.sequenceNumber())),
                        timed(
                                told.getSideOutput(LABELS),
                                (record, previous) -> order(
                                        record.value.labelEpochSecond, 0, record.value.origin.sequenceNumber()))));
    }

    /** By second, then verdicts before payments, then by position. */
    private static long order(long epochSecond, long kind, String position) {
        return (epochSecond << 31) | (kind << 30) | Long.parseLong(position);
    }

    private static <T> DataStream<T> timed(DataStream<T> records, SerializableTimestampAssigner<T> order) {
        return records.assignTimestampsAndWatermarks(
                WatermarkStrategy.<T>noWatermarks().withTimestampAssigner(order));
    }

    private DataStream<String> answers(
            StreamExecutionEnvironment env, ScoringTopology topology, ScoringTopology.Features features) {
        List<CustomerChange> known = LongStream.range(0, RandomPayments.CUSTOMERS)
                .filter(ScoringTopologyTest::isKnown)
                .mapToObj(id -> CustomerChange.to(new Customer(id, null, null, "Customer " + id, null, null, null)))
                .toList();
        DataStream<CustomerChange> customers =
                timed(env.fromData(known, WireTypes.CUSTOMER_CHANGE), (change, previous) -> 0);
        return topology.withContacts(topology.score(features.featured, model, ControlSource.NONE), customers)
                .map(row -> counted(answer(
                        row.transaction,
                        row.features,
                        (float) row.decision.probability,
                        (Double) row.decision.get(DecisionColumn.ANOMALY_SCORE),
                        row.fullName)))
                .returns(Types.STRING)
                .union(features.deadLetters
                        .map(letter ->
                                letter.reason + " " + letter.origin.stream() + " " + letter.origin.sequenceNumber())
                        .returns(Types.STRING));
    }

    private static boolean isKnown(long customerId) {
        return customerId % 5 != 0;
    }

    private static String counted(String answer) {
        ROWS.incrementAndGet();
        return answer;
    }

    private static String answer(
            Transaction transaction, double[] features, float probability, Double anomalyScore, String fullName) {
        return transaction.origin.sequenceNumber() + " " + Arrays.toString(features) + " " + probability + " "
                + anomalyScore + " " + fullName;
    }

    private static BoundedOracle.Answers oracle(FeatureSet set) {
        return BoundedOracle.run(
                new FeatureOracle(set, 7 * Events.DAY, 3 * Events.DAY), PAYMENTS.transactions, PAYMENTS.labels);
    }

    private Set<String> expectedAnswers(BoundedOracle.Answers oracle) {
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < PAYMENTS.transactions.size(); i++) {
            Transaction transaction = PAYMENTS.transactions.get(i);
            Verdict verdict = oracle.verdicts().get(i);
            if (verdict.outcome == Outcome.ACCEPTED) {
                float[] input = new float[model.featureSet().size()];
                for (int f = 0; f < input.length; f++) {
                    input[f] = (float) verdict.features[f];
                }
                String fullName = isKnown(transaction.customerId) ? "Customer " + transaction.customerId : null;
                answers.add(answer(
                        transaction, verdict.features, model.probability(input), model.anomalyScore(input), fullName));
            } else if (verdict.outcome != Outcome.REDELIVERED) {
                answers.add(verdict.outcome + " transactions " + i);
            }
        }
        oracle.unmatchedLabels()
                .forEach(label -> answers.add("LABEL_UNMATCHED labels " + label.origin.sequenceNumber()));
        return answers;
    }

    /**
     * A number becomes the verdict or payment at that position. Paced, no more than three days of payments are on their
     * way at once: all 45 would fit into the buffers, and one subtask could be weeks ahead of another.
     */
    private static final class Tell extends ProcessFunction<Long, Decoded<Transaction>> {
        private static final int MOST_UNANSWERED = 300;

        private final boolean paced;
        /** The operators that take labels. */
        private final List<String> takers;

        private int accepted;

        Tell(boolean paced, FeatureSet set) {
            this.paced = paced;
            this.takers = set == FeatureSet.REFERENCE
                    ? List.of(OperatorName.TERMINAL_WINDOWS)
                    : List.of(OperatorName.TERMINAL_WINDOWS, OperatorName.CUSTOMER_WINDOWS);
        }

        static boolean isLabel(long number) {
            return number < PAYMENTS.labels.size();
        }

        static int position(long number) {
            return (int) number - PAYMENTS.labels.size();
        }

        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out)
                throws InterruptedException {
            if (isLabel(number)) {
                context.output(LABELS, Decoded.of(PAYMENTS.labels.get(number.intValue())));
                return;
            }
            if (paced && position(number) == 0) {
                for (String taker : takers) {
                    RecordsIn.await(
                            METRICS, getRuntimeContext().getJobInfo().getJobId(), taker, PAYMENTS.labels.size());
                }
            }
            out.collect(Decoded.of(PAYMENTS.transactions.get(position(number))));
            if (ORACLE.get(FeatureSet.REFERENCE).verdicts().get(position(number)).outcome == Outcome.ACCEPTED) {
                accepted++;
            }
            while (paced && accepted - ROWS.get() > MOST_UNANSWERED) {
                Thread.sleep(1);
            }
        }
    }
}
