package io.cardwatch.warehouse;

import io.cardwatch.testing.Postgres;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** A sink inside Flink's own writer operator, driven by the test instead of a cluster. */
final class SinkHarness<T> implements AutoCloseable {
    private final OneInputStreamOperatorTestHarness<T, CommittableMessage<Void>> harness;
    private long checkpoint;

    SinkHarness(WarehouseSink<T> sink) throws Exception {
        harness = new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(sink));
        harness.open();
    }

    /** Writes {@code rows} as one batch into a database of the shared server. */
    static <T> void writeAll(String url, Table<T> table, List<T> rows) throws Exception {
        writeAll(new PostgresDialect(), url, table, rows);
    }

    static <T> void writeAll(Dialect dialect, String url, Table<T> table, List<T> rows) throws Exception {
        WarehouseConnection warehouse = new WarehouseConnection(dialect, url, Postgres.USER, () -> "", "public");
        WritePolicy policy = new WritePolicy(1000, Duration.ofDays(1), Duration.ZERO);
        try (SinkHarness<T> sink = new SinkHarness<>(new WarehouseSink<>(table, warehouse, policy))) {
            for (T row : rows) {
                sink.write(row);
            }
            sink.endInput();
        }
    }

    void write(T row) throws Exception {
        harness.processElement(row, 0);
    }

    void checkpoint() throws Exception {
        harness.prepareSnapshotPreBarrier(++checkpoint);
    }

    void setProcessingTime(long millis) throws Exception {
        harness.setProcessingTime(millis);
    }

    /** Waits until a batch was stored, or was not, and lets the sink see it. */
    void awaitStored() throws Exception {
        harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
    }

    void endInput() throws Exception {
        harness.endInput();
    }

    @Override
    public void close() {
        try {
            harness.close();
        } catch (Exception e) {
            throw new IllegalStateException("the sink does not close", e);
        }
    }
}
