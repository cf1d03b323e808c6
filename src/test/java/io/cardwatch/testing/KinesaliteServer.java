package io.cardwatch.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * A Kinesis server of its own for one test: kinesalite, installed by the build under {@code src/test/kinesalite}, in
 * memory, on a free loopback port. It takes any credentials and never throttles.
 */
public final class KinesaliteServer implements AutoCloseable {
    public static final Region REGION = Region.US_EAST_1;
    public static final String ACCESS_KEY = "test";
    public static final String SECRET_KEY = "test";
    private static final File DIRECTORY = new File("src/test/kinesalite");
    private static final String READY = "listening on port ";

    static {
        // In CBOR kinesalite writes timestamps as seconds with a fraction, where the SDK expects milliseconds.
        System.setProperty("aws.cborEnabled", "false");
        System.setProperty("com.amazonaws.sdk.disableCbor", "true");
    }

    private final Process process;
    private final URI endpoint;
    private final KinesisClient client;

    private KinesaliteServer(Process process, int port) {
        this.process = process;
        endpoint = URI.create("http://127.0.0.1:" + port);
        client = client(endpoint);
    }

    /** Starts a server without streams and waits until it answers. */
    public static KinesaliteServer start() {
        if (!new File(DIRECTORY, "node_modules/kinesalite").isDirectory()) {
            throw new IllegalStateException("kinesalite is not installed: run mvn generate-test-resources, which calls"
                    + " npm ci in " + DIRECTORY + " (Node 18 or newer).");
        }
        try {
            Process process = new ProcessBuilder("node", "server.js")
                    .directory(DIRECTORY)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = output.readLine();
            if (line == null || !line.startsWith(READY)) {
                process.destroy();
                throw new IllegalStateException("kinesalite did not start, it said: " + line);
            }
            return new KinesaliteServer(process, Integer.parseInt(line.substring(READY.length())));
        } catch (IOException e) {
            throw new UncheckedIOException("node cannot be started: install Node 18 or newer for the Kinesis tests", e);
        }
    }

    /** A client for a server at {@code endpoint}, be it this one or a proxy before it; the caller closes it. */
    public static KinesisClient client(URI endpoint) {
        return KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    public URI endpoint() {
        return endpoint;
    }

    /** A client for this server, closed with it. */
    public KinesisClient client() {
        return client;
    }

    /** Creates a stream and waits until it can be used. */
    public void createStream(String name, int shards) {
        client.createStream(request -> request.streamName(name).shardCount(shards));
        while (client.describeStreamSummary(request -> request.streamName(name))
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            pause();
        }
    }

    /** All records of a stream, shard after shard, each shard in its own order. */
    public List<Record> records(String stream) {
        List<Record> records = new ArrayList<>();
        recordsByShard(stream).values().forEach(records::addAll);
        return records;
    }

    private Map<String, List<Record>> recordsByShard(String stream) {
        Map<String, List<Record>> byShard = new LinkedHashMap<>();
        for (Shard shard :
                client.listShards(request -> request.streamName(stream)).shards()) {
            List<Record> records = new ArrayList<>();
            byShard.put(shard.shardId(), records);
            String iterator = client.getShardIterator(request -> request.streamName(stream)
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            int read;
            do {
                String from = iterator;
                GetRecordsResponse page =
                        client.getRecords(request -> request.shardIterator(from).limit(10_000));
                read = page.records().size();
                records.addAll(page.records());
                iterator = page.nextShardIterator();
            } while (read > 0 && iterator != null);
        }
        return byShard;
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for kinesalite", e);
        }
    }

    /** Stops the server; what it held is gone. */
    @Override
    public void close() {
        client.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
