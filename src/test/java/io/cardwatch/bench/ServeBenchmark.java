package io.cardwatch.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.config.Settings;
import io.cardwatch.config.SettingsLoader;
import io.cardwatch.datagen.Profile;
import io.cardwatch.datagen.SimulatedEvent;
import io.cardwatch.datagen.SimulatedEvents;
import io.cardwatch.datagen.Simulation;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.CustomerWindowOperator;
import io.cardwatch.feature.StageSettings;
import io.cardwatch.feature.TerminalWindowOperator;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.online.OnlinePublishing;
import io.cardwatch.oracle.Events;
import io.cardwatch.score.FraudModel;
import io.cardwatch.serve.PredictionServer;
import io.cardwatch.serve.TestKeys;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.TestProcess;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.DataOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.FileUtils;
import org.apache.flink.util.OutputTag;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.resps.Tuple;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signed questions over HTTP: at 1 000 a second, at the limit, in batches of 100, and about a customer of 100 000 payments;
 * beside it what one would write instead, the same features from sorted sets of Redis without HTTP, signature or model.
 * Server, Redis and the program that asks are three processes on this machine.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.ServeBenchmark
 * </pre>
 */
public final class ServeBenchmark {
    private static final OutputTag<DeadLetter> DEAD_LETTERS = new OutputTag<>("dead-letters") {};
    private static final AwsCredentialsIdentity KEY = AwsCredentialsIdentity.create("AKIDBENCH", "secret");
    private static final String PATH = "/v1/predictions";
    private static final int CONNECTIONS = 16;
    private static final int PER_SECOND = 1_000;
    private static final int BATCH = 100;
    private static final long DAY = Events.DAY;
    private static final long HOT_CUSTOMER = 1_000_000_000L;

    private final Profile world;
    private final int hotPayments;
    private final Path folder;
    private final PrintStream out;
    private final Random random = new Random(7);
    /** All keys that have a window. */
    private final Set<String> keys = new HashSet<>();

    private Settings settings;
    private int customers;
    private int terminals;
    private long now;

    private ServeBenchmark(Profile world, int hotPayments, Path folder, PrintStream out) {
        this.world = world;
        this.hotPayments = hotPayments;
        this.folder = folder;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        run(Profile.reference().customers(5_000).terminals(10_000).days(40).build(), 100_000, 20_000, System.out);
    }

    /** Prints one line per kind of question, each about {@code requests} requests. */
    public static void run(Profile world, int hotPayments, int requests, PrintStream out) throws Exception {
        Path folder = Files.createTempDirectory("benchmark");
        try (OwnRedis redis = new OwnRedis(folder)) {
            new ServeBenchmark(world, hotPayments, folder, out).run(redis, requests);
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private void run(OwnRedis redis, int requests) throws Exception {
        TestKeys.in(folder)
                .add(KEY.accessKeyId(), KEY.secretAccessKey(), "/v1/*")
                .write();
        settings = new SettingsLoader()
                .layer(
                        "benchmark",
                        Map.of(
                                "online.url", redis.url(),
                                "online.max-writes-per-second", "1000000",
                                "serve.port", "0",
                                "serve.admin-port", "0",
                                "serve.max-staleness", "1 d",
                                "serve.credentials-file",
                                        folder.resolve("keys.json").toString()))
                .load();
        fill(redis);
        System.gc(); // of the simulated world, which a server does not have
        try (PredictionServer server =
                PredictionServer.start(settings, FraudModel.loadShipped(FeatureSet.REFERENCE), (key, record) -> {})) {
            int port = server.address().getPort();
            List<String> one = IntStream.range(0, requests)
                    .mapToObj(i -> payment(i, customer()))
                    .toList();
            load(port, one, 0, requests); // warms up
            print("one payment, 1 000 a second", load(port, one, PER_SECOND, requests));
            print("one payment, at the limit", load(port, one, 0, requests));
            List<String> batches = IntStream.range(0, Math.max(1, requests / 10))
                    .mapToObj(i -> IntStream.range(0, BATCH)
                            .mapToObj(j -> payment(j, customer()))
                            .collect(Collectors.joining(",", "{\"transactions\":[", "]}")))
                    .toList();
            load(port, batches, 0, batches.size());
            print("batches of 100, at the limit", load(port, batches, 0, batches.size()));
            List<String> hot = IntStream.range(0, 200)
                    .mapToObj(i -> payment(i, HOT_CUSTOMER))
                    .toList();
            print("a customer of " + hotPayments + " payments", load(port, hot, 0, hot.size()));
        }
        print("sorted sets, 1 000 a second", sortedSets(redis, PER_SECOND, requests));
        print("sorted sets, at the limit", sortedSets(redis, 0, requests));
    }

    private void print(String what, String result) {
        out.printf(Locale.ROOT, "%s: %s%n", what, result);
    }

    private long customer() {
        return random.nextInt(customers);
    }

    private String payment(int id, long customer) {
        return new String(
                RecordJson.encode(Events.transaction(
                        0, 1_000_000_000L + id, now, customer, random.nextInt(terminals), 1 + random.nextInt(20_000))),
                UTF_8);
    }

    /** Publishes the windows of the simulated world, and adds its events to sorted sets. */
    @SuppressWarnings("try") // closing may be interrupted, and the benchmark then ends
    private void fill(OwnRedis redis) throws Exception {
        Simulation simulation = Simulation.of(world);
        StageSettings stages = new StageSettings(
                FeatureSet.REFERENCE,
                WindowTimes.of(settings),
                false,
                Contacts.LEFT_OUT,
                0,
                OnlinePublishing.of(settings).orElseThrow(),
                DEAD_LETTERS);
        try (var byCustomer = new KeyedOneInputStreamOperatorTestHarness<Long, Transaction, FeaturedTransaction>(
                        new CustomerWindowOperator(stages), payment -> payment.customerId, Types.LONG);
                var byTerminal = new KeyedTwoInputStreamOperatorTestHarness<
                        Long, FeaturedTransaction, FraudLabel, FeaturedTransaction>(
                        new TerminalWindowOperator(stages),
                        row -> row.transaction.terminalId,
                        label -> label.terminalId,
                        Types.LONG);
                Jedis jedis = redis.connect();
                Pipeline sets = jedis.pipelined()) {
            byCustomer.setProcessingTime(System.currentTimeMillis());
            byTerminal.setProcessingTime(System.currentTimeMillis());
            byCustomer.open();
            byTerminal.open();
            for (SimulatedEvents events = simulation.events(); events.hasNext(); ) {
                SimulatedEvent event = events.next();
                if (event.isLabel()) {
                    byTerminal.processElement2(new StreamRecord<>(event.label));
                    continue;
                }
                Transaction payment = event.transaction;
                now = payment.epochSecond;
                customers = Math.max(customers, (int) payment.customerId + 1);
                terminals = Math.max(terminals, (int) payment.terminalId + 1);
                take(payment, byCustomer, byTerminal);
                String member = payment.transactionId + ":" + payment.amountCents;
                sets.zadd("events:{c:" + payment.customerId + "}", (double) now, member);
                sets.zadd("events:{t:" + payment.terminalId + "}", (double) now, member);
                if (payment.fraud == 1) {
                    sets.zadd("frauds:{t:" + payment.terminalId + "}", (double) now, member);
                }
            }
            sets.sync();
            for (int i = 0; i < hotPayments; i++) {
                long second = now - 20 * DAY + 20L * i * DAY / hotPayments;
                take(
                        Events.transaction(0, i, second, HOT_CUSTOMER, i % terminals, 100 + i % 5_000),
                        byCustomer,
                        byTerminal);
            }
            for (long time = System.currentTimeMillis(); published(jedis) < keys.size(); time += 100) {
                byCustomer.setProcessingTime(time);
                byTerminal.setProcessingTime(time);
            }
        }
    }

    private void take(
            Transaction payment,
            KeyedOneInputStreamOperatorTestHarness<Long, Transaction, FeaturedTransaction> byCustomer,
            KeyedTwoInputStreamOperatorTestHarness<Long, FeaturedTransaction, FraudLabel, FeaturedTransaction>
                    byTerminal)
            throws Exception {
        keys.add("c" + payment.customerId);
        keys.add("t" + payment.terminalId);
        byCustomer.processElement(new StreamRecord<>(payment));
        for (FeaturedTransaction row : byCustomer.extractOutputValues()) {
            byTerminal.processElement1(new StreamRecord<>(row));
        }
        byCustomer.getOutput().clear();
        byTerminal.getOutput().clear();
    }

    private static long published(Jedis jedis) {
        return jedis.keys("cardwatch:{*}").size();
    }

    private String load(int port, List<String> bodies, int rate, int number) throws Exception {
        Path file = folder.resolve("requests");
        try (DataOutputStream requests = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            requests.writeInt(bodies.size());
            for (String body : bodies) {
                byte[] request = signed(port, body);
                requests.writeInt(request.length);
                requests.write(request);
            }
        }
        Process process = TestProcess.start(
                TestProcess.classPath(),
                List.of("-Xmx512m"),
                LoadGenerator.class,
                List.of("" + port, file.toString(), "" + CONNECTIONS, "" + rate, "" + number));
        try (BufferedReader output = TestProcess.output(process)) {
            String result = output.readLine();
            process.waitFor();
            return result;
        }
    }

    private static byte[] signed(int port, String body) {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create("http://localhost:" + port + PATH))
                .putHeader("Content-Type", "application/json")
                .build();
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(KEY)
                        .request(request)
                        .payload(() -> new ByteArrayInputStream(body.getBytes(UTF_8)))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"))
                .request();
        StringBuilder head = new StringBuilder("POST " + PATH + " HTTP/1.1\r\n");
        signed.forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("Content-Length")) {
                head.append(name).append(": ").append(String.join(",", values)).append("\r\n");
            }
        });
        head.append("Content-Length: ").append(body.length()).append("\r\n");
        return LoadGenerator.request(head.toString(), body);
    }

    /** The reference features from sorted sets: three ranges in one round trip, counted by the client. */
    private String sortedSets(OwnRedis redis, int rate, int number) throws Exception {
        double[] millis = new double[number];
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        try (JedisPooled jedis = new JedisPooled(pool(), "localhost", redis.port())) {
            for (int t = 0; t < CONNECTIONS; t++) {
                Random own = new Random(t);
                Thread thread = new Thread(() -> {
                    for (int i = next.getAndIncrement(); i < number; i = next.getAndIncrement()) {
                        long due = rate == 0 ? System.nanoTime() : start + (long) (i * 1e9 / rate);
                        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                            LockSupport.parkNanos(left);
                        }
                        features(jedis, own.nextInt(customers), own.nextInt(terminals));
                        millis[i] = (System.nanoTime() - due) / 1e6;
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Arrays.sort(millis);
        return String.format(
                Locale.ROOT,
                "%,.0f/s  p50 %.2f  p99 %.2f ms",
                number / seconds,
                millis[number / 2],
                millis[(int) Math.ceil(number * 0.99) - 1]);
    }

    private static GenericObjectPoolConfig<Connection> pool() {
        var pool = new GenericObjectPoolConfig<Connection>();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        return pool;
    }

    private double features(JedisPooled jedis, long customer, long terminal) {
        long delayed = now - 7 * DAY;
        Response<List<Tuple>> events;
        Response<List<Tuple>> ofTerminal;
        Response<List<Tuple>> frauds;
        try (var pipeline = jedis.pipelined()) {
            events =
                    pipeline.zrangeByScoreWithScores("events:{c:" + customer + "}", now - 30.0 * DAY + 1, (double) now);
            ofTerminal = pipeline.zrangeByScoreWithScores(
                    "events:{t:" + terminal + "}", delayed - 30.0 * DAY + 1, (double) delayed);
            frauds = pipeline.zrangeByScoreWithScores(
                    "frauds:{t:" + terminal + "}", delayed - 30.0 * DAY + 1, (double) delayed);
        }
        double sum = 0;
        for (int days : new int[] {1, 7, 30}) {
            long count = 0;
            long cents = 0;
            for (var event : events.get()) {
                if (event.getScore() > now - days * DAY) {
                    count++;
                    cents += Long.parseLong(
                            event.getElement().substring(event.getElement().indexOf(':') + 1));
                }
            }
            long seen = ofTerminal.get().stream()
                    .filter(event -> event.getScore() > delayed - days * DAY)
                    .count();
            long fraudulent = frauds.get().stream()
                    .filter(event -> event.getScore() > delayed - days * DAY)
                    .count();
            sum += count + cents / 100.0 / Math.max(1, count) + seen + fraudulent / (double) Math.max(1, seen);
        }
        return sum;
    }
}
