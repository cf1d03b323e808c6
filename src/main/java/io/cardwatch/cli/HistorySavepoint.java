package io.cardwatch.cli;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.Transaction;
import io.cardwatch.files.RecordFiles;
import io.cardwatch.files.SortedHistory;
import io.cardwatch.job.ScoringTopology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

/**
 * A savepoint of the streaming job's windows that holds the past. The history is sorted, then it goes through the
 * job's own feature stages as a stream. The job that starts from it has the windows and the clock that it would have if
 * it had always run; sources and customers start anew. The savepoint holds no other state, so no state is left over.
 */
final class HistorySavepoint {
    private static final String ROWS = "rows";
    private static final String SORTED = "sorted-history.part";
    private static final long RETRY_MILLIS = 20;

    /** Directory of the savepoint itself. */
    final Path directory;
    /** UTC epoch second that event time has reached: that of the last transaction whose time is trusted. */
    final long lastSecond;
    /** Transactions that count in windows, or did until they expired. */
    final long transactions;
    /** Which records could not be used, empty where all could. */
    final String refused;

    private HistorySavepoint(String directory, long reachedMillis, JobExecutionResult result) {
        this.directory = Path.of(new org.apache.flink.core.fs.Path(directory).getPath());
        this.lastSecond = reachedMillis / 1000;
        this.transactions = RunTally.count(result, ROWS);
        this.refused = RunTally.refused(result);
    }

    /**
     * Checks before the run that a savepoint can be written.
     *
     * @throws BadInputException when {@code target} cannot be made or holds something
     */
    static void requireEmpty(Path target) {
        try {
            Files.createDirectories(target);
            Files.delete(Files.createTempFile(target, ".cardwatch", ".part"));
            try (Stream<Path> files = Files.list(target)) {
                if (files.findAny().isPresent()) {
                    throw new BadInputException(target + " is not empty", "Name a new directory, or empty this one.");
                }
            }
        } catch (IOException e) {
            throw new BadInputException(
                    target + " cannot be made or written",
                    "Name a directory that can be written, or check the permissions.",
                    e);
        }
    }

    /**
     * Writes a savepoint of the windows after all of {@code inputs}.
     *
     * @param target an empty directory; the savepoint becomes one in it
     * @throws BadInputException when a file cannot be read, or has no transactions to tell the time from
     */
    static HistorySavepoint write(FileInputs inputs, Settings settings, Path target) throws Exception {
        Path sorted = target.toAbsolutePath().resolve(SORTED);
        try {
            long reached = sort(inputs, settings, sorted);
            if (reached == Long.MIN_VALUE) {
                throw new BadInputException(
                        "the transactions do not determine event time",
                        "Give a history with transactions at two or more different seconds within a day.");
            }
            return replay(sorted, reached, settings, target);
        } finally {
            Files.deleteIfExists(sorted);
        }
    }

    private static long sort(FileInputs inputs, Settings settings, Path sorted) throws Exception {
        StreamExecutionEnvironment env = LocalFlink.bounded();
        RecordFiles files = new RecordFiles(env, settings);
        DataStream<Decoded<Transaction>> transactions = inputs.transactions(files);
        SortedHistory.write(
                transactions, inputs.labels(files, transactions), sorted, settings.get(Options.SOURCE_MAX_JUMP));
        Long reached = env.execute("cardwatch history").getAccumulatorResult(SortedHistory.REACHED);
        return reached == null ? Long.MIN_VALUE : reached;
    }

    private static HistorySavepoint replay(Path sorted, long reached, Settings settings, Path target) throws Exception {
        StreamExecutionEnvironment env = LocalFlink.untilSavepoint();
        env.setMaxParallelism(ScoringTopology.MAX_PARALLELISM);
        SingleOutputStreamOperator<Decoded<Transaction>> history = SortedHistory.read(env, sorted);
        // No sinks: only the state counts.
        ScoringTopology.streaming(settings)
                .features(history, history.getSideOutput(SortedHistory.LABELS))
                .featured
                .map(new RunTally.Rows<FeaturedTransaction>(Map.of(ROWS, row -> true)))
                .returns(WireTypes.FEATURED_TRANSACTION)
                .uid("history-tally")
                .name("Count");
        JobClient job = env.executeAsync("cardwatch savepoint");
        String directory = stopWithSavepoint(job, target);
        return new HistorySavepoint(
                directory, reached, job.getJobExecutionResult().get());
    }

    /** Uses the format that every state backend restores. If the job itself fails, its own failure is thrown. */
    private static String stopWithSavepoint(JobClient job, Path target) throws Exception {
        while (true) {
            try {
                return job.stopWithSavepoint(false, LocalFlink.address(target), SavepointFormatType.CANONICAL)
                        .get();
            } catch (ExecutionException | IllegalStateException e) {
                if (!isTooEarly(e)) {
                    job.getJobExecutionResult().get(1, TimeUnit.MINUTES);
                    throw e;
                }
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private static boolean isTooEarly(Exception e) {
        return ExceptionUtils.findThrowable(e, CheckpointException.class)
                .map(CheckpointException::getCheckpointFailureReason)
                .filter(reason -> reason == CheckpointFailureReason.NOT_ALL_REQUIRED_TASKS_RUNNING)
                .isPresent();
    }
}
