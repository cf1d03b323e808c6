package io.cardwatch.kinesis;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisClientBuilder;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** Checks before a job or a replay starts that its streams exist. */
public final class KinesisStreams {
    private KinesisStreams() {}

    /**
     * Checks the transaction stream and the label stream.
     *
     * @throws BadInputException naming the first stream that cannot be read
     */
    public static void check(Settings settings) {
        KinesisClientBuilder builder = KinesisClient.builder()
                .region(Region.of(settings.get(Options.SOURCE_REGION)))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
        settings.get(Options.SOURCE_ENDPOINT_URL).ifPresent(builder::endpointOverride);
        try (KinesisClient client = builder.build()) {
            for (String stream : List.of(settings.get(Options.SOURCE_STREAM), settings.get(Options.LABELS_STREAM))) {
                check(client, stream, settings);
            }
        }
    }

    private static void check(KinesisClient client, String stream, Settings settings) {
        try {
            client.describeStreamSummary(request -> request.streamName(stream));
        } catch (ResourceNotFoundException e) {
            throw new BadInputException(
                    "Kinesis stream " + stream + " does not exist in " + settings.get(Options.SOURCE_REGION),
                    "Create it, or set source.stream, labels.stream and source.region.",
                    e);
        } catch (SdkException e) {
            throw new BadInputException(
                    "Kinesis stream " + stream + " cannot be read: " + e.getMessage(),
                    "Check network, source.endpoint-url, credentials and the permission"
                            + " kinesis:DescribeStreamSummary.",
                    e);
        }
    }
}
