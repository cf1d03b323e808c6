package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.FeatureSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Tries again to write rows that the warehouse refused, from their dead letters, with the decisions that were made then. A
 * row that is in the table by now stays as it is; one that is refused again stays a dead letter.
 */
public final class RefusedRows {
    private static final int BATCH = 1_000;

    private final WarehouseConnection warehouse;
    private final Duration retryTimeout;
    private final Map<String, Table<RefusedRow>> tables = new LinkedHashMap<>();
    private final List<RefusedRow> batch = new ArrayList<>();

    /** Rows that were written. */
    public long written;
    /** Rows that were in the table already. */
    public long there;
    /** Rows that were refused again. */
    public long refused;
    /** Dead letters that hold no row. */
    public long unreadable;

    /**
     * Rows of {@code warehouse}.
     *
     * @param retryTimeout how long passing errors are retried
     */
    public RefusedRows(WarehouseConnection warehouse, Duration retryTimeout) {
        this.warehouse = warehouse;
        this.retryTimeout = retryTimeout;
        // All features: a row has those that its decision was based on, whatever is set now.
        for (Table<?> table : List.of(Tables.predictions(FeatureSet.EXTENDED), Tables.LABELS)) {
            tables.put(table.name, table.ofRefusedRows());
        }
    }

    /** Adds the row of a dead letter, and writes a batch when there are many. */
    public void add(DeadLetter letter) {
        try {
            RefusedRow row = RefusedRow.read(letter);
            if (!batch.isEmpty()
                    && (batch.size() == BATCH || !batch.get(0).table.equals(row.table))) {
                flush();
            }
            if (tables.containsKey(row.table)) {
                batch.add(row);
            } else {
                unreadable++;
            }
        } catch (IOException e) {
            unreadable++;
        }
    }

    /**
     * Writes the rows that were added.
     *
     * @throws BadInputException when the warehouse accepts nothing
     */
    public void flush() {
        if (batch.isEmpty()) {
            return;
        }
        Table<RefusedRow> table = tables.get(batch.get(0).table);
        Map<List<Object>, RefusedRow> rows = new LinkedHashMap<>();
        batch.forEach(row -> rows.putIfAbsent(table.keyOf(row), row));
        try (BatchStore<RefusedRow> store =
                new BatchStore<>(table, warehouse, retryTimeout, new SimpleCounter(), (row, cause) -> row.letter)) {
            Flush flush = store.store(table.sorted(rows));
            written += flush.written;
            refused += flush.refused;
            there += batch.size() - flush.written - flush.refused;
            batch.clear();
        } catch (IOException e) {
            throw new BadInputException(
                    e.getMessage(), "Check the warehouse and start again: no row is written twice.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rows were written", e);
        }
    }
}
