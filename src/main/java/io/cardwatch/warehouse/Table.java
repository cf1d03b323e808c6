package io.cardwatch.warehouse;

import io.cardwatch.codec.RecordJson;
import io.cardwatch.domain.RecordOrigin;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A table of the warehouse: the one definition behind its INSERT, its CSV file and the check of its DDL. {@link Tables} has
 * all tables.
 */
public final class Table<T> implements Serializable {
    private static final long serialVersionUID = 1;

    /** What becomes of a second row with the same key. */
    public enum SecondRow {
        /** It is not written: the first row stays. */
        IGNORED,
        /** It replaces the first row. */
        REPLACES
    }

    /** Java's function, but serializable, as a table is sent to the task that writes it. */
    interface SerializableToLongFunction<T> extends ToLongFunction<T>, Serializable {}

    /** The table's name without its schema, lower case. */
    public final String name;

    /** All columns, in the order of the table. */
    public final List<Column<T>> columns;

    /** The columns of the primary key. */
    public final List<Column<T>> key;

    /**
     * The rows of a batch are sorted by this many first columns of the key. Rows that are equal in these keep their order of
     * arrival.
     */
    final int sortedBy;

    /** A column, no part of {@link #columns}, that grows with the order of arrival; null where none does. */
    final String arrivalOrder;

    final SecondRow secondRow;

    /**
     * When a row's record arrived: UTC epoch milliseconds or {@link RecordOrigin#NO_ARRIVAL}. Null where the time from
     * arrival to commit is not measured.
     */
    final SerializableToLongFunction<T> arrival;

    private Table(
            String name,
            List<Column<T>> columns,
            List<Column<T>> key,
            int sortedBy,
            String arrivalOrder,
            SecondRow secondRow,
            SerializableToLongFunction<T> arrival) {
        this.name = name;
        this.columns = columns;
        this.key = key;
        this.sortedBy = sortedBy;
        this.arrivalOrder = arrivalOrder;
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
        return new Table<>(name, List.copyOf(columns), keyColumns, key.length, null, secondRow, null);
    }

    /**
     * The same table, but its batches are sorted only by the first {@code keyColumns} of the key, and {@code column} tells in
     * which order the rows came.
     */
    Table<T> inOrderOfArrival(int keyColumns, String column) {
        return new Table<>(name, columns, key, keyColumns, column, secondRow, arrival);
    }

    /** The same table, but the time from the arrival of its rows to their commit is measured. */
    Table<T> arrivingAt(SerializableToLongFunction<T> arrivalMillis) {
        return new Table<>(name, columns, key, sortedBy, arrivalOrder, secondRow, arrivalMillis);
    }

    /** The same table for rows that the warehouse has refused. */
    Table<RefusedRow> ofRefusedRows() {
        List<Column<RefusedRow>> all =
                columns.stream().map(Column::ofRefusedRows).collect(Collectors.toList());
        return of(name, secondRow, all, key.stream().map(column -> column.name).toArray(String[]::new))
                .inOrderOfArrival(sortedBy, arrivalOrder);
    }

    /** The rows of a batch, given by their keys, in the order in which they are written. */
    List<T> sorted(Map<List<Object>, T> rows) {
        List<Map.Entry<List<Object>, T>> entries = new ArrayList<>(rows.entrySet());
        entries.sort((left, right) -> compareKeys(left.getKey(), right.getKey()));
        return entries.stream().map(Map.Entry::getValue).collect(Collectors.toList());
    }

    /** The key of {@code row}: equal lists are the same key. */
    List<Object> keyOf(T row) {
        List<Object> values = new ArrayList<>(key.size());
        for (Column<T> column : key) {
            values.add(column.of(row));
        }
        return values;
    }

    /** The order of a batch. All writers share it, so that no two of them wait for each other's rows. */
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

    /** The key of {@code row} for messages: {@code customer_id=7, transaction_id=9, …}. */
    String describeKey(T row) {
        return key.stream()
                .map(column -> column.name + "=" + column.type.text(column.of(row)))
                .collect(Collectors.joining(", "));
    }

    /** The first line of the table's CSV file, without its end: the columns' names. */
    public String csvHeader() {
        return columns.stream().map(column -> column.name).collect(Collectors.joining(","));
    }

    /**
     * The line of {@code row} in the table's CSV file (RFC 4180), without its end: amounts with two decimals, times in UTC,
     * other numbers as Java prints them. SQL NULL is an empty field and an empty text is a quoted one, as {@code COPY …
     * (FORMAT csv)} of PostgreSQL reads them.
     */
    public String csvLine(T row) {
        StringJoiner line = new StringJoiner(",");
        for (Column<T> column : columns) {
            Object value = column.of(row);
            line.add(value == null ? "" : quotedIfNeeded(column.type.text(value)));
        }
        return line.toString();
    }

    /** The row as a JSON object of all columns: times as text in UTC, amounts with two decimals, null for SQL NULL. */
    public byte[] json(T row) {
        return RecordJson.object(json -> {
            for (Column<T> column : columns) {
                json.writeFieldName(column.name);
                column.type.write(json, column.of(row));
            }
        });
    }

    /** The same table without some columns, which are no part of the key. */
    public Table<T> without(Set<String> left) {
        List<Column<T>> rest =
                columns.stream().filter(column -> !left.contains(column.name)).collect(Collectors.toUnmodifiableList());
        return new Table<>(name, rest, key, sortedBy, arrivalOrder, secondRow, arrival);
    }

    private static String quotedIfNeeded(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return name;
    }
}
