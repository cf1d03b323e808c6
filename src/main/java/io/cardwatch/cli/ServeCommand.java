package io.cardwatch.cli;

import io.cardwatch.config.Authentication;
import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.KinesisFeed;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.serve.LabelStream;
import io.cardwatch.serve.PredictionServer;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/** Answers requests over HTTP until it is told to end. */
@Command(
        name = "serve",
        description = "Answer over HTTP about payments before they are taken, from the online store of a running job.")
final class ServeCommand implements Callable<Integer> {
    @Mixin
    private ConfigurationMixin configuration;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        Settings settings = configuration.settings();
        CountDownLatch stopped = new CountDownLatch(1);
        try (KinesisClient client = KinesisFeed.client(
                        settings.get(Options.SOURCE_ENDPOINT_URL), Optional.of(settings.get(Options.SOURCE_REGION)));
                PredictionServer server = PredictionServer.start(
                        settings, CardwatchJob.model(settings), labels(client, settings.get(Options.LABELS_STREAM)))) {
            Thread drain = new Thread(() -> {
                server.drain();
                stopped.countDown();
            });
            Runtime.getRuntime().addShutdownHook(drain);
            print(settings, server);
            stopped.await();
        }
        return 0;
    }

    private static LabelStream labels(KinesisClient client, String stream) {
        return (partitionKey, record) -> client.putRecord(
                request -> request.streamName(stream).partitionKey(partitionKey).data(SdkBytes.fromByteArray(record)));
    }

    private void print(Settings settings, PredictionServer server) {
        PrintWriter out = command.commandLine().getOut();
        String scheme = settings.get(Options.SERVE_TLS_CERTIFICATE).isPresent() ? "https" : "http";
        boolean signed = settings.get(Options.SERVE_AUTH) == Authentication.SIGNED;
        out.println("Answering " + (signed ? "signed" : "unsigned") + " requests at " + url(scheme, server.address())
                + "/v1/predictions");
        out.println("Health, metrics and documentation at " + url("http", server.adminAddress()) + "/docs");
        out.flush();
    }

    private static String url(String scheme, InetSocketAddress address) {
        return scheme + "://" + address.getHostString() + ":" + address.getPort();
    }
}
