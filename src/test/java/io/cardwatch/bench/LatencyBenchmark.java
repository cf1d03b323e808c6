package io.cardwatch.bench;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.datagen.Profile;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import io.cardwatch.job.CardwatchJob;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.OwnRedis;
import io.cardwatch.testing.Postgres;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.FileUtils;
import redis.clients.jedis.Jedis;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * How long a payment takes, at a fixed rate. In one process: from its moment at a source in memory to its score, with a
 * checkpoint every two seconds. Over the wire: from before it is put into Kinesis, an emulator, until its row is
 * committed, by PostgreSQL's own commit timestamps, and until its customer's window is published, with a checkpoint every
 * ten seconds; all servers on this machine.
 * The moment of a payment is when it was due, should the source be held up. The first tenth warms up.
 *
 * <pre>mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.LatencyBenchmark</pre>
 */
public final class LatencyBenchmark {
    private static final int LEAD_MILLIS = 1_000;
    /** A request to Kinesis holds the payments of this time. */
    private static final int REQUEST_MILLIS = 20;

    private static final int WARM_UP_SHARE = 10;
    private static final int CUSTOMERS = 5_000;
    private static final int SHARDS = 2;
    private static final String PAYMENTS = "payments";
    private static final String LABELS = "labels";

    /** By {@link System#nanoTime}, when the first record of a run in process is due. */
    private static volatile long start;

    /** By transaction id. */
    private static long[] dueNanos;

    private static double[] tookMillis;

    private LatencyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        inProcess(Profile.reference().days(60).build(), 10_000, System.out);
        for (int perSecond : new int[] {1_000, 2_000, 4_000}) {
            overTheWire(perSecond, 60, System.out);
        }
    }

    /** Prints one line for the records of {@code world}. */
    public static void inProcess(Profile world, int perSecond, PrintStream out) throws Exception {
        BenchmarkInput.load(world, BenchmarkInput.Shape.UNIFORM);
        dueNanos = new long[BenchmarkInput.lastTransactionId() + 1];
        tookMillis = new double[dueNanos.length];
        Arrays.fill(tookMillis, Double.NaN);
        Path directory = Files.createTempDirectory("benchmark");
        try {
            StreamExecutionEnvironment env = environment(directory, 2_000);
            env.getConfig().enableObjectReuse();
            env.setBufferTimeout(CardwatchJob.BUFFER_TIMEOUT_MILLIS);
            new OurTopology("", Backend.HEAP, 0, HundredTrees.model())
                    .build(
                            env,
                            env.fromSource(
                                            new NumberSequenceSource(0, BenchmarkInput.size() - 1),
                                            WatermarkStrategy.<Long>forMonotonousTimestamps()
                                                    .withTimestampAssigner(
                                                            (position, none) -> BenchmarkInput.timestamp(position)),
                                            "Memory")
                                    .map(new Pace(perSecond)))
                    .map(row -> {
                        int id = (int) row.transaction.transactionId;
                        tookMillis[id] = (System.nanoTime() - dueNanos[id]) / 1e6;
                        return row;
                    })
                    .returns(WireTypes.FEATURED_TRANSACTION)
                    .sinkTo(new DiscardingSink<>());
            start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAD_MILLIS);
            env.execute();
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
        long warm = start + TimeUnit.SECONDS.toNanos(BenchmarkInput.size()) / perSecond / WARM_UP_SHARE;
        Latencies latencies = new Latencies(dueNanos.length);
        for (int id = 0; id < dueNanos.length; id++) {
            if (dueNanos[id] != 0 && Double.isNaN(tookMillis[id])) {
                throw new IllegalStateException("payment " + id + " has no score");
            }
            if (dueNanos[id] > warm) {
                latencies.add(tookMillis[id]);
            }
        }
        out.printf(Locale.ROOT, "in process, heap, %,d records/s, source to score: %s%n", perSecond, latencies);
    }

    /** Lets each subtask pass its half of the rate. */
    private static final class Pace implements MapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        private final long nanosBetween;
        private final int half = BenchmarkInput.size() / BenchmarkInput.PARALLELISM;

        Pace(int perSecond) {
            nanosBetween = TimeUnit.SECONDS.toNanos(BenchmarkInput.PARALLELISM) / perSecond;
        }

        @Override
        public Long map(Long position) {
            long due = start + position % half * nanosBetween;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            BenchmarkInput.Entry entry = BenchmarkInput.entry(position);
            if (!entry.label) {
                dueNanos[(int) entry.transactionId] = due;
            }
            return position;
        }
    }

    /** Prints a line for the whole way, and one for each of its stages. */
    public static void overTheWire(int perSecond, int seconds, PrintStream out) throws Exception {
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        System.setProperty("aws.secretAccessKey", KinesaliteServer.SECRET_KEY);
        Path directory = Files.createTempDirectory("benchmark");
        String database = Postgres.freshDatabase();
        try (KinesaliteServer kinesis = KinesaliteServer.start();
                OwnRedis redis = new OwnRedis(directory);
                Connection warehouse = Postgres.connect(database);
                Statement statement = warehouse.createStatement()) {
            kinesis.createStream(PAYMENTS, SHARDS);
            kinesis.createStream(LABELS, 1);
            addCustomers(statement, CUSTOMERS);
            StreamExecutionEnvironment env = environment(directory, 10_000);
            new CardwatchJob(Settings.fromArguments(List.of(
                            "--source.endpoint-url=" + kinesis.endpoint(),
                            "--source.stream=" + PAYMENTS,
                            "--labels.stream=" + LABELS,
                            "--warehouse.url=" + database,
                            "--warehouse.user=" + Postgres.USER,
                            "--online.url=" + redis.url())))
                    .fromKinesis(env);
            JobClient job = env.executeAsync();
            long[] due = send(kinesis, perSecond, seconds);
            awaitRows(statement, due.length);
            Latencies published = published(redis, statement, due);
            job.cancel().get();
            print(statement, perSecond, due, out);
            out.printf(Locale.ROOT, "  put to published, of each customer's last: %s%n", published);
        } finally {
            FileUtils.deleteDirectory(directory.toFile());
        }
    }

    /** Sends payments of now, and answers when each was due, in UTC epoch milliseconds. */
    private static long[] send(KinesaliteServer kinesis, int perSecond, int seconds) {
        long[] due = new long[perSecond * seconds];
        Random random = new Random(1);
        RecordOrigin nowhere = new RecordOrigin("", "", "", "", 0);
        int perRequest = perSecond * REQUEST_MILLIS / 1_000;
        long first = System.currentTimeMillis() + LEAD_MILLIS;
        for (int id = 0; id < due.length; id += perRequest) {
            long at = first + id * 1_000L / perSecond;
            for (long wait = at - System.currentTimeMillis(); wait > 0; wait = at - System.currentTimeMillis()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(wait));
            }
            List<PutRecordsRequestEntry> request = new ArrayList<>(perRequest);
            for (int i = id; i < Math.min(id + perRequest, due.length); i++) {
                due[i] = at;
                long customer = random.nextInt(CUSTOMERS);
                Transaction payment = new Transaction(
                        i,
                        at / 1_000,
                        customer,
                        random.nextInt(2 * CUSTOMERS),
                        random.nextInt(20_000),
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        Transaction.ABSENT,
                        nowhere,
                        new byte[0]);
                request.add(PutRecordsRequestEntry.builder()
                        .partitionKey(Long.toString(customer))
                        .data(SdkBytes.fromByteArray(RecordJson.encode(payment)))
                        .build());
            }
            kinesis.client().putRecords(put -> put.streamName(PAYMENTS).records(request));
        }
        return due;
    }

    /** Gives so many customers, from id 0 on, their contacts. */
    static void addCustomers(Statement statement, int customers) throws Exception {
        statement.execute("INSERT INTO customer_info (customer_id, full_name, email_address, phone_number)"
                + " SELECT id, 'Name ' || id, id || '@example.org', '+44 ' || id FROM generate_series(0, "
                + (customers - 1) + ") AS id");
    }

    /** Waits until so many predictions are in the warehouse. */
    static void awaitRows(Statement statement, int rows) throws Exception {
        int present = 0;
        while (present < rows) {
            Thread.sleep(500);
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM cust_payment_tx_fraud_predictions")) {
                count.next();
                present = count.getInt(1);
            }
        }
    }

    private static void print(Statement statement, int perSecond, long[] due, PrintStream out) throws Exception {
        Latencies all = new Latencies(due.length);
        Latencies put = new Latencies(due.length);
        Latencies read = new Latencies(due.length);
        Latencies written = new Latencies(due.length);
        try (ResultSet rows = statement.executeQuery("SELECT transaction_id,"
                + " extract(epoch FROM approximate_arrival_timestamp) * 1000, extract(epoch FROM scored_at) * 1000,"
                + " extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000"
                + " FROM cust_payment_tx_fraud_predictions")) {
            while (rows.next()) {
                int id = rows.getInt(1);
                if (id >= due.length / WARM_UP_SHARE) {
                    put.add(rows.getDouble(2) - due[id]);
                    read.add(rows.getDouble(3) - rows.getDouble(2));
                    written.add(rows.getDouble(4) - rows.getDouble(3));
                    all.add(rows.getDouble(4) - due[id]);
                }
            }
        }
        out.printf(Locale.ROOT, "over the wire, heap, %,d payments/s, put to committed row: %s%n", perSecond, all);
        out.printf(Locale.ROOT, "  put to arrival in Kinesis:    %s%n", put);
        out.printf(Locale.ROOT, "  arrival to score:             %s%n", read);
        out.printf(Locale.ROOT, "  score to commit:              %s%n", written);
    }

    /** From when a customer's last payment was due until its window was packed for the store; writing takes little more. */
    private static Latencies published(OwnRedis redis, Statement statement, long[] due) throws Exception {
        Latencies latencies = new Latencies(CUSTOMERS);
        try (Jedis jedis = redis.connect();
                ResultSet lasts = statement.executeQuery("SELECT customer_id, max(transaction_id), count(*)"
                        + " FROM cust_payment_tx_fraud_predictions GROUP BY customer_id")) {
            while (lasts.next()) {
                String key = "cardwatch:{c:" + lasts.getInt(1) + "}";
                String count = Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW.column();
                while (Double.parseDouble(jedis.hget(key, count)) < lasts.getInt(3)) {
                    Thread.sleep(100);
                }
                String at = jedis.hget(key, "published_at");
                latencies.add((double) (Instant.parse(at).toEpochMilli() - due[lasts.getInt(2)]));
            }
        }
        return latencies;
    }

    /** A local Flink that fails for good when its job does. */
    static StreamExecutionEnvironment environment(Path directory, long checkpointMillis) {
        Configuration configuration = new Configuration();
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(BenchmarkInput.PARALLELISM, configuration);
        env.enableCheckpointing(checkpointMillis);
        return env;
    }
}
