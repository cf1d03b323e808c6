package io.cardwatch.enrich;

import io.cardwatch.domain.CustomerChange;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Turns the table {@code customer_info} into an unbounded stream of differences: the source reads it in full at the start
 * and after each interval, and sends each customer that is new, changed or gone since the last reading. What was sent is
 * checkpointed, so a restored job also notices customers that vanished while it was down. The watermark {@link
 * ContactJoin#ALL_CUSTOMERS_READ} follows the last customer of the first full reading.
 *
 * <p>It runs with a parallelism of 1; use it with {@code WatermarkStrategy.noWatermarks()}. Memory: see
 * {@link KnownCustomers}.
 */
public final class CustomerInfoSource implements Source<CustomerChange, KnownCustomers, Void> {
    private static final long serialVersionUID = 1;

    private final CustomerTable table;
    private final Duration refreshInterval;
    private final Duration retryTimeout;

    /**
     * @param connections opens connections to the table's database, one for each reading
     * @param schema name of the table's schema, without quotes
     * @param refreshInterval time from the end of one reading to the start of the next
     * @param retryTimeout how long the first reading is retried before the job fails
     */
    public CustomerInfoSource(
            JdbcConnectionProvider connections, String schema, Duration refreshInterval, Duration retryTimeout) {
        this.table = new CustomerTable(connections, schema);
        this.refreshInterval = refreshInterval;
        this.retryTimeout = retryTimeout;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<CustomerChange, KnownCustomers> createReader(SourceReaderContext context) {
        if (context.currentParallelism() != 1) {
            throw new IllegalStateException(
                    "The source of customer_info runs with a parallelism of 1, not of " + context.currentParallelism());
        }
        return new CustomerInfoReader(table, refreshInterval, retryTimeout, context);
    }

    @Override
    public SplitEnumerator<KnownCustomers, Void> createEnumerator(SplitEnumeratorContext<KnownCustomers> context) {
        return new NothingToDistribute();
    }

    @Override
    public SplitEnumerator<KnownCustomers, Void> restoreEnumerator(
            SplitEnumeratorContext<KnownCustomers> context, Void checkpoint) {
        return new NothingToDistribute();
    }

    @Override
    public SimpleVersionedSerializer<KnownCustomers> getSplitSerializer() {
        return new KnownCustomers.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
        return new NothingSerializer();
    }

    /** Distributes nothing: the only reader makes its split itself or gets it from its own checkpoint. */
    private static final class NothingToDistribute implements SplitEnumerator<KnownCustomers, Void> {
        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, String host) {}

        @Override
        public void addSplitsBack(List<KnownCustomers> splits, int subtask) {}

        @Override
        public void addReader(int subtask) {}

        @Override
        public Void snapshotState(long checkpointId) {
            return null;
        }

        @Override
        public void close() {}
    }

    private static final class NothingSerializer implements SimpleVersionedSerializer<Void> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Void nothing) {
            return new byte[0];
        }

        @Override
        public Void deserialize(int version, byte[] serialized) {
            return null;
        }
    }
}
