package io.cardwatch.datagen;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.BadInputException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.KinesisClientBuilder;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * Feeds two Kinesis streams: payments keyed by customer, verdicts by terminal, without the truth that only the
 * simulator knows. All verdicts that became known before a payment are sent before it.
 *
 * <p>No record is stored in either stream more than an hour of event time after the newest one of both, even if Kinesis
 * refuses records in between: everything sent lies within an hour of the oldest record not yet stored. With fewer
 * customers the requests are smaller. A reader that keeps shards together by {@code source.max-drift} therefore finds
 * no payment late.
 */
public final class KinesisFeed implements EventSink {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** How far the job lets one shard run ahead of another, see {@code source.max-drift}. */
    static final long MOST_SECONDS_APART = 3_600;
    /** At a low rate a request holds the records of this part of a second, so that they do not come in bursts. */
    private static final double REQUESTS_PER_SECOND = 20;

    private static final String EMULATORS_REGION = "us-east-1";

    private final KinesisClient client;
    private final OrderedStreamWriter payments;
    private final OrderedStreamWriter labels;

    /**
     * A feed for streams that exist; closes {@code client} when it is closed.
     *
     * @param recordsPerSecond of both streams together, counted in order of event time, so that neither runs ahead while
     *     the other waits; infinity for as many as Kinesis takes
     * @throws BadInputException if Kinesis cannot be reached or does not have one of the streams
     */
    public KinesisFeed(KinesisClient client, String stream, String labelStream, double recordsPerSecond) {
        this.client = client;
        mustExist(client, stream);
        mustExist(client, labelStream);
        Pace pace = new Pace(recordsPerSecond);
        int batch =
                (int) Math.max(1, Math.min(OrderedStreamWriter.MOST_RECORDS, recordsPerSecond / REQUESTS_PER_SECOND));
        payments = new OrderedStreamWriter(client, stream, batch, pace, PATIENCE.toNanos());
        labels = new OrderedStreamWriter(client, labelStream, batch, pace, PATIENCE.toNanos());
    }

    /**
     * A client with the credentials that the AWS SDK finds, and its region and endpoint unless given here. With an
     * endpoint the region may be missing, since an emulator has none: then it is AWS_REGION's, or us-east-1. For such
     * an endpoint the client speaks JSON, since kinesalite truncates its CBOR answers after 16 KB. The SDK can only set
     * this for the whole process.
     *
     * @throws BadInputException if no region is found
     */
    public static KinesisClient client(Optional<URI> endpoint, Optional<String> region) {
        KinesisClientBuilder builder = KinesisClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder());
        endpoint.ifPresent(url -> {
            System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
            builder.endpointOverride(url);
        });
        region.or(() -> endpoint.map(
                        url -> SdkSystemSetting.AWS_REGION.getStringValue().orElse(EMULATORS_REGION)))
                .map(Region::of)
                .ifPresent(builder::region);
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw unreachable(e);
        }
    }

    private static void mustExist(KinesisClient client, String stream) {
        try {
            client.listShards(request -> request.streamName(stream).maxResults(1));
        } catch (ResourceNotFoundException e) {
            throw new BadInputException(
                    "There is no Kinesis stream " + stream + ".",
                    "Create it with: aws kinesis create-stream --stream-name " + stream
                            + " --shard-count 2, or look at --region and --endpoint-url.",
                    e);
        } catch (KinesisException e) {
            throw refused(stream, e);
        } catch (SdkClientException e) {
            throw unreachable(e);
        }
    }

    private static BadInputException unreachable(SdkClientException e) {
        return new BadInputException(
                "Kinesis cannot be reached: " + e.getMessage() + ".",
                "Look at --endpoint-url and --region, and at the credentials in the environment or ~/.aws (a local"
                        + " server takes any).",
                e);
    }

    static BadInputException refused(String stream, KinesisException e) {
        return new BadInputException(
                "Kinesis refuses the stream " + stream + ": " + e.getMessage() + ".",
                "The credentials need kinesis:ListShards and kinesis:PutRecords on the stream.",
                e);
    }

    @Override
    public void accept(SimulatedEvent event) {
        if (event.isLabel()) {
            labels.add(event.epochSecond(), Long.toString(event.label.terminalId), RecordJson.encode(event.label));
        } else {
            payments.add(
                    event.epochSecond(),
                    Long.toString(event.transaction.customerId),
                    RecordJson.encode(event.observed()));
        }
        if (labels.full() || payments.full()) {
            sendOldest();
        }
    }

    /** Sends the oldest waiting record, and others that may go with it. Refused ones are sent again first. */
    private void sendOldest() {
        long until = oldest() + MOST_SECONDS_APART;
        labels.flush(until);
        payments.send(until);
    }

    private long oldest() {
        return Math.min(labels.oldest(), payments.oldest());
    }

    @Override
    public void complete() {
        while (oldest() != Long.MAX_VALUE) {
            sendOldest();
        }
    }

    /** The number of records that had to be sent again, counting each attempt. */
    public long resent() {
        return payments.resent() + labels.resent();
    }

    @Override
    public void close() {
        client.close();
    }
}
