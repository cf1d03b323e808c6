package io.cardwatch.warehouse;

import java.io.Serializable;
import org.apache.flink.util.function.SerializableFunction;

/** One column of a table or CSV file: its name, its type and how to get its value from a row. */
public final class Column<T> implements Serializable {
    private static final long serialVersionUID = 1;

    /** Lower case. */
    public final String name;

    public final ColumnType type;
    private final SerializableFunction<T, Object> value;

    Column(String name, ColumnType type, SerializableFunction<T, Object> value) {
        this.name = name;
        this.type = type;
        this.value = value;
    }

    /** The same column for rows that the warehouse has refused. */
    Column<RefusedRow> ofRefusedRows() {
        return new Column<>(name, type, row -> row.text(name) == null ? null : type.value(row.text(name)));
    }

    /** The column's value in {@code row}, of the class that {@link #type} names; null for SQL NULL. */
    Object of(T row) {
        return value.apply(row);
    }
}
