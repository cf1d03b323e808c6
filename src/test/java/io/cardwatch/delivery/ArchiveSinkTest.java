package io.cardwatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.warehouse.Table;
import io.cardwatch.warehouse.Tables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The archive on the local file system, through checkpoints and failures. */
class ArchiveSinkTest {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final int ROWS = 60_000;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = new MiniClusterExtension(new MiniClusterResourceConfiguration.Builder()
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(2)
            .build());

    @TempDir
    Path folder;

    @TempDir
    Path checkpoints;

    @Test
    void aRowIsArchivedOnce_underItsHour_throughFailures_withFarMoreHoursThanFilesMayBeOpen() throws Exception {
        Table<ScoredTransaction> table = Tables.predictions(FeatureSet.REFERENCE, Contacts.LEFT_OUT);
        int hours = 3 * ArchiveWriter.MOST_OPEN;
        int failures = ArchiveRun.archive(table, ROWS, hours, folder.toUri(), checkpoints, INTERVAL, 3, () -> {});

        List<ArchivedRows.Row> rows = ArchivedRows.read(folder);
        assertThat(rows).hasSize(ROWS);
        assertThat(rows.stream()
                        .map(row -> row.json().get("transaction_id").longValue())
                        .collect(Collectors.toSet()))
                .hasSize(ROWS);
        assertThat(failures).isEqualTo(3);
        assertThat(rows).allSatisfy(row -> {
            String time = row.json().get("tx_datetime").textValue();
            assertThat(row.folder()).isEqualTo("dt=" + time.substring(0, 10) + "/hr=" + time.substring(11, 13));
            assertThat(row.json().has("full_name")).isFalse();
        });
    }

    @Test
    void rowsAreTheColumnsOfTheWarehouse_andAFileGoesOnThroughCheckpoints() throws Exception {
        ArchiveRun.archive(
                Tables.predictions(FeatureSet.REFERENCE), ROWS, 1, folder.toUri(), checkpoints, INTERVAL, 0, () -> {});

        assertThat(ArchivedRows.files(folder)).hasSize(2); // one for each subtask
        ArchivedRows.Row row = ArchivedRows.read(folder).stream()
                .filter(each -> each.json().get("transaction_id").longValue() == 7)
                .findFirst()
                .orElseThrow();
        assertThat(row.folder()).isEqualTo("dt=2024-03-01/hr=12");
        assertThat(row.json().toString())
                .startsWith("{\"approximate_arrival_timestamp\":null,\"partition_key\":null,\"shard_id\":null,"
                        + "\"sequence_number\":null,\"transaction_id\":7,\"tx_datetime\":\"2024-03-01 12:00:07\","
                        + "\"customer_id\":3,\"terminal_id\":5,\"tx_amount\":0.07,\"tx_time_seconds\":null,")
                .contains("\"terminal_id_risk_30day_window\":0.3333333333333333,\"full_name\":\"Ada \\\"L\\\"\",")
                .endsWith("\"anomaly_score\":1.5,\"action\":null,\"rules\":[{\"id\":\"r\"}],\"reasons\":null,"
                        + "\"control_version\":null}");
    }

    @Test
    void aRowIsThere_whenTheJobGoesOnFromASavepointOlderThanItsFile() throws Exception {
        ArchiveRun.goOnFromAnOlderSavepoint(folder.toUri());

        assertThat(ArchivedRows.read(folder).stream()
                        .map(row -> row.json().get("transaction_id").longValue()))
                .containsExactlyInAnyOrder(0L, 1L, 1L);
    }

    @Test
    void savepointsBeforeStatesWereKeptToBeDeleted_areRead() throws Exception {
        byte[] layout1 =
                HexFormat.of().parseHex("0003" + "616263" + "0000000000000007" + "00000002" + "00000001" + "09");
        PartBytes read = new PartBytes.Serializer().deserialize(1, layout1);
        assertThat(List.of(read.hour, read.begun, read.version)).isEqualTo(List.of("abc", 7L, 2));
        assertThat(read.bytes).containsExactly(9);
        assertThat(read.passed).isEmpty();
    }
}
