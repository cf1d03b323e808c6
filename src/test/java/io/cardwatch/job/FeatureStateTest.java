package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.BoundedOracle;
import io.cardwatch.oracle.Events;
import io.cardwatch.oracle.FeatureOracle;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One stream of payments through the feature stages, stopped with savepoints, gone on with by more and by fewer subtasks,
 * and with a TaskManager terminated on the way: every payment's features are the oracle's, also those that are computed
 * twice, and all is refused that must be. On the heap, in RocksDB, and there behind a cache that holds nearly nothing, and
 * one that holds all; with Flink's changelog before the backend and without.
 */
@Timeout(600)
class FeatureStateTest {
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);
    private static final RandomPayments PAYMENTS = new RandomPayments();
    private static final BoundedOracle.Answers ORACLE = BoundedOracle.run(
            new FeatureOracle(FeatureSet.REFERENCE, 7 * Events.DAY, 3 * Events.DAY),
            PAYMENTS.transactions,
            PAYMENTS.labels);
    private static final Map<String, String> EXPECTED = expected();
    /** From this payment on, every so many-th is followed by one that is older by far more than is allowed. */
    private static final int FIRST_TOO_OLD = 2_000;

    private static final int TOO_OLD_ONE_IN = 50;
    private static final long TOO_OLD_SECONDS = 15 * Events.DAY;
    private static final List<Transaction> TOLD = payments();
    private static final Set<String> EXPECTED_LETTERS = expectedLetters();
    private static final int PER_SECOND = 1_200;

    /** By sequence number of the payment, what has left the stages; a second answer that differs is added to the first. */
    private static final Map<String, String> FEATURED = new ConcurrentHashMap<>();
    /** What was refused; a second letter of a record after a failure is the same. */
    private static final Set<String> LETTERS = ConcurrentHashMap.newKeySet();
    /** Payments that came a second time, since a checkpoint was behind. */
    private static final AtomicInteger AGAIN = new AtomicInteger();
    /** Payments that came since the job was started last, by whom it may be. */
    private static final AtomicInteger CAME = new AtomicInteger();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(4)
            .build());

    private static int taskManagers = 1;

    @TempDir
    Path directory;

    private MiniCluster cluster;
    private String backend;
    private boolean changelog;
    private double cacheShare;

    @BeforeEach
    void forgetWhatCame(@InjectMiniCluster MiniCluster miniCluster) {
        cluster = miniCluster;
        FEATURED.clear();
        LETTERS.clear();
        AGAIN.set(0);
    }

    @ParameterizedTest
    @CsvSource({
        "hashmap, false, 0.3",
        "hashmap, true, 0.3",
        "rocksdb, false, 0",
        "rocksdb, false, 4e-6",
        "rocksdb, false, 0.3",
        "rocksdb, true, 0.3"
    })
    void savepointsOtherParallelismsAndALostTaskManagerChangeNoFeature(
            String backend, boolean changelog, double cacheShare) throws Exception {
        this.backend = backend;
        this.changelog = changelog;
        this.cacheShare = cacheShare;
        JobClient two = start(2, new Configuration());
        awaitPayments(EXPECTED.size() / 5);
        JobClient four = start(4, from(stop(two)));
        awaitPayments(2 * EXPECTED.size() / 5);
        loseATaskManager();
        awaitPayments(4 * EXPECTED.size() / 5);
        assertThat(AGAIN.get()).as("payments that were computed again").isPositive();
        JobClient one = start(1, from(stop(four)));
        CommonTestUtils.waitForJobStatus(one, List.of(JobStatus.FINISHED));

        Map<String, String> wrong = new HashMap<>(FEATURED);
        wrong.entrySet().removeIf(row -> row.getValue().equals(EXPECTED.get(row.getKey())));
        wrong.replaceAll((key, row) -> row + " instead of " + EXPECTED.get(key));
        assertThat(wrong).isEmpty();
        assertThat(FEATURED).hasSameSizeAs(EXPECTED);
        assertThat(LETTERS).isEqualTo(EXPECTED_LETTERS);
    }

    private JobClient start(int parallelism, Configuration configuration) throws Exception {
        configuration.set(StateBackendOptions.STATE_BACKEND, backend);
        configuration.set(StateChangelogOptions.ENABLE_STATE_CHANGE_LOG, changelog);
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve("checkpoints").toUri().toString());
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        env.enableCheckpointing(200);
        env.setBufferTimeout(0);
        SingleOutputStreamOperator<Decoded<Transaction>> told = told(env);
        ScoringTopology.Features features = ScoringTopology.streaming(
                        Settings.fromArguments(List.of("--features.cache-share=" + cacheShare)))
                .features(told, told.getSideOutput(LABELS));
        features.featured
                .map(row -> {
                    String answer = Arrays.toString(row.features);
                    CAME.incrementAndGet();
                    FEATURED.merge(row.transaction.origin.sequenceNumber(), answer, FeatureStateTest::again);
                    return row;
                })
                .returns(WireTypes.FEATURED_TRANSACTION)
                .uid("came")
                .sinkTo(new DiscardingSink<>())
                .uid("sink");
        features.deadLetters
                .map(letter -> {
                    LETTERS.add(ToldInOrder.letter(
                            letter.reason.name(), letter.origin.stream(), letter.origin.sequenceNumber()));
                    return letter;
                })
                .returns(WireTypes.DEAD_LETTER)
                .uid("letters")
                .sinkTo(new DiscardingSink<>())
                .uid("dead-letters");
        JobClient job = env.executeAsync();
        CommonTestUtils.waitForJobStatus(job, List.of(JobStatus.RUNNING, JobStatus.FINISHED));
        return job;
    }

    private static String again(String before, String now) {
        AGAIN.incrementAndGet();
        return before.equals(now) ? now : before + " then " + now;
    }

    /** All verdicts, then all payments, whose times are the watermarks. */
    private static SingleOutputStreamOperator<Decoded<Transaction>> told(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                PAYMENTS.labels.size() + TOLD.size(),
                                RateLimiterStrategy.perSecond(PER_SECOND),
                                Types.LONG),
                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                .withTimestampAssigner((number, previous) -> number < PAYMENTS.labels.size()
                                        ? Long.MIN_VALUE
                                        : TOLD.get(position(number)).epochSecond * 1000),
                        "numbers")
                .setParallelism(1)
                .uid("numbers")
                .process(new Tell(), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1)
                .uid("told");
    }

    private static int position(long number) {
        return (int) number - PAYMENTS.labels.size();
    }

    /**
     * A number becomes the verdict or payment at that position. No more than a day and a half of payments are on their
     * way at once, or twice that while the last answers of a lost TaskManager still come in: all 45 would fit into the
     * buffers, and one subtask could be weeks ahead of another that still opens its state.
     */
    private static final class Tell extends ProcessFunction<Long, Decoded<Transaction>> {
        private static final int MOST_UNANSWERED = 150;

        private transient int accepted;

        @Override
        public void open(OpenContext context) {
            accepted = 0;
            CAME.set(0);
        }

        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out)
                throws InterruptedException {
            if (number < PAYMENTS.labels.size()) {
                context.output(LABELS, Decoded.of(PAYMENTS.labels.get(number.intValue())));
                return;
            }
            Transaction transaction = TOLD.get(position(number));
            out.collect(Decoded.of(transaction));
            accepted += EXPECTED.containsKey(transaction.origin.sequenceNumber()) ? 1 : 0;
            while (accepted - CAME.get() > MOST_UNANSWERED) {
                Thread.sleep(1);
            }
        }
    }

    private static Map<String, String> expected() {
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < PAYMENTS.transactions.size(); i++) {
            Verdict verdict = ORACLE.verdicts().get(i);
            if (verdict.outcome == Outcome.ACCEPTED) {
                expected.put(PAYMENTS.transactions.get(i).origin.sequenceNumber(), Arrays.toString(verdict.features));
            }
        }
        return expected;
    }

    /** The payments, and behind some of them one that is too old, of nobody else's identity. */
    private static List<Transaction> payments() {
        List<Transaction> told = new ArrayList<>();
        int next = PAYMENTS.transactions.size();
        for (Transaction payment : PAYMENTS.transactions) {
            told.add(payment);
            if (told.size() > FIRST_TOO_OLD && told.size() % TOO_OLD_ONE_IN == 0) {
                long second = payment.epochSecond - TOO_OLD_SECONDS;
                told.add(Events.transaction(next, next, second, payment.customerId, payment.terminalId, 100));
                next++;
            }
        }
        return told;
    }

    private static Set<String> expectedLetters() {
        Set<String> letters = new HashSet<>();
        for (int i = 0; i < PAYMENTS.transactions.size(); i++) {
            if (ORACLE.verdicts().get(i).outcome == Outcome.CONFLICT) {
                letters.add(ToldInOrder.letter("CONFLICT", "transactions", Integer.toString(i)));
            }
        }
        for (int i = PAYMENTS.transactions.size(); i < TOLD.size(); i++) {
            letters.add(ToldInOrder.letter("TOO_OLD", "transactions", Integer.toString(i)));
        }
        ORACLE.unmatchedLabels()
                .forEach(label ->
                        letters.add(ToldInOrder.letter("LABEL_UNMATCHED", "labels", label.origin.sequenceNumber())));
        return letters;
    }

    /** The other one is there before the first is gone, so that the job need not wait for slots. */
    private void loseATaskManager() throws Exception {
        cluster.startTaskManager();
        cluster.terminateTaskManager(taskManagers - 1).get();
        taskManagers++;
    }

    private String stop(JobClient job) throws Exception {
        return job.stopWithSavepoint(
                        false, directory.resolve("savepoints").toUri().toString(), SavepointFormatType.NATIVE)
                .get();
    }

    private static Configuration from(String savepoint) {
        return new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }

    private static void awaitPayments(int count) throws InterruptedException {
        while (FEATURED.size() < count) {
            Thread.sleep(5);
        }
    }
}
