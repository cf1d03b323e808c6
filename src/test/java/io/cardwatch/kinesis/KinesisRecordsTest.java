package io.cardwatch.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.codec.WireTypes;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.Transaction;
import io.cardwatch.testing.AggregatedRecord;
import io.cardwatch.testing.CapturedLog;
import io.cardwatch.testing.FaultyKinesis;
import io.cardwatch.testing.JobOnKinesis;
import io.cardwatch.testing.KinesaliteServer;
import io.cardwatch.testing.Restarts;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * What comes out of the source, over the real wire, when it is stopped with a savepoint and started again.
 *
 * <p>A job that has only one of the two sources never hears how far the other is. So it hands on records until it knows
 * the event time of their shard, which takes two, and then waits: it can be stopped in the middle of what it has read.
 */
@Timeout(600)
class KinesisRecordsTest {
    private static final String PAYMENTS = "payments";
    private static final String OTHERS = "others";
    /** Partition keys whose hashes lie in the first and in the second of two shards. */
    private static final String[] KEYS = {"6", "0"};

    private static final Queue<String> READ = new ConcurrentLinkedQueue<>();
    private static final Queue<String> PARTITION_KEYS = new ConcurrentLinkedQueue<>();
    /** Behind the source, when the last record came out of it. */
    private static final AtomicLong WATERMARK = new AtomicLong();
    /** Who read each record after a failure. */
    private static final Queue<Integer> BY_SUBTASK = new ConcurrentLinkedQueue<>();

    /** When the second payment was made. */
    private static final long SECOND_MILLIS =
            Instant.parse("2024-03-01T12:01:00Z").toEpochMilli();

    /** And than the ten seconds after which shards are looked for anew. */
    private static final Duration LONGER_THAN_THE_SDK_TRIES = Duration.ofSeconds(16);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path directory;

    private MiniCluster cluster;
    private KinesaliteServer kinesis;
    /** Where the job finds it. */
    private URI endpoint;

    @BeforeEach
    void startKinesis(@InjectMiniCluster MiniCluster miniCluster) {
        cluster = miniCluster;
        System.setProperty("aws.accessKeyId", KinesaliteServer.ACCESS_KEY);
        System.setProperty("aws.secretKey", KinesaliteServer.SECRET_KEY);
        READ.clear();
        PARTITION_KEYS.clear();
        BY_SUBTASK.clear();
        WATERMARK.set(Long.MIN_VALUE);
        kinesis = KinesaliteServer.start();
        endpoint = kinesis.endpoint();
        kinesis.createStream(OTHERS, 1);
    }

    @AfterEach
    void stopKinesis() {
        kinesis.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretKey");
    }

    @Test
    void aShardThatHasEndedIsReadOn_whenItsLastRecordsWaitedAtTheStop() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        for (int i = 0; i < 10; i++) {
            put(KEYS[0], payment(i));
        }
        splitTheShard();

        String savepoint = stopOnceRead(startWaiting(), 1);
        JobClient restored = start(savepoint);
        awaitRead(10);
        restored.cancel().get();

        assertThat(READ).containsExactlyElementsOf(payments(0, 10));
    }

    @Test
    void anAggregatedRecordIsReadOn_whereTheStopHasCutIt() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        put(KEYS[0], AggregatedRecord.of(List.of(KEYS[0]), List.of(0, 0, 0, 0), bytes(0, 4)));

        String savepoint = stopOnceRead(startWaiting(), 1);
        put(KEYS[0], payment(4));
        JobClient restored = start(savepoint);
        awaitRead(5);
        restored.cancel().get();

        assertThat(READ).containsExactlyElementsOf(payments(0, 5));
    }

    @Test
    void allOfAnAggregatedRecordIsRead_whicheverShardsItsKeysBelongTo() throws Exception {
        kinesis.createStream(PAYMENTS, 2);
        put(KEYS[0], AggregatedRecord.of(List.of(KEYS), List.of(0, 1, 0, 1), bytes(0, 4)));

        JobClient job = start(null);
        awaitRead(4);
        job.cancel().get();

        assertThat(READ).containsExactlyElementsOf(payments(0, 4));
    }

    @Test
    void withoutContactsNoPartitionKeyIsKept() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        put("ada@example.com", payment(0));

        JobClient job = start(null, "--enrichment.contact-columns=false");
        awaitRead(1);
        job.cancel().get();

        assertThat(PARTITION_KEYS).containsExactly("");
    }

    @Test
    void anAggregatedRecordThatCannotBeUnpackedIsOneDeadLetter_andItsBytesAreInNoLog() throws Exception {
        kinesis.createStream(PAYMENTS, 2);
        byte[] wrongIndex = AggregatedRecord.of(List.of(KEYS[0]), List.of(0, 7), bytes(0, 2));
        byte[] noRecord = AggregatedRecord.of(List.of(KEYS[0]), List.of(), List.of());
        byte[] noProtocolBuffer = AggregatedRecord.of("no protocol buffer".getBytes(UTF_8));
        List<byte[]> bad = List.of(wrongIndex, noRecord, noProtocolBuffer);
        bad.forEach(bytes -> put(KEYS[0], bytes));
        put(KEYS[0], payment(2));

        List<String> expected = bad.stream()
                .map(bytes -> DeadLetterReason.NOT_UTF8 + " " + DeadLetter.sha256(bytes))
                .collect(Collectors.toCollection(ArrayList::new));
        expected.addAll(payments(2, 3));
        try (CapturedLog log = new CapturedLog()) {
            JobClient job = start(null);
            awaitRead(expected.size());
            job.cancel().get();

            assertThat(log.text())
                    .doesNotContain(new String(payment(0), UTF_8))
                    .doesNotContain(
                            Base64.getEncoder().encodeToString(wrongIndex).substring(8, 48));
        }
        assertThat(READ).containsExactlyElementsOf(expected);
    }

    @Test
    void aShardThatHasNotDeliveredSinceALatestStart_isReadFromThatStart_whenTheJobIsStartedAgain() throws Exception {
        assertSilentShardIsReadFromTheFirstStart(
                List.of("--source.initial-position=LATEST"), List.of("--source.initial-position=LATEST"));
    }

    @Test
    void aShardThatHasNotDeliveredSinceATime_isReadFromThatTime_whenTheJobIsStartedAgainWithoutIt() throws Exception {
        Instant before = Instant.now();
        assertSilentShardIsReadFromTheFirstStart(
                List.of(
                        "--source.initial-position=AT_TIMESTAMP",
                        "--source.initial-timestamp=" + before.plusSeconds(1)),
                List.of());
    }

    @Test
    void aShardThatARestoredStateDoesNotName_isReadFromTheStartThatWasGiven() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        put(KEYS[0], payment(0));
        Thread.sleep(1_100);
        StreamExecutionEnvironment before = environment(null);
        records(before, OTHERS, PAYMENTS + "-source", List.of("--source.initial-position=LATEST"))
                .sinkTo(new DiscardingSink<>())
                .uid(PAYMENTS + "-sink");
        JobClient job = before.executeAsync();
        CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
        String savepoint = JobOnKinesis.stopWithSavepoint(job, directory);
        put(KEYS[0], payment(1));

        JobClient restored = start(savepoint);
        awaitRead(1);
        restored.cancel().get();

        assertThat(READ).containsExactlyElementsOf(payments(1, 2));
    }

    @Test
    void aKinesisThatIsAwayForAWhileIsAskedAgain() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        put(KEYS[0], payment(0));
        try (FaultyKinesis proxy = new FaultyKinesis(kinesis.endpoint(), 1)) {
            endpoint = proxy.endpoint();
            JobClient job = start(null);
            awaitRead(1);
            proxy.goAway(LONGER_THAN_THE_SDK_TRIES);
            put(KEYS[0], payment(1));
            JobOnKinesis.requireAlive(job);
            awaitRead(2);
            job.cancel().get();
        }
        assertThat(READ).containsExactlyElementsOf(payments(0, 2));
    }

    /** Where the positions of the first attempt counted, at their shards' tips, the other subtask would read to the end. */
    @Test
    void afterARestartNoSubtaskRunsAheadOfOneThatHasNotStarted() throws Exception {
        kinesis.createStream(PAYMENTS, 2);
        for (int i = 0; i < 40; i++) {
            put(KEYS[i % 2], payment(i));
        }
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(Restarts.always(directory, Duration.ofMinutes(10)));
        env.setParallelism(2);
        List<String> drift = List.of("--source.max-drift=5min");
        // By key, as in the job: so all subtasks of both sources restart together.
        records(env, PAYMENTS, PAYMENTS + "-source", drift)
                .map(new FailOnce())
                .union(records(env, OTHERS, OTHERS + "-source", drift).map(new FailOnce()))
                .keyBy(subtask -> subtask)
                .sinkTo(new DiscardingSink<>());
        JobClient job = env.executeAsync();
        awaitRead(40);
        put(KEYS[0], payment(FailOnce.PAYMENT));
        while (BY_SUBTASK.size() < 41) {
            Thread.sleep(20);
        }
        job.cancel().get();

        assertThat(new ArrayList<>(BY_SUBTASK).indexOf(FailOnce.LATE_SUBTASK)).isBetween(1, 5);
    }

    /** The connector's timer, which tells of idleness, fires a thousand times a second here. */
    @Test
    void aSourceWithoutRecordsCanBeStoppedAtAnyTime() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        String savepoint = null;
        for (int stop = 0; stop < 10; stop++) {
            put(KEYS[0], payment(stop));
            StreamExecutionEnvironment env = environment(savepoint);
            env.getConfig().setAutoWatermarkInterval(1);
            read(env, PAYMENTS, List.of());
            read(env, OTHERS, List.of());

            savepoint = stopOnceRead(env.executeAsync(), stop + 1);
        }
        assertThat(READ).containsExactlyElementsOf(payments(0, 10));
    }

    /** The connector's timer, which would say so each time, fires a thousand times a second here. */
    @Test
    void aSourceWithoutRecordsIsLoggedAsIdleOnce() throws Exception {
        kinesis.createStream(PAYMENTS, 1);
        put(KEYS[0], payment(0));
        StreamExecutionEnvironment env = environment(null);
        env.getConfig().setAutoWatermarkInterval(1);
        read(env, PAYMENTS, List.of());
        read(env, OTHERS, List.of());
        try (CapturedLog log = new CapturedLog()) {
            JobClient job = env.executeAsync();
            awaitRead(1);
            put(KEYS[0], payment(1));
            awaitRead(2);
            job.cancel().get();

            // Once for the stream without records, and perhaps once for the other before its first.
            assertThat(log.text().split("No active shard", -1)).hasSizeBetween(2, 3);
        }
    }

    @Test
    void aShardThatFallsSilentHoldsEventTimeUpForItsIdleIntervalOnly() throws Exception {
        kinesis.createStream(PAYMENTS, 2);
        put(KEYS[1], payment(0));
        put(KEYS[1], payment(1));
        JobClient job = start(null, "--source.idle-interval=2s");
        for (int i = 2; WATERMARK.get() <= SECOND_MILLIS; i = 5 - i) {
            JobOnKinesis.requireAlive(job);
            put(KEYS[0], payment(i));
            Thread.sleep(50);
        }
        job.cancel().get();
    }

    private void assertSilentShardIsReadFromTheFirstStart(List<String> first, List<String> second) throws Exception {
        kinesis.createStream(PAYMENTS, 2);
        put(KEYS[0], payment(0));
        put(KEYS[1], payment(1));
        Thread.sleep(1_100);

        JobClient job = start(null, first.toArray(String[]::new));
        put(KEYS[1], payment(2));
        String savepoint = stopOnceRead(job, 1);
        put(KEYS[0], payment(3));
        JobClient restored = start(savepoint, second.toArray(String[]::new));
        awaitRead(2);
        put(KEYS[0], payment(4));
        awaitRead(3);
        restored.cancel().get();

        assertThat(READ).containsExactlyElementsOf(payments(2, 5));
    }

    /** Without the other source, see the class. */
    private JobClient startWaiting() throws Exception {
        StreamExecutionEnvironment env = environment(null);
        read(env, PAYMENTS, List.of());
        return env.executeAsync();
    }

    private JobClient start(String savepoint, String... settings) throws Exception {
        StreamExecutionEnvironment env = environment(savepoint);
        read(env, PAYMENTS, List.of(settings));
        read(env, OTHERS, List.of(settings));
        return env.executeAsync();
    }

    private StreamExecutionEnvironment environment(String savepoint) {
        Configuration configuration = Restarts.none(directory, Duration.ofMinutes(10));
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        return env;
    }

    private void read(StreamExecutionEnvironment env, String stream, List<String> more) {
        records(env, stream, stream + "-source", more)
                .process(new Note())
                .uid(stream + "-read")
                .sinkTo(new DiscardingSink<>())
                .uid(stream + "-sink");
    }

    private DataStream<Decoded<Transaction>> records(
            StreamExecutionEnvironment env, String stream, String uid, List<String> more) {
        List<String> arguments = new ArrayList<>(more);
        arguments.add("--source.endpoint-url=" + endpoint);
        return KinesisRecords.read(
                env,
                Settings.fromArguments(arguments),
                stream,
                uid,
                RecordDecoder.transactions(65_536, Contacts.KEPT),
                (progress, payment) -> progress.observe(payment.epochSecond, payment.origin),
                WireTypes.DECODED_TRANSACTION);
    }

    /** Notes what comes out of a source. */
    private static final class Note extends ProcessFunction<Decoded<Transaction>, Integer> {
        @Override
        public void processElement(Decoded<Transaction> record, Context context, Collector<Integer> out) {
            if (record.accepted()) {
                PARTITION_KEYS.add(record.value.origin.partitionKey());
            }
            WATERMARK.set(context.timerService().currentWatermark());
            READ.add(text(record));
        }
    }

    /** Fails at a payment, and lets one subtask start later than the others after that. */
    private static final class FailOnce extends RichMapFunction<Decoded<Transaction>, Integer> {
        static final int PAYMENT = 59;
        static final int LATE_SUBTASK = 0;
        private static final int LATE_MILLIS = 2_000;

        private int subtask;
        private boolean failed;

        @Override
        public void open(OpenContext context) throws InterruptedException {
            subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
            failed = getRuntimeContext().getTaskInfo().getAttemptNumber() > 0;
            if (failed && subtask == LATE_SUBTASK) {
                Thread.sleep(LATE_MILLIS);
            }
        }

        @Override
        public Integer map(Decoded<Transaction> record) {
            if (failed) {
                BY_SUBTASK.add(subtask);
            } else if (record.value.transactionId == PAYMENT) {
                throw new IllegalStateException("this payment fails once");
            } else {
                READ.add(text(record));
            }
            return subtask;
        }
    }

    private static String text(Decoded<Transaction> record) {
        return record.accepted()
                ? "payment " + record.value.transactionId
                : record.deadLetter.reason + " " + record.deadLetter.sha256;
    }

    private String stopOnceRead(JobClient job, int records) throws Exception {
        awaitRead(records);
        // The other source may still be on its way.
        CommonTestUtils.waitForAllTaskRunning(cluster, job.getJobID(), false);
        return JobOnKinesis.stopWithSavepoint(job, directory);
    }

    private static void awaitRead(int records) throws InterruptedException {
        while (READ.size() < records) {
            Thread.sleep(20);
        }
    }

    private void put(String partitionKey, byte[] bytes) {
        kinesis.client()
                .putRecord(request ->
                        request.streamName(PAYMENTS).partitionKey(partitionKey).data(SdkBytes.fromByteArray(bytes)));
    }

    private void splitTheShard() {
        Shard shard = kinesis.client()
                .listShards(request -> request.streamName(PAYMENTS))
                .shards()
                .get(0);
        kinesis.client().splitShard(request -> request.streamName(PAYMENTS)
                .shardToSplit(shard.shardId())
                .newStartingHashKey("" + Long.MAX_VALUE));
    }

    /** One a minute. */
    private static byte[] payment(int id) {
        return String.format(
                        "{\"TRANSACTION_ID\":%d,\"TX_DATETIME\":\"2024-03-01 12:%02d:00\",\"CUSTOMER_ID\":1,"
                                + "\"TERMINAL_ID\":1,\"TX_AMOUNT\":10}",
                        id, id)
                .getBytes(UTF_8);
    }

    private static List<byte[]> bytes(int from, int to) {
        return IntStream.range(from, to).mapToObj(KinesisRecordsTest::payment).toList();
    }

    private static List<String> payments(int from, int to) {
        return IntStream.range(from, to).mapToObj(id -> "payment " + id).toList();
    }
}
