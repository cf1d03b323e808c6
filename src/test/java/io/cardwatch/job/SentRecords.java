package io.cardwatch.job;

import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import java.util.ArrayList;
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
final class SentRecords {
    private static final int MOST_RECORDS = 500;

    /** A record to be sent: either it has a name, or a reason why it must be refused. */
    private static final class Entry {
        final String key;
        final byte[] data;
        final String name;
        final DeadLetterReason refused;

        Entry(long key, byte[] data, String name, DeadLetterReason refused) {
            this.key = Long.toString(key);
            this.data = data;
            this.name = name;
            this.refused = refused;
        }
    }

    private final KinesisClient client;
    private final String stream;
    private final List<Entry> pending = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();
    private final Set<String> deadLetters = new HashSet<>();

    SentRecords(KinesisClient client, String stream) {
        this.client = client;
        this.stream = stream;
    }

    /** Adds a record that is good. */
    void add(long key, byte[] data, String name) {
        pending.add(new Entry(key, data, name, null));
    }

    /** Adds a record that must end as a dead letter. */
    void addRefused(long key, byte[] data, DeadLetterReason reason) {
        pending.add(new Entry(key, data, null, reason));
    }

    /** Whether a request can be filled. */
    boolean full() {
        return pending.size() >= MOST_RECORDS;
    }

    /** Sends what was added since, in its order. */
    void send() {
        for (int from = 0; from < pending.size(); from += MOST_RECORDS) {
            put(pending.subList(from, Math.min(from + MOST_RECORDS, pending.size())));
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
            keep(batch.get(i), results.get(i).shardId() + " " + results.get(i).sequenceNumber());
        }
    }

    private void keep(Entry entry, String place) {
        if (entry.refused == null) {
            places.putIfAbsent(entry.name, entry.key + " " + place);
        } else {
            String hash = DeadLetter.sha256(entry.data);
            String bytes = Base64.getEncoder().encodeToString(entry.data);
            deadLetters.add(stream + " " + place + " " + entry.refused + " " + hash + " " + bytes);
        }
    }

    /** By name: partition key, shard and sequence number of the good record, where it was sent first. */
    Map<String, String> places() {
        return places;
    }

    /** Stream, shard, sequence number, reason, hash and bytes of each record that must end as a dead letter. */
    Set<String> deadLetters() {
        return deadLetters;
    }
}
