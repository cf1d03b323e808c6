package io.cardwatch.cluster;

import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.DefaultPackagedProgramRetriever;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.ClusterEntrypoint;
import org.apache.flink.runtime.entrypoint.ClusterEntrypointUtils;
import org.apache.flink.runtime.entrypoint.EntrypointClusterConfiguration;
import org.apache.flink.runtime.entrypoint.EntrypointClusterConfigurationParserFactory;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;

/**
 * A JobManager in application mode: it starts the one job whose jar lies in {@code usrlib}, as a Flink cluster's own
 * {@code standalone-job.sh} does, whose program is not served as an artifact. Of ours it alone is on the class path.
 */
@SuppressWarnings("try") // the base class's close() may be interrupted
public final class ApplicationMain extends ApplicationClusterEntryPoint {
    private ApplicationMain(Configuration configuration, PackagedProgram program) {
        super(configuration, program, StandaloneResourceManagerFactory.getInstance());
    }

    /**
     * Runs until the application has ended.
     *
     * @param arguments Flink's own, then those of the program, which {@code deploy/README.md} puts behind {@code --}
     */
    public static void main(String[] arguments) throws Exception {
        EntrypointClusterConfiguration given = ClusterEntrypointUtils.parseParametersOrExit(
                arguments, new EntrypointClusterConfigurationParserFactory(), ApplicationMain.class);
        Configuration configuration = GlobalConfiguration.loadConfiguration(given.getConfigDir());
        PackagedProgram program = DefaultPackagedProgramRetriever.create(
                        ClusterEntrypointUtils.tryFindUserLibDirectory().orElseThrow(),
                        null,
                        given.getArgs(),
                        configuration)
                .getPackagedProgram();
        configureExecution(configuration, program);
        ClusterEntrypoint.runClusterEntrypoint(new ApplicationMain(configuration, program));
    }
}
