package io.cardwatch.cli;

import io.cardwatch.job.CardwatchJob;
import io.cardwatch.platform.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the streaming job on a Flink of this process's own, until it is stopped. */
@Command(
        name = "run",
        description =
                "Run the streaming job here: Kinesis in, warehouse out. A cluster starts cardwatch-job.jar instead.")
final class RunCommand implements Callable<Integer> {
    private static final int RESTARTS = 10;

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
            showDefaultValue = Visibility.NEVER,
            paramLabel = "DIR",
            description = "Savepoint or checkpoint to start from; left out, windows start empty.")
    private Optional<String> savepoint = Optional.empty();

    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        LocalFlink.requireFree(webPort);
        Settings settings = configuration.settings();
        CardwatchJob job = new CardwatchJob(settings);
        StreamExecutionEnvironment env = LocalFlink.streaming(webPort, checkpoints, savepoint, RESTARTS);
        job.fromKinesis(env);
        command.commandLine().getOut().println("Running; Flink's web UI is on http://localhost:" + webPort);
        env.execute("cardwatch");
        return 0;
    }
}
