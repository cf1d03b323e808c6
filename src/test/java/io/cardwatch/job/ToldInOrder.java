package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.decide.ControlSource;
import io.cardwatch.domain.CustomerChange;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.EventTimeProgress;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.enrich.CustomerInfoSource;
import io.cardwatch.score.FraudModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.OutputTag;

/**
 * Payments told to the stages one after the other, in a small Flink: each one when the row of the one before has come
 * out, so that any parallelism sees them in their order. All verdicts are told before, and a savepoint's barrier behind
 * them says when every stage has taken them: they go another way, which may open later. Event time advances as in a
 * shard.
 *
 * <p>One at a time: records and answers are static, for the job's functions to find.
 */
final class ToldInOrder {
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    /** Rows that left the stages, and dead letters. */
    static final Queue<String> ANSWERS = new ConcurrentLinkedQueue<>();
    /** Changes that came from {@code customer_info}. */
    static final Queue<CustomerChange> CHANGES = new ConcurrentLinkedQueue<>();

    private static final AtomicInteger TOLD = new AtomicInteger();
    private static final AtomicInteger SCORED = new AtomicInteger();
    private static List<FraudLabel> labels;
    private static List<Decoded<Transaction>> payments;
    private static Collection<String> rows;
    private static int stopAfter;
    /** Done when all verdicts are where they are needed; a job that is restored has them in its state. */
    private static CompletableFuture<Void> labelsArrived;

    private ToldInOrder() {}

    /**
     * What will be told by the next job.
     *
     * @param rows sequence numbers of the payments that must have a row
     * @param paymentsToTell how many of {@code payments} are told before silence; all of them also end the stream
     */
    static void tell(
            List<FraudLabel> labels, List<Decoded<Transaction>> payments, Collection<String> rows, int paymentsToTell) {
        ToldInOrder.labels = labels;
        ToldInOrder.payments = payments;
        ToldInOrder.rows = rows;
        stopAfter = labels.size() + paymentsToTell;
        ANSWERS.clear();
        CHANGES.clear();
        TOLD.set(0);
        SCORED.set(0);
        labelsArrived = new CompletableFuture<>();
    }

    /** Starts the stages, without contacts. */
    static JobClient start(Settings settings, FeatureSet set, int parallelism, Configuration configuration)
            throws Exception {
        StreamExecutionEnvironment env = environment(parallelism, configuration);
        ScoringTopology topology = ScoringTopology.streaming(settings);
        return execute(env, scored(env, topology, set));
    }

    /** Starts the stages with contacts from {@code customers}. */
    static JobClient start(
            Settings settings,
            FeatureSet set,
            int parallelism,
            Configuration configuration,
            CustomerInfoSource customers)
            throws Exception {
        StreamExecutionEnvironment env = environment(parallelism, configuration);
        ScoringTopology topology = ScoringTopology.streaming(settings);
        DataStream<CustomerChange> changes = env.fromSource(
                        customers, WatermarkStrategy.noWatermarks(), "customer_info", WireTypes.CUSTOMER_CHANGE)
                .setParallelism(1)
                .uid("customer-info-source")
                .map(change -> {
                    CHANGES.add(change);
                    return change;
                })
                .returns(WireTypes.CUSTOMER_CHANGE)
                .setParallelism(1)
                .uid("changes");
        return execute(env, topology.withContacts(scored(env, topology, set), changes));
    }

    private static StreamExecutionEnvironment environment(int parallelism, Configuration configuration) {
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.getConfig().enableObjectReuse();
        env.enableCheckpointing(Duration.ofHours(1).toMillis());
        env.setBufferTimeout(0);
        return env;
    }

    private static DataStream<ScoredTransaction> scored(
            StreamExecutionEnvironment env, ScoringTopology topology, FeatureSet set) {
        SingleOutputStreamOperator<Decoded<Transaction>> told = env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                labels.size() + payments.size(),
                                parallelism -> new Silence(),
                                Types.LONG),
                        WatermarkStrategy.forGenerator(context -> new Shard()),
                        "numbers")
                .setParallelism(1)
                .uid("numbers")
                .process(new Tell(), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1)
                .uid("told");
        ScoringTopology.Features features = topology.features(told, told.getSideOutput(LABELS));
        features.deadLetters
                .map(ToldInOrder::answered)
                .returns(WireTypes.DEAD_LETTER)
                .uid("letters")
                .sinkTo(new DiscardingSink<>())
                .uid("letter-sink");
        return topology.score(features.featured, FraudModel.loadShipped(set), ControlSource.NONE)
                .map(row -> {
                    SCORED.incrementAndGet();
                    return row;
                })
                .returns(WireTypes.SCORED_TRANSACTION)
                .uid("scored");
    }

    private static JobClient execute(StreamExecutionEnvironment env, DataStream<ScoredTransaction> rows)
            throws Exception {
        rows.map(ToldInOrder::answered)
                .returns(WireTypes.SCORED_TRANSACTION)
                .uid("rows")
                .sinkTo(new DiscardingSink<>())
                .uid("row-sink");
        JobClient job = env.executeAsync();
        CommonTestUtils.waitForJobStatus(job, List.of(JobStatus.RUNNING, JobStatus.FINISHED));
        awaitLabels(job);
        return job;
    }

    private static void awaitLabels(JobClient job) throws Exception {
        Path directory = Files.createTempDirectory("labels");
        while (!labelsArrived.isDone()) {
            failWith(job);
            Thread.sleep(5);
            if (TOLD.get() < labels.size()) {
                continue;
            }
            try {
                job.triggerSavepoint(directory.toUri().toString(), SavepointFormatType.CANONICAL)
                        .get();
                labelsArrived.complete(null);
            } catch (ExecutionException e) {
                // Not all stages run yet.
            }
        }
        FileUtils.deleteDirectory(directory.toFile());
    }

    /** Waits until all that shall be told has been told and is scored. */
    static void awaitSilence(JobClient job) throws Exception {
        while (TOLD.get() < stopAfter) {
            failWith(job);
            Thread.sleep(5);
        }
    }

    /** Waits for so many answers. */
    static void awaitAnswers(JobClient job, int count) throws Exception {
        long begun = System.nanoTime();
        while (ANSWERS.size() < count && System.nanoTime() - begun < PATIENCE_NANOS) {
            failWith(job);
            Thread.sleep(5);
        }
    }

    /** Compares all answers, and shows only a few of those that differ. */
    static void assertAnswers(List<String> expected, String description) {
        List<String> wrong = new ArrayList<>(ANSWERS);
        List<String> missing = new ArrayList<>(expected);
        expected.forEach(wrong::remove);
        ANSWERS.forEach(missing::remove);
        assertThat(wrong.size() + missing.size())
                .as(
                        "%s: %d wrong %s%n%d missing %s",
                        description,
                        wrong.size(),
                        wrong.subList(0, Math.min(3, wrong.size())),
                        missing.size(),
                        missing.subList(0, Math.min(3, missing.size())))
                .isZero();
    }

    /** Fails as the job did, if it did. */
    private static void failWith(JobClient job) throws Exception {
        if (job.getJobStatus().get() == JobStatus.FAILED) {
            job.getJobExecutionResult().get();
        }
    }

    private static ScoredTransaction answered(ScoredTransaction row) {
        ANSWERS.add(row(row.transaction, row.features, row.fullName));
        return row;
    }

    private static DeadLetter answered(DeadLetter letter) {
        ANSWERS.add(letter(letter.reason.name(), letter.origin.stream(), letter.origin.sequenceNumber()));
        return letter;
    }

    /** A row, written down; equal texts mean equal bits in every feature. */
    static String row(Transaction transaction, double[] features, String fullName) {
        return transaction.origin.sequenceNumber() + " " + Arrays.toString(features) + " " + fullName;
    }

    /** A dead letter, written down. */
    static String letter(String reason, String stream, String sequenceNumber) {
        return reason + " " + stream + " " + sequenceNumber;
    }

    /** Lets the source go on until enough is told, and before the first payment until all verdicts have arrived. */
    private static final class Silence implements RateLimiter {
        @Override
        public CompletionStage<Void> acquire() {
            if (TOLD.get() == labels.size()) {
                return labelsArrived;
            }
            boolean toTheEnd = stopAfter == labels.size() + payments.size();
            return toTheEnd || TOLD.get() < stopAfter
                    ? CompletableFuture.completedFuture(null)
                    : new CompletableFuture<>();
        }
    }

    /** The watermark of the one shard there is, after each record. */
    private static final class Shard implements WatermarkGenerator<Long> {
        private final EventTimeProgress progress = new EventTimeProgress(Duration.ofDays(1));

        @Override
        public void onEvent(Long number, long timestamp, WatermarkOutput output) {
            int position = (int) (number - labels.size());
            if (position >= 0 && payments.get(position).accepted()) {
                Transaction payment = payments.get(position).value;
                progress.observe(payment.epochSecond, payment.origin);
                if (progress.reachedMillis() != Long.MIN_VALUE) {
                    output.emitWatermark(new Watermark(progress.reachedMillis() - 1));
                }
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    /** A number becomes the verdict or payment at that position, and waits for its row. */
    private static final class Tell extends ProcessFunction<Long, Decoded<Transaction>> {
        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out) {
            int position = (int) (number - labels.size());
            if (position < 0) {
                context.output(LABELS, Decoded.of(labels.get(number.intValue())));
            } else {
                tell(payments.get(position), out);
            }
            TOLD.set((int) (number + 1));
        }

        private static void tell(Decoded<Transaction> payment, Collector<Decoded<Transaction>> out) {
            int before = SCORED.get();
            out.collect(payment);
            if (!payment.accepted() || !rows.contains(payment.value.origin.sequenceNumber())) {
                return;
            }
            long begun = System.nanoTime();
            while (SCORED.get() == before) {
                if (System.nanoTime() - begun > PATIENCE_NANOS
                        || Thread.currentThread().isInterrupted()) {
                    throw new IllegalStateException("no row came for payment " + payment.value.origin.sequenceNumber());
                }
                LockSupport.parkNanos(20_000);
            }
        }
    }
}
