package io.cardwatch.kinesis;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** Checks before a job or a replay starts that its streams exist. */
public final class KinesisStreams {
    private KinesisStreams() {}

    /**
     * Checks the transaction stream, the label stream, and the one for predictions if there is one.
     *
     * @throws BadInputException naming the first stream that cannot be used
     */
    public static void check(Settings settings) {
        List<String> streams =
                new ArrayList<>(List.of(settings.get(Options.SOURCE_STREAM), settings.get(Options.LABELS_STREAM)));
        settings.get(Options.PREDICTIONS_STREAM).ifPresent(streams::add);
        settings.get(Options.ALERTS_TARGET)
                .filter(target -> target.startsWith(Options.TO_KINESIS))
                .ifPresent(target -> streams.add(target.substring(Options.TO_KINESIS.length())));
        URI endpoint = settings.get(Options.SOURCE_ENDPOINT_URL).orElse(null);
        try (KinesisClient client = client(settings.get(Options.SOURCE_REGION), endpoint)) {
            for (String stream : streams) {
                check(client, stream, settings);
            }
        }
    }

    /** A client; {@code endpoint} is null but for an emulator. */
    public static KinesisClient client(String region, URI endpoint) {
        return KinesisClient.builder()
                .region(Region.of(region))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint)
                .build();
    }

    private static void check(KinesisClient client, String stream, Settings settings) {
        try {
            client.describeStreamSummary(request -> request.streamName(stream));
        } catch (ResourceNotFoundException e) {
            throw new BadInputException(
                    "Kinesis stream " + stream + " does not exist in " + settings.get(Options.SOURCE_REGION),
                    "Create it, or set source.stream, labels.stream, predictions.stream, alerts.target and source.region.",
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
