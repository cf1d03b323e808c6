package io.cardwatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordCsv;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.ScoringTopology;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.shaded.guava31.com.google.common.hash.Hashing;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A simulated world that is cut in two: its past goes through {@code backfill --savepoint}, and the streaming job's
 * stages start from that and read on from an hour before the cut. The oracle sees both parts without a seam.
 */
@Timeout(600)
class HistorySavepointTest {
    private static final OutputTag<Decoded<FraudLabel>> LABELS =
            new OutputTag<>("labels", WireTypes.DECODED_FRAUD_LABEL);

    private static final CutWorld WORLD = new CutWorld();
    private static final StringWriter CONSOLE = new StringWriter();
    private static final Map<FeatureSet, Path> SAVEPOINTS = new EnumMap<>(FeatureSet.class);
    private static final AtomicInteger ROWS = new AtomicInteger();
    /** Subtasks that have all labels behind them. */
    private static final AtomicInteger BEHIND_LABELS = new AtomicInteger();

    @TempDir
    private static Path world;

    private final StringWriter console = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeAll
    static void writeThePast() throws IOException {
        WORLD.writePast(world);
        for (FeatureSet set : FeatureSet.values()) {
            SAVEPOINTS.put(set, WORLD.savepoint(world, set, CONSOLE));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REFERENCE, hashmap, 1",
        "REFERENCE, rocksdb, 3",
        // With more subtasks payments of a moment may reach a terminal in another order, which its undelayed count
        // shows.
        "EXTENDED, hashmap, 1",
        "EXTENDED, rocksdb, 1"
    })
    void theJobGoesOnAsIfItHadSeenThePastItself(FeatureSet set, String backend, int parallelism) throws Exception {
        List<String> expected = WORLD.expected(set);
        assertThat(WORLD.live.stream().filter(payment -> payment.epochSecond <= WORLD.seam))
                .as("payments of the overlap")
                .anyMatch(WORLD.past::contains)
                .anyMatch(payment -> !WORLD.past.contains(payment));
        ROWS.set(0);
        BEHIND_LABELS.set(0);

        List<String> rows = liveRows(set, backend, parallelism, expected.size());

        assertThat(rows).doesNotHaveDuplicates();
        assertThat(rows.stream().filter(row -> !expected.contains(row)).limit(3))
                .isEmpty();
        assertThat(rows).hasSameSizeAs(expected);
    }

    @ParameterizedTest
    @EnumSource
    void theSavepointHoldsTheStateOfBothWindowsAndNoOther(FeatureSet set) throws IOException {
        assertWindowsAlone(SAVEPOINTS.get(set));
    }

    /** Long before the savepoint is asked for: what reads it must not end. */
    @Test
    void aHistoryThatIsReadAtOnceIsInItsSavepointToo(@TempDir Path directory) throws IOException {
        Path two = directory.resolve("two.csv");
        Files.write(
                two,
                List.of(
                        RecordCsv.TRANSACTION_HEADER,
                        RecordCsv.row(WORLD.past.get(0)),
                        RecordCsv.row(WORLD.past.get(1))));
        Path target = directory.resolve("a savepoint");

        int exitCode = run("backfill", "--transactions", two.toString(), "--savepoint", target.toString());

        assertThat(exitCode).as(errors.toString()).isZero();
        try (Stream<Path> savepoints = Files.list(target)) {
            Path savepoint = savepoints.findFirst().orElseThrow();
            assertWindowsAlone(savepoint);
            assertThat(console.toString())
                    .contains("run --from '" + savepoint + "' --source.")
                    .contains("-s '" + savepoint + "'");
        }
    }

    @Test
    void theCommandThatStartsTheJobIsPrintedWithSavepointAndTime() {
        String from =
                Instant.ofEpochSecond(WORLD.seam - CutWorld.OVERLAP_SECONDS).toString();
        String position = " --source.initial-position=AT_TIMESTAMP --source.initial-timestamp=" + from;
        assertThat(CONSOLE.toString())
                .contains("run --from " + SAVEPOINTS.get(FeatureSet.REFERENCE) + position)
                .contains("run --from " + SAVEPOINTS.get(FeatureSet.EXTENDED) + " --features.set=extended" + position)
                .contains("flink run -d -s " + SAVEPOINTS.get(FeatureSet.REFERENCE));
        assertThat(CONSOLE.toString()).contains(String.format("%,d transactions up to", WORLD.past.size()));
    }

    @Test
    void aDirectoryThatCannotTakeASavepointIsSaidBeforeAnythingStarts(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(backfill(directory)).isEqualTo(3);
        assertThat(errors.toString()).contains("is not empty", "remedy: Name a new directory");
        assertThat(backfill(file)).isEqualTo(3);
        assertThat(backfill(file.resolve("below"))).isEqualTo(3);
        assertThat(errors.toString()).contains("file/below cannot be made or written");
        assertThat(directory).isDirectoryContaining("glob:**/file");
    }

    @Test
    void aHistoryThatTellsNoTimeIsRefusedAndLeavesNothing(@TempDir Path directory) throws IOException {
        Files.write(world.resolve("one.csv"), List.of(RecordCsv.TRANSACTION_HEADER, RecordCsv.row(WORLD.past.get(0))));

        String one = world.resolve("one.csv").toString();
        int exitCode = run("backfill", "--transactions", one, "--savepoint", directory.toString());

        assertThat(exitCode).as(errors.toString()).isEqualTo(3);

        assertThat(errors.toString()).contains("do not determine event time");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void rowsAndASavepointInOneCallAreWrongUsage(@TempDir Path directory) {
        assertThat(backfill(directory, "--out", directory.resolve("rows.csv").toString()))
                .isEqualTo(2);
        assertThat(backfill(
                        directory,
                        "--dead-letters",
                        directory.resolve("dead.csv").toString()))
                .isEqualTo(2);
    }

    private int backfill(Path savepoint, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "backfill",
                "--transactions",
                world.resolve("transactions.csv").toString(),
                "--savepoint",
                savepoint.toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Cardwatch.run(new PrintWriter(console), new PrintWriter(errors), arguments);
    }

    private static List<String> liveRows(FeatureSet set, String backend, int parallelism, int most) throws Exception {
        Configuration configuration = new Configuration()
                .set(StateBackendOptions.STATE_BACKEND, backend)
                .set(StateRecoveryOptions.SAVEPOINT_PATH, SAVEPOINTS.get(set).toString());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        env.setBufferTimeout(0);
        SingleOutputStreamOperator<Decoded<Transaction>> told = env.fromSequence(
                        0, WORLD.liveLabels.size() + WORLD.live.size() - 1L)
                .setParallelism(1)
                .assignTimestampsAndWatermarks(WatermarkStrategy.forGenerator(context -> new TellTime()))
                .setParallelism(1)
                .process(new Tell(parallelism), WireTypes.DECODED_TRANSACTION)
                .setParallelism(1);
        return ScoringTopology.streaming(Settings.fromArguments(List.of("--features.set=" + set.lowerCaseName())))
                .features(told, told.getSideOutput(LABELS))
                .featured
                .transform("Answers", Types.STRING, new Answers())
                .executeAndCollect(2 * most);
    }

    /** The time of each payment behind it, and of the first behind the labels. */
    private static final class TellTime implements WatermarkGenerator<Long> {
        @Override
        public void onEvent(Long number, long timestamp, WatermarkOutput output) {
            if (number >= WORLD.liveLabels.size() - 1) {
                long second = WORLD.live.get((int) Math.max(0, number - WORLD.liveLabels.size())).epochSecond;
                output.emitWatermark(new Watermark(second * 1000 - 1));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    /** All labels, then, when they have arrived, the payments, no more than a day of them on their way at once. */
    private static final class Tell extends ProcessFunction<Long, Decoded<Transaction>> {
        private static final int MOST_UNANSWERED = 200;

        private final int parallelism;
        private int expected;

        Tell(int parallelism) {
            this.parallelism = parallelism;
        }

        @Override
        public void processElement(Long number, Context context, Collector<Decoded<Transaction>> out)
                throws InterruptedException {
            if (number < WORLD.liveLabels.size()) {
                context.output(LABELS, Decoded.of(WORLD.liveLabels.get(number.intValue())));
                return;
            }
            while (BEHIND_LABELS.get() < parallelism || expected - ROWS.get() > MOST_UNANSWERED) {
                Thread.sleep(1);
            }
            Transaction transaction = WORLD.live.get((int) (number - WORLD.liveLabels.size()));
            out.collect(Decoded.of(transaction));
            expected += WORLD.past.contains(transaction) ? 0 : 1;
        }
    }

    /** Says what has come out, and when the first watermark has, which comes behind the labels in all channels. */
    private static final class Answers extends AbstractStreamOperator<String>
            implements OneInputStreamOperator<FeaturedTransaction, String> {
        private boolean behindLabels;

        @Override
        public void processElement(StreamRecord<FeaturedTransaction> element) {
            FeaturedTransaction row = element.getValue();
            ROWS.incrementAndGet();
            output.collect(new StreamRecord<>(CutWorld.answer(row.transaction, row.features)));
        }

        @Override
        public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
            if (!behindLabels) {
                behindLabels = true;
                BEHIND_LABELS.incrementAndGet();
            }
            super.processWatermark(mark);
        }
    }

    /** Fails unless {@code savepoint} has the state of both windows, and no other. */
    private static void assertWindowsAlone(Path savepoint) throws IOException {
        Path metadata = savepoint.resolve("_metadata");
        try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
            assertThat(Checkpoints.loadCheckpointMetadata(
                                    in, HistorySavepointTest.class.getClassLoader(), metadata.toString())
                            .getOperatorStates())
                    .filteredOn(HistorySavepointTest::hasState)
                    .extracting(OperatorState::getOperatorID)
                    .containsExactlyInAnyOrder(ofUid("customer-windows"), ofUid("terminal-windows"));
        }
    }

    private static boolean hasState(OperatorState operator) {
        return operator.getCoordinatorState() != null
                || operator.getStates().stream().anyMatch(OperatorSubtaskState::hasState);
    }

    private static OperatorID ofUid(String uid) {
        return new OperatorID(Hashing.murmur3_128(0).hashString(uid, UTF_8).asBytes());
    }
}
