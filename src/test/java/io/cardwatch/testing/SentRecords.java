package io.cardwatch.testing;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/** Puts records into Kinesis streams, each stream's in order, and keeps where each one went. */
public final class SentRecords {
    /** What Kinesis takes in one request. */
    private static final int MOST_RECORDS = 500;

    private static final int MOST_BYTES = 4_000_000;

    /** A record: either it has a name, or a reason why it must be refused. */
    public static final class Content {
        final byte[] bytes;
        final String name;
        final DeadLetterReason refused;

        private Content(byte[] bytes, String name, DeadLetterReason refused) {
            this.bytes = bytes;
            this.name = name;
            this.refused = refused;
        }

        /** One that is good. */
        public static Content good(byte[] bytes, String name) {
            return new Content(bytes, name, null);
        }

        /** One that must end as a dead letter. */
        public static Content refused(byte[] bytes, DeadLetterReason reason) {
            return new Content(bytes, null, reason);
        }
    }

    /** Bytes to be sent, with the records in them. */
    private static final class Entry {
        final String key;
        final byte[] data;
        final List<Content> contents;

        Entry(String key, byte[] data, List<Content> contents) {
            this.key = key;
            this.data = data;
            this.contents = contents;
        }
    }

    private final KinesisClient client;
    private final String stream;
    private final List<Entry> pending = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();
    private final Set<String> deadLetters = new HashSet<>();

    public SentRecords(KinesisClient client, String stream) {
        this.client = client;
        this.stream = stream;
    }

    /** Adds a record that is good. */
    public void add(long key, byte[] data, String name) {
        pending.add(new Entry(Long.toString(key), data, List.of(Content.good(data, name))));
    }

    /** Adds a record that must end as a dead letter. */
    public void addRefused(long key, byte[] data, DeadLetterReason reason) {
        pending.add(new Entry(Long.toString(key), data, List.of(Content.refused(data, reason))));
    }

    /** Adds records that travel as one, as Amazon's producer library sends them. */
    public void addAggregated(long key, List<Content> contents) {
        String partitionKey = Long.toString(key);
        byte[] data = AggregatedRecord.of(
                partitionKey, contents.stream().map(content -> content.bytes).toList());
        pending.add(new Entry(partitionKey, data, contents));
    }

    /** Whether a request can be filled. */
    public boolean full() {
        return pending.size() >= MOST_RECORDS;
    }

    /** Sends what was added since, in its order. */
    public void send() {
        int from = 0;
        while (from < pending.size()) {
            int to = from;
            int bytes = 0;
            do {
                bytes += pending.get(to++).data.length;
            } while (to < pending.size()
                    && to - from < MOST_RECORDS
                    && bytes + pending.get(to).data.length <= MOST_BYTES);
            put(pending.subList(from, to));
            from = to;
        }
        pending.clear();
    }

    private void put(List<Entry> batch) {
        List<PutRecordsRequestEntry> entries = batch.stream()
                .map(entry -> PutRecordsRequestEntry.builder()
                        .partitionKey(entry.key)
                        .data(SdkBytes.fromByteArray(entry.data))
                        .build())
                .toList();
        List<PutRecordsResultEntry> results = client.putRecords(
                        request -> request.streamName(stream).records(entries))
                .records();
        for (int i = 0; i < batch.size(); i++) {
            Entry entry = batch.get(i);
            String place = results.get(i).shardId() + " " + results.get(i).sequenceNumber();
            entry.contents.forEach(content -> keep(entry.key, content, place));
        }
    }

    private void keep(String key, Content content, String place) {
        if (content.refused == null) {
            places.putIfAbsent(content.name, key + " " + place);
        } else {
            byte[] kept = content.refused == DeadLetterReason.OVERSIZE
                    ? Arrays.copyOf(content.bytes, DeadLetter.OVERSIZE_RAW_BYTES)
                    : content.bytes;
            String letter = String.join(" ", stream, place, content.refused.name(), DeadLetter.sha256(content.bytes));
            deadLetters.add(
                    content.refused == DeadLetterReason.WAREHOUSE_REJECTED
                            ? letter
                            : letter + " " + Base64.getEncoder().encodeToString(kept));
        }
    }

    /** By name: partition key, shard and sequence number of the good record, where it was sent first. */
    public Map<String, String> places() {
        return places;
    }

    /** Stream, shard, sequence number, reason, hash and, but of refused rows, bytes of each record that must end as a dead letter. */
    public Set<String> deadLetters() {
        return deadLetters;
    }
}
