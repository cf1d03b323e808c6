package io.cardwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.codec.Decoded;
import io.cardwatch.config.Settings;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.enrich.CustomerInfoSource;
import io.cardwatch.testing.GoldenFiles;
import io.cardwatch.testing.Postgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend.PriorityQueueStateType;
import org.apache.flink.contrib.streaming.state.RocksDBOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The savepoint of every released version is restored, none of its state left over, and what comes out afterwards is
 * what it was then and what the oracle says. {@link GoldenFiles} tells how a version's is made.
 *
 * <p>A version has two. The one of the reference features was taken while {@code customer_info} was locked: its rows
 * wait for it. In that of the extended ones all customers are known, and one vanishes while the job is down. The Kinesis
 * consumers' own state is not in them: it is Kryo, the connector's, and given up when the source is swapped.
 */
@Timeout(600)
class GoldenSavepointTest {
    private static final SavepointStory STORY = new SavepointStory();
    private static final InMemoryReporter METRICS = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(3)
            .setConfiguration(METRICS.addToConfiguration(new Configuration()))
            .build());

    static Stream<Arguments> savepoints() throws IOException {
        List<String> versions = new ArrayList<>();
        if (Files.exists(GoldenFiles.SAVEPOINTS)) {
            try (Stream<Path> folders = Files.list(GoldenFiles.SAVEPOINTS)) {
                folders.map(folder -> folder.getFileName().toString()).forEach(versions::add);
            }
        }
        if (!versions.contains(GoldenFiles.version())) {
            versions.add(GoldenFiles.version());
        }
        return versions.stream().sorted().flatMap(version -> Stream.of(FeatureSet.values())
                .flatMap(set -> Stream.of(
                        Arguments.of(version, set, "hashmap", PriorityQueueStateType.ROCKSDB, 3),
                        Arguments.of(version, set, "rocksdb", PriorityQueueStateType.ROCKSDB, 1),
                        Arguments.of(version, set, "rocksdb", PriorityQueueStateType.HEAP, 2))));
    }

    @ParameterizedTest
    @MethodSource("savepoints")
    void aReleasedVersionsSavepointGoesOnAsTheOracleSays(
            String version,
            FeatureSet set,
            String backend,
            PriorityQueueStateType timers,
            int parallelism,
            @TempDir Path directory)
            throws Exception {
        Path golden = GoldenFiles.SAVEPOINTS.resolve(version).resolve(set.lowerCaseName());
        if (GoldenFiles.writing() && version.equals(GoldenFiles.version()) && backend.equals("hashmap")) {
            write(set, golden, directory);
        }
        String url = database();
        boolean rowsWait = set == FeatureSet.REFERENCE;
        if (!rowsWait) {
            sql(url, "DELETE FROM customer_info WHERE customer_id = " + SavepointStory.VANISHING_CUSTOMER);
        }
        List<String> expected =
                new ArrayList<>(STORY.rows(set, rowsWait ? 0 : STORY.before, STORY.transactions.size()));
        expected.addAll(STORY.lettersAfter());

        tell(STORY.transactions.size());
        Configuration configuration = new Configuration()
                .set(StateBackendOptions.STATE_BACKEND, backend)
                .set(RocksDBOptions.TIMER_SERVICE_FACTORY, timers)
                .set(StateRecoveryOptions.SAVEPOINT_PATH, golden.toUri().toString())
                .set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, false);
        JobClient job = start(set, parallelism, configuration, url);
        ToldInOrder.awaitAnswers(job, expected.size());
        job.cancel().get();

        ToldInOrder.assertAnswers(expected, golden.toString());
        if (GoldenFiles.writing() && version.equals(GoldenFiles.version())) {
            Files.write(golden.resolve("expected.txt"), expected);
        }
        ToldInOrder.assertAnswers(Files.readAllLines(golden.resolve("expected.txt")), "what it was then");
        if (!rowsWait) {
            assertThat(ToldInOrder.CHANGES).singleElement().satisfies(change -> {
                assertThat(change.vanished()).isTrue();
                assertThat(change.customerId).isEqualTo(SavepointStory.VANISHING_CUSTOMER);
            });
        }
    }

    /** Takes the present version's savepoint, in one file, and sees that it holds what it is for. */
    private static void write(FeatureSet set, Path golden, Path directory) throws Exception {
        String url = database();
        boolean rowsWait = set == FeatureSet.REFERENCE;
        tell(STORY.before);
        Configuration configuration = new Configuration()
                .set(StateBackendOptions.STATE_BACKEND, "hashmap")
                .set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
        Path savepoint;
        try (Connection locked = Postgres.connect(url);
                Statement statement = locked.createStatement()) {
            locked.setAutoCommit(false);
            if (rowsWait) {
                statement.execute("LOCK TABLE customer_info IN ACCESS EXCLUSIVE MODE");
            }
            JobClient job = start(set, 2, configuration, url);
            ToldInOrder.awaitSilence(job);
            int rows = STORY.rows(set, 0, STORY.before).size();
            ToldInOrder.awaitAnswers(job, rowsWait ? 0 : rows);
            savepoint = Path.of(
                    URI.create(job.stopWithSavepoint(false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
                            .get()));
            assertThat(METRICS.findMetrics(job.getJobID(), "terminalsCoarsened").values().stream()
                            .mapToLong(counter -> ((Counter) counter).getCount())
                            .sum())
                    .isPositive();
            assertThat(ToldInOrder.ANSWERS.stream().filter(answer -> answer.contains("[")))
                    .hasSize(rowsWait ? 0 : rows);
        }
        Files.createDirectories(golden);
        try (Stream<Path> files = Files.list(savepoint)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("_metadata");
        }
        Files.write(golden.resolve("_metadata"), Files.readAllBytes(savepoint.resolve("_metadata")));
    }

    private static void tell(int payments) {
        ToldInOrder.tell(
                STORY.labels, STORY.transactions.stream().map(Decoded::of).toList(), STORY.accepted(), payments);
    }

    private static JobClient start(FeatureSet set, int parallelism, Configuration configuration, String url)
            throws Exception {
        Settings settings = Settings.fromArguments(
                List.of("--features.set=" + set.lowerCaseName(), "--features.max-events-per-terminal=1000"));
        CustomerInfoSource customers = new CustomerInfoSource(
                new SimpleJdbcConnectionProvider(new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(url)
                        .withDriverName("org.postgresql.Driver")
                        .withUsername(Postgres.USER)
                        .build()),
                "public",
                Duration.ofDays(1),
                Duration.ofMinutes(5));
        return ToldInOrder.start(settings, set, parallelism, configuration, customers);
    }

    private static String database() throws SQLException {
        String url = Postgres.freshDatabase();
        sql(
                url,
                IntStream.concat(
                                IntStream.range(0, SavepointStory.CUSTOMERS)
                                        .filter(id -> SavepointStory.name(id) != null),
                                IntStream.of(SavepointStory.VANISHING_CUSTOMER))
                        .mapToObj(id -> "(" + id + ", 'Customer " + id + "')")
                        .collect(Collectors.joining(
                                ", ", "INSERT INTO customer_info (customer_id, full_name) VALUES ", "")));
        return url;
    }

    private static void sql(String url, String sql) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
