package io.cardwatch.cli;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.job.CardwatchJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the streaming job on Flink inside this process, until it is stopped. */
@Command(
        name = "run",
        description =
                "Run the streaming job here: Kinesis in, warehouse out. A cluster starts cardwatch-job.jar instead.")
final class RunCommand implements Callable<Integer> {
    private static final int RESTARTS = 10;
    private static final long POLL_MILLIS = 200;
    /** If state is left over, Flink recommends this option, but only its own command line has it. */
    private static final String FLINKS_OPTION = "--allowNonRestoredState";

    @Option(names = "--web-port", paramLabel = "PORT", defaultValue = "8081", description = "Port of Flink's web UI.")
    private int webPort;

    @Option(
            names = "--checkpoints",
            paramLabel = "DIR",
            defaultValue = "checkpoints",
            description = "Directory of the checkpoints, every 10 s; one is kept when the job stops.")
    private Path checkpoints;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description =
                    "Savepoint or checkpoint to start from, or a directory of them; without it, windows start empty.")
    private Optional<String> savepoint;

    @Option(
            names = "--allow-non-restored-state",
            description = "Skip state that the job no longer has, such as the customers of"
                    + " enrichment.contact-columns=false.")
    private boolean allowNonRestoredState;

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        LocalFlink.requireFree(webPort);
        Optional<String> from = savepoint.map(RunCommand::newestIn);
        makeCheckpoints();
        CardwatchJob job = new CardwatchJob(configuration.settings());
        Configuration start = new Configuration();
        from.ifPresent(path -> start.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
        start.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, allowNonRestoredState);
        StreamExecutionEnvironment env = LocalFlink.streaming(start, webPort, checkpoints, RESTARTS);
        job.fromKinesis(env);
        PrintWriter console = command.commandLine().getOut();
        from.ifPresent(path -> console.println("Starting from " + path));
        try {
            watch(env.executeAsync("cardwatch"), console);
            console.println("Stopped with a savepoint; give its directory with --from to continue from it");
            console.flush();
        } catch (Exception e) {
            if (ExceptionUtils.findThrowableWithMessage(e, FLINKS_OPTION).isEmpty()) {
                throw e;
            }
            throw new BadInputException(
                    savepoint.orElseThrow() + " holds state that a job with these settings does not have",
                    "Start it with --allow-non-restored-state to skip that state, or with the settings it was written"
                            + " with.",
                    e);
        }
        return 0;
    }

    /** A directory of checkpoints stands for the newest of them; addresses such as s3://… are Flink's to read. */
    private static String newestIn(String path) {
        if (path.contains("://")) {
            return path;
        }
        try (Stream<Path> files = Files.walk(Path.of(path))) {
            return files.filter(file -> file.endsWith("_metadata"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .map(file -> file.toAbsolutePath().getParent().toString())
                    .orElseThrow(() -> new BadInputException(
                            path + " holds no savepoint or checkpoint",
                            "Give a directory with a file _metadata in it or below."));
        } catch (IOException e) {
            throw new BadInputException(
                    path + " cannot be read", "Give the directory of a savepoint or checkpoint.", e);
        }
    }

    private void makeCheckpoints() {
        try {
            Files.createDirectories(checkpoints);
        } catch (IOException e) {
            throw new BadInputException(
                    checkpoints + " cannot be made", "Give a directory that can be written with --checkpoints.", e);
        }
    }

    /** Prints when the job runs, and when it fails and restarts, until it ends. */
    private void watch(JobClient job, PrintWriter console) throws Exception {
        CompletableFuture<JobExecutionResult> result = job.getJobExecutionResult();
        JobStatus last = JobStatus.INITIALIZING;
        while (!result.isDone()) {
            JobStatus now = status(job).orElse(last);
            if (now != last && now == JobStatus.RUNNING) {
                console.println(
                        "Running; Flink's web UI: http://localhost:" + webPort + ", checkpoints: " + checkpoints);
            } else if (now != last && now == JobStatus.RESTARTING) {
                console.println("The job failed and restarts; the cause is in " + Surroundings.log());
            }
            console.flush();
            last = now;
            Thread.sleep(POLL_MILLIS);
        }
        result.get();
    }

    /** Empty when this Flink has ended, as it does with its job. */
    private static Optional<JobStatus> status(JobClient job) throws InterruptedException {
        try {
            return Optional.of(job.getJobStatus().get());
        } catch (IllegalStateException | ExecutionException e) {
            return Optional.empty();
        }
    }
}
