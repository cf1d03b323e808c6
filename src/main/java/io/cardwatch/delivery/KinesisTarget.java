package io.cardwatch.delivery;

import io.cardwatch.config.Options;
import io.cardwatch.config.Settings;
import io.cardwatch.kinesis.KinesisStreams;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** A Kinesis stream in the region of the sources. */
public final class KinesisTarget implements PutTarget {
    private static final long serialVersionUID = 1;

    private final String stream;
    private final String region;
    /** Null but for an emulator. */
    private final URI endpoint;

    public KinesisTarget(String stream, Settings settings) {
        this.stream = stream;
        this.region = settings.get(Options.SOURCE_REGION);
        this.endpoint = settings.get(Options.SOURCE_ENDPOINT_URL).orElse(null);
    }

    @Override
    public String name() {
        return stream;
    }

    @Override
    public byte[] record(byte[] json) {
        return json;
    }

    @Override
    public Client open() {
        KinesisClient kinesis = KinesisStreams.client(region, endpoint);
        return new Client() {
            @Override
            public Map<Entry, String> put(List<Entry> entries) {
                List<PutRecordsRequestEntry> records = entries.stream()
                        .map(entry -> PutRecordsRequestEntry.builder()
                                .partitionKey(entry.partitionKey)
                                .data(SdkBytes.fromByteArrayUnsafe(entry.data))
                                .build())
                        .collect(Collectors.toList());
                List<PutRecordsResultEntry> results = kinesis.putRecords(
                                request -> request.streamName(stream).records(records))
                        .records();
                return PutTarget.refused(entries, results, result -> result.errorCode());
            }

            @Override
            public void close() {
                kinesis.close();
            }
        };
    }
}
