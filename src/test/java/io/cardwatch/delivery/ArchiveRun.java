package io.cardwatch.delivery;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.Restarts;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** A job of about five seconds that archives rows numbered from 0, in two subtasks, with checkpoints and failures. */
final class ArchiveRun {
    private static final long NOON = 1_709_294_400L; // 2024-03-01 12:00:00 UTC
    private static final Duration ROLLOVER = Duration.ofMinutes(15);
    private static final AtomicInteger FAILURES = new AtomicInteger();

    private ArchiveRun() {}

    /** What is done when the job fails. */
    interface AtFailure extends Serializable {
        void run();
    }

    /**
     * Runs it to its end; the failures that there were.
     *
     * @param rows their hours are in turn the {@code hours} from noon
     * @param interval between checkpoints
     * @param failures how often it fails between two checkpoints, each time in the middle of a file
     * @param atFailure what is called then
     */
    static int archive(
            Table<ScoredTransaction> table,
            int rows,
            int hours,
            URI folder,
            Path checkpoints,
            Duration interval,
            int failures,
            AtFailure atFailure)
            throws Exception {
        FAILURES.set(0);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(Restarts.always(checkpoints, interval));
        env.setParallelism(2);
        env.fromSource(
                        new DataGeneratorSource<>(
                                position -> position, rows, RateLimiterStrategy.perSecond(rows / 4.0), Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "positions")
                .map(new Failing(failures, atFailure))
                .map(position -> row(position, hours))
                .returns(WireTypes.SCORED_TRANSACTION)
                .sinkTo(new ArchiveSink<>(table, row -> row.transaction.epochSecond, folder, ROLLOVER))
                .uid("archive");
        env.execute();
        return FAILURES.get();
    }

    /**
     * Archives rows 0 and 1 of one hour with a savepoint between them, until their file is seen; then goes on from that
     * savepoint with row 1 again, until it is seen.
     */
    @SuppressWarnings("try") // closing may be interrupted, and the test then fails
    static void goOnFromAnOlderSavepoint(URI folder) throws Exception {
        ArchiveSink<ScoredTransaction> sink = new ArchiveSink<>(
                Tables.predictions(FeatureSet.REFERENCE), row -> row.transaction.epochSecond, folder, ROLLOVER);
        OperatorSubtaskState savepoint;
        try (OneInputStreamOperatorTestHarness<ScoredTransaction, CommittableMessage<PartBytes>> writer =
                writer(sink)) {
            writer.open();
            writer.processElement(row(0, 1), 0);
            savepoint = writer.snapshot(1, 0);
            writer.processElement(row(1, 1), 0);
            endAndCommit(sink, writer);
        }
        try (OneInputStreamOperatorTestHarness<ScoredTransaction, CommittableMessage<PartBytes>> writer =
                writer(sink)) {
            writer.initializeState(savepoint);
            writer.open();
            writer.processElement(row(1, 1), 0);
            endAndCommit(sink, writer);
        }
    }

    private static OneInputStreamOperatorTestHarness<ScoredTransaction, CommittableMessage<PartBytes>> writer(
            ArchiveSink<ScoredTransaction> sink) throws Exception {
        return new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
    }

    @SuppressWarnings("try") // closing may be interrupted, and the test then fails
    private static void endAndCommit(
            ArchiveSink<ScoredTransaction> sink,
            OneInputStreamOperatorTestHarness<ScoredTransaction, CommittableMessage<PartBytes>> writer)
            throws Exception {
        writer.setProcessingTime(writer.getProcessingTime() + ROLLOVER.toMillis());
        writer.prepareSnapshotPreBarrier(2);
        try (OneInputStreamOperatorTestHarness<CommittableMessage<PartBytes>, CommittableMessage<PartBytes>> committer =
                new OneInputStreamOperatorTestHarness<>(new CommitterOperatorFactory<>(sink, false, true))) {
            committer.open();
            for (CommittableMessage<PartBytes> message : writer.extractOutputValues()) {
                committer.processElement(message, 0);
            }
            committer.notifyOfCompletedCheckpoint(2);
        }
    }

    private static ScoredTransaction row(long position, int hours) {
        Transaction transaction = new Transaction(
                position,
                NOON + position % hours * 3_600 + position % 3_600,
                3,
                5,
                position,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                new RecordOrigin("f", "", "", "1", RecordOrigin.NO_ARRIVAL),
                new byte[0]);
        double[] features = new double[FeatureSet.REFERENCE.size()];
        features[features.length - 1] = 1 / 3.0;
        Decision decision = new Decision(0.25, 0.5, "m")
                .with(DecisionColumn.ANOMALY_SCORE, 1.5)
                .with(DecisionColumn.RULES, "[{\"id\":\"r\"}]");
        // In the first hour nothing that gzip makes small, so that its files are of several parts on S3.
        byte[] noise = new byte[position % hours == 0 ? 600 : 0];
        new Random(position).nextBytes(noise);
        String email = Base64.getEncoder().encodeToString(noise);
        return new ScoredTransaction(transaction, features, decision, 0, "Ada \"L\"", email, null);
    }

    private static final class Failing extends RichMapFunction<Long, Long> implements CheckpointListener {
        private static final long serialVersionUID = 1;
        private final int failures;
        private final AtFailure atFailure;
        private int completed;
        private int since;

        Failing(int failures, AtFailure atFailure) {
            this.failures = failures;
            this.atFailure = atFailure;
        }

        @Override
        public Long map(Long position) {
            if (completed >= 2 && ++since == 500 && FAILURES.get() < failures) {
                FAILURES.incrementAndGet();
                atFailure.run();
                throw new IllegalStateException("as the test wants it");
            }
            return position;
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            completed++;
        }
    }
}
