package io.cardwatch.warehouse;

import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A table of the warehouse: the one definition from which its INSERT, its CSV file and the check of its DDL are made.
 * The tables are in {@link Tables}.
 */
public final class Table<T> implements Serializable {
    private static final long serialVersionUID = 1;

    /** What a second row of a key does. */
    public enum SecondRow {
        /** Nothing: the first row written stays. */
        IGNORED,
        /** It takes the place of the first. */
        REPLACES
    }

    /** What Java has, for a table that goes to the task that writes it. */
    interface SerializableToLongFunction<T> extends ToLongFunction<T>, Serializable {}

    /** Without its schema, lower case. */
    public final String name;

    /** In the table's order. */
    public final List<Column<T>> columns;

    /** The columns of the primary key. */
    public final List<Column<T>> key;

    /**
     * How many columns of the key, from its first, order the rows of a batch. Rows equal in these keep the order in
     * which they came.
     */
    final int sortedBy;

    final SecondRow secondRow;

    /** When a row's record arrived, UTC epoch milliseconds or {@link RecordOrigin#NO_ARRIVAL}; null where none counts. */
    final SerializableToLongFunction<T> arrival;

    private Table(
            String name,
            List<Column<T>> columns,
            List<Column<T>> key,
            int sortedBy,
            SecondRow secondRow,
            SerializableToLongFunction<T> arrival) {
        this.name = name;
        this.columns = columns;
        this.key = key;
        this.sortedBy = sortedBy;
        this.secondRow = secondRow;
        this.arrival = arrival;
    }

    /** A table whose rows are sorted by their whole key. */
    static <T> Table<T> of(String name, SecondRow secondRow, List<Column<T>> columns, String... key) {
        List<Column<T>> keyColumns = Arrays.stream(key)
                .map(column -> columns.stream()
                        .filter(candidate -> candidate.name.equals(column))
                        .findFirst()
                        .orElseThrow())
                .collect(Collectors.toUnmodifiableList());
        return new Table<>(name, List.copyOf(columns), keyColumns, key.length, secondRow, null);
    }

    /** The same table, a batch of which is sorted by the first {@code columns} of the key only. */
    Table<T> sortedBy(int columns) {
        return new Table<>(name, this.columns, key, columns, secondRow, arrival);
    }

    /** The same table, of whose rows the time from arrival to commit is measured. */
    Table<T> arrivingAt(SerializableToLongFunction<T> arrivalMillis) {
        return new Table<>(name, columns, key, sortedBy, secondRow, arrivalMillis);
    }

    /** The same table, its rows being those that the warehouse refused. */
    Table<RefusedRow> ofRefusedRows() {
        List<Column<RefusedRow>> all =
                columns.stream().map(Column::ofRefusedRows).collect(Collectors.toList());
        return of(name, secondRow, all, key.stream().map(column -> column.name).toArray(String[]::new))
                .sortedBy(sortedBy);
    }

    /** Rows by their keys, in the order of a batch. */
    List<T> sorted(Map<List<Object>, T> rows) {
        List<Map.Entry<List<Object>, T>> entries = new ArrayList<>(rows.entrySet());
        entries.sort((left, right) -> compareKeys(left.getKey(), right.getKey()));
        return entries.stream().map(Map.Entry::getValue).collect(Collectors.toList());
    }

    /** The values of the key of {@code row}; equal lists are the same key. */
    List<Object> keyOf(T row) {
        List<Object> values = new ArrayList<>(key.size());
        for (Column<T> column : key) {
            values.add(column.of(row));
        }
        return values;
    }

    /** The order of a batch, the same for every writer so that no two wait for each other's rows. */
    private int compareKeys(List<Object> left, List<Object> right) {
        for (int i = 0; i < sortedBy; i++) {
            int order = compare(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    @SuppressWarnings("unchecked") // both are values of one column, and every column type is comparable
    private static int compare(Object left, Object right) {
        return ((Comparable<Object>) left).compareTo(right);
    }

    /** The key of {@code row} for a person: {@code customer_id=7, transaction_id=9, …}. */
    String describeKey(T row) {
        return key.stream()
                .map(column -> column.name + "=" + column.type.text(column.of(row)))
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name;
    }
}
