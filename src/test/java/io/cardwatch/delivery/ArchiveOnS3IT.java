package io.cardwatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.config.Settings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.S3Server;
import io.cardwatch.warehouse.Tables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The archive through Flink's plugin for S3, loaded from its own folder as a cluster does, on an S3 server. */
class ArchiveOnS3IT {
    private static final Path PLUGINS = Path.of("target/plugins");
    private static final String BUCKET = "s3://bucket/";
    private static final int HOURS = 3;
    private static final int ROWS = 60_000;
    /** S3 takes no smaller part, but for the last. */
    private static final long SMALLEST_PART = 5 << 20;

    private static final List<String> SEEN_AT_FAILURE = Collections.synchronizedList(new ArrayList<>());

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    private static S3Server server;

    @TempDir
    Path checkpoints;

    @TempDir
    Path copies;

    @BeforeAll
    static void loadThePlugin() throws Exception {
        server = S3Server.start();
        server.createBucket("bucket");
        Configuration configuration = Configuration.fromMap(server.flinkSettings());
        FileSystem.initialize(
                configuration,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(PLUGINS).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(configuration)));
    }

    @AfterAll
    static void forgetThePlugin() {
        FileSystem.initialize(new Configuration(), null);
        server.close();
    }

    @Test
    void aRowIsArchivedOnce_underItsHour_throughAFailure_andHardlyAnythingElseIsLeft() throws Exception {
        URI folder = URI.create(BUCKET + "archive/predictions");

        int failures = ArchiveRun.archive(
                Tables.predictions(FeatureSet.REFERENCE),
                ROWS,
                HOURS,
                folder,
                checkpoints,
                Duration.ofSeconds(1),
                1,
                () -> SEEN_AT_FAILURE.addAll(objects(folder).keySet()));

        assertThat(failures).isEqualTo(1);
        // Athena reads nothing whose name begins so. It is what a checkpoint has of a part that is too small for S3.
        assertThat(SEEN_AT_FAILURE).isNotEmpty().allMatch(name -> name.matches("dt=2024-03-01/hr=1[234]/_part-.*"));

        Map<String, Long> objects = objects(folder);
        // Of checkpoints that a failure cut short, in which each subtask may have written for each hour.
        assertThat(objects.keySet().stream().filter(name -> name.contains("/_part-")))
                .hasSizeLessThanOrEqualTo(failures * 2 * HOURS);
        objects.keySet().removeIf(name -> name.contains("/_part-"));
        assertThat(objects.keySet())
                .allMatch(name -> name.matches("dt=2024-03-01/hr=1[234]/part-[01]-[0-9a-f-]{36}-\\d+\\.json\\.gz"));
        assertThat(Collections.max(objects.values())).isGreaterThan(SMALLEST_PART);
        List<ArchivedRows.Row> rows = rows(folder, objects.keySet());
        assertThat(rows.stream()
                        .map(row -> row.json().get("transaction_id").longValue())
                        .sorted())
                .containsExactlyElementsOf(LongStream.range(0, ROWS).boxed().toList());
        assertThat(rows).allMatch(row -> row.folder()
                .endsWith("hr=" + row.json().get("tx_datetime").textValue().substring(11, 13)));
    }

    @Test
    void aRowIsThere_whenTheJobGoesOnFromASavepointOlderThanItsFile() throws Exception {
        URI folder = URI.create(BUCKET + "older");
        ArchiveRun.goOnFromAnOlderSavepoint(folder);

        assertThat(rows(folder, objects(folder).keySet()).stream()
                        .map(row -> row.json().get("transaction_id").longValue()))
                .containsExactlyInAnyOrder(0L, 1L, 1L);
    }

    @Test
    void theFolderIsCheckedBeforeTheJobStarts() {
        check("anew/archive");
        assertThat(objects(URI.create(BUCKET + "anew"))).isEmpty();

        assertThatThrownBy(() -> check("s3://nobodys/archive"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("cannot be written: ");
    }

    private static void check(String folder) {
        new Deliveries(Settings.fromArguments(
                        List.of("--archive.path=" + URI.create(BUCKET).resolve(folder))))
                .check();
    }

    private List<ArchivedRows.Row> rows(URI folder, Set<String> names) throws IOException {
        for (String name : names) {
            Path copy = copies.resolve(name);
            Files.createDirectories(copy.getParent());
            try (InputStream object =
                    FileSystem.get(folder).open(new org.apache.flink.core.fs.Path(folder + "/" + name))) {
                Files.copy(object, copy);
            }
        }
        return ArchivedRows.read(copies);
    }

    /** Sizes in bytes of all objects that S3 lists, by name below {@code folder}. */
    private static Map<String, Long> objects(URI folder) {
        Map<String, Long> sizes = new HashMap<>();
        try {
            list(new org.apache.flink.core.fs.Path(folder), "", sizes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sizes;
    }

    private static void list(org.apache.flink.core.fs.Path folder, String prefix, Map<String, Long> sizes)
            throws IOException {
        for (FileStatus status : folder.getFileSystem().listStatus(folder)) {
            String name = prefix + status.getPath().getName();
            if (status.isDir()) {
                list(status.getPath(), name + "/", sizes);
            } else {
                sizes.put(name, status.getLen());
            }
        }
    }
}
