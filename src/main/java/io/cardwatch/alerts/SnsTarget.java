package io.cardwatch.alerts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.delivery.Entry;
import io.cardwatch.delivery.PutTarget;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;

/** A topic of Amazon SNS, in the region of its ARN; a message is an alert's JSON. */
final class SnsTarget implements PutTarget {
    private static final long serialVersionUID = 1;
    /** The service's limit. */
    private static final int MOST_AT_ONCE = 10;

    private static final int REGION = 3;

    private final String topic;
    /** Null but for a stand-in. */
    private final URI endpoint;

    SnsTarget(String topic, URI endpoint) {
        this.topic = topic;
        this.endpoint = endpoint;
    }

    @Override
    public String name() {
        return topic;
    }

    @Override
    public byte[] record(byte[] json) {
        return json;
    }

    @Override
    public Client open() {
        SnsClient sns = SnsClient.builder()
                .region(Region.of(topic.split(":", -1)[REGION]))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint)
                .build();
        return new Client() {
            @Override
            public Map<Entry, String> put(List<Entry> entries) {
                Map<Entry, String> refused = new LinkedHashMap<>();
                for (int from = 0; from < entries.size(); from += MOST_AT_ONCE) {
                    List<Entry> some = entries.subList(from, Math.min(entries.size(), from + MOST_AT_ONCE));
                    try {
                        refused.putAll(putSome(some));
                    } catch (SdkException e) {
                        if (from == 0) {
                            throw e;
                        }
                        entries.subList(from, entries.size()).forEach(entry -> refused.put(entry, e.getMessage()));
                        break;
                    }
                }
                return refused;
            }

            private Map<Entry, String> putSome(List<Entry> entries) {
                List<PublishBatchRequestEntry> messages = new ArrayList<>();
                for (int i = 0; i < entries.size(); i++) {
                    messages.add(PublishBatchRequestEntry.builder()
                            .id(Integer.toString(i))
                            .message(new String(entries.get(i).data, UTF_8))
                            .build());
                }
                Map<Entry, String> refused = new LinkedHashMap<>();
                for (BatchResultErrorEntry failure : sns.publishBatch(
                                request -> request.topicArn(topic).publishBatchRequestEntries(messages))
                        .failed()) {
                    refused.put(entries.get(Integer.parseInt(failure.id())), failure.code());
                }
                return refused;
            }

            @Override
            public void close() {
                sns.close();
            }
        };
    }
}
