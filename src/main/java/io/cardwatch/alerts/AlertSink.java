package io.cardwatch.alerts;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.Alert;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.metrics.Metric;
import io.cardwatch.metrics.Metrics;
import io.cardwatch.warehouse.WarehouseSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.IOUtils;

/**
 * Decides which alerts are sent and which are held, and writes all of them into the outbox. It needs a parallelism of 1: the
 * budget is one. A {@link Dispatcher} beside it sends them, so that nothing here waits for a target.
 */
final class AlertSink implements Sink<ScoredTransaction>, SupportsWriterState<ScoredTransaction, AlertBudget> {
    private static final long serialVersionUID = 1;

    private final WarehouseSink<Alert> table;
    /** 0 for no budget. */
    private final int cardsPerDay;
    /** Null where nothing is sent. */
    private final Dispatcher.Factory dispatching;

    AlertSink(WarehouseSink<Alert> table, int cardsPerDay, Dispatcher.Factory dispatching) {
        this.table = table;
        this.cardsPerDay = cardsPerDay;
        this.dispatching = dispatching;
    }

    @Override
    public SinkWriter<ScoredTransaction> createWriter(WriterInitContext context) {
        return restoreWriter(context, List.of());
    }

    @Override
    public StatefulSinkWriter<ScoredTransaction, AlertBudget> restoreWriter(
            WriterInitContext context, Collection<AlertBudget> budgets) {
        AlertBudget budget =
                cardsPerDay == 0 ? null : budgets.stream().findFirst().orElseGet(() -> new AlertBudget(cardsPerDay));
        Metrics metrics = Metrics.of(context.metricGroup());
        return new Writer(table.createWriter(context), budget, metrics);
    }

    /** Flink 1.20 calls {@link #createWriter(WriterInitContext)} but still declares this one. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SinkWriter<ScoredTransaction> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 is needed");
    }

    @Override
    public SimpleVersionedSerializer<AlertBudget> getWriterStateSerializer() {
        return new BudgetSerializer(cardsPerDay);
    }

    /** The one writer of a job. */
    private final class Writer implements StatefulSinkWriter<ScoredTransaction, AlertBudget> {
        private final SinkWriter<Alert> rows;
        /** Null where all alerts are sent. */
        private final AlertBudget budget;

        private final Metrics metrics;
        private final Counter held;
        /** Null where nothing is sent. */
        private final Dispatcher dispatcher;

        Writer(SinkWriter<Alert> rows, AlertBudget budget, Metrics metrics) {
            this.rows = rows;
            this.budget = budget;
            this.metrics = metrics;
            this.held = metrics.counter(Metric.ALERTS_HELD);
            AlertMetrics sending = new AlertMetrics(metrics);
            this.dispatcher = dispatching == null ? null : dispatching.start(sending);
        }

        @Override
        public void write(ScoredTransaction row, Context context) throws IOException, InterruptedException {
            boolean isHeld = budget != null && isHeld(row);
            if (isHeld) {
                held.inc();
            }
            rows.write(new Alert(row, isHeld, dispatcher == null ? "" : dispatching.target()), context);
        }

        /** What a person must see or what was blocked always goes. */
        private boolean isHeld(ScoredTransaction row) {
            long card = row.transaction.customerId;
            long second = row.transaction.epochSecond;
            if (!Action.ALERT.lowerCaseName().equals(row.decision.get(DecisionColumn.ACTION))) {
                budget.alreadySent(card, second);
                return false;
            }
            return !budget.sends(card, second, row.decision.probability);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            rows.flush(endOfInput);
        }

        @Override
        public List<AlertBudget> snapshotState(long checkpoint) {
            return budget == null ? List.of() : List.of(budget);
        }

        @Override
        public void close() {
            metrics.close();
            if (dispatcher != null) {
                dispatcher.close();
            }
            IOUtils.closeQuietly(rows);
        }
    }

    /** The budget's own layout. */
    private static final class BudgetSerializer implements SimpleVersionedSerializer<AlertBudget> {
        private final int cardsPerDay;

        BudgetSerializer(int cardsPerDay) {
            this.cardsPerDay = cardsPerDay;
        }

        @Override
        public int getVersion() {
            return AlertBudget.LAYOUT;
        }

        @Override
        public byte[] serialize(AlertBudget budget) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            budget.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        @Override
        public AlertBudget deserialize(int version, byte[] bytes) throws IOException {
            if (version != AlertBudget.LAYOUT) {
                throw new IOException("layout " + version + " of the alerts' budget is unknown");
            }
            return AlertBudget.read(Math.max(1, cardsPerDay), new DataInputStream(new ByteArrayInputStream(bytes)));
        }
    }
}
