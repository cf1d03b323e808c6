package io.cardwatch.delivery;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponseEntry;
import software.amazon.awssdk.services.firehose.model.Record;

/** A Firehose stream, which keeps no keys. It writes records one after the other, so each ends with a line feed. */
final class FirehoseTarget implements PutTarget {
    private static final long serialVersionUID = 1;

    private final String stream;
    private final String region;
    /** Null but for a stand-in. */
    private final URI endpoint;

    FirehoseTarget(String stream, String region, URI endpoint) {
        this.stream = stream;
        this.region = region;
        this.endpoint = endpoint;
    }

    @Override
    public String name() {
        return stream;
    }

    @Override
    public byte[] record(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    @Override
    public Client open() {
        FirehoseClient firehose = FirehoseClient.builder()
                .region(Region.of(region))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint)
                .build();
        return new Client() {
            @Override
            public Map<Entry, String> put(List<Entry> entries) {
                List<Record> records = entries.stream()
                        .map(entry -> Record.builder()
                                .data(SdkBytes.fromByteArrayUnsafe(entry.data))
                                .build())
                        .collect(Collectors.toList());
                List<PutRecordBatchResponseEntry> results = firehose.putRecordBatch(
                                request -> request.deliveryStreamName(stream).records(records))
                        .requestResponses();
                return PutTarget.refused(entries, results, result -> result.errorCode());
            }

            @Override
            public void close() {
                firehose.close();
            }
        };
    }
}
