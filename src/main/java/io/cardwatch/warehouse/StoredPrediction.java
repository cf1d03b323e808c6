package io.cardwatch.warehouse;

import com.fasterxml.jackson.core.JsonGenerator;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.ScoredTransaction;
import io.cardwatch.domain.Transaction;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A row of predictions as the warehouse has it, without the contact details, which are never read. Immutable. */
public final class StoredPrediction {
    private static final Table<ScoredTransaction> TABLE = Tables.predictions(FeatureSet.EXTENDED, Contacts.LEFT_OUT);
    private static final double CENTS = 100.0;

    /** By column, in the order of the table: of the class that the column's type names, or null. */
    private final Map<String, Object> values = new LinkedHashMap<>();

    private StoredPrediction(ResultSet row) throws SQLException {
        for (Column<ScoredTransaction> column : TABLE.columns) {
            values.put(column.name, value(row, column));
        }
    }

    /**
     * The row of an identity.
     *
     * @param epochSecond the payment's time, UTC
     * @throws BadInputException when the warehouse cannot be reached, or lacks the table or columns
     */
    public static Optional<StoredPrediction> find(
            WarehouseConnection warehouse, long customerId, long transactionId, long epochSecond) {
        warehouse.check(List.of(TABLE));
        String sql = "SELECT " + TABLE.csvHeader() + " FROM \"" + warehouse.schema + "\"." + TABLE.name
                + " WHERE customer_id = ? AND transaction_id = ? AND tx_datetime = ?";
        try (Connection connection = warehouse.open();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, customerId);
            query.setLong(2, transactionId);
            query.setObject(3, LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC), Types.TIMESTAMP);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(new StoredPrediction(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new BadInputException(
                    "the row cannot be read from " + warehouse + ": " + e.getMessage(),
                    "Check that the warehouse answers, and that this user may read " + TABLE.name + ".",
                    e);
        }
    }

    private static Object value(ResultSet row, Column<?> column) throws SQLException {
        Object value;
        switch (column.type) {
            case BIGINT:
                value = row.getLong(column.name);
                break;
            case INTEGER:
                value = row.getInt(column.name);
                break;
            case DOUBLE:
                value = row.getDouble(column.name);
                break;
            case MONEY:
                BigDecimal money = row.getBigDecimal(column.name);
                return money == null ? null : money.movePointRight(2).longValueExact();
            case SECOND:
            case MILLISECOND:
                LocalDateTime time = row.getObject(column.name, LocalDateTime.class);
                if (time == null) {
                    return null;
                }
                return column.type == ColumnType.SECOND
                        ? time.toEpochSecond(ZoneOffset.UTC)
                        : time.toInstant(ZoneOffset.UTC).toEpochMilli();
            default:
                return row.getString(column.name);
        }
        return row.wasNull() ? null : value;
    }

    /** The value of a column, of the class that its {@link ColumnType} names; null for SQL NULL. */
    public Object get(String column) {
        return values.get(column);
    }

    /** The text of a column as its CSV file has it; empty for SQL NULL. */
    public String text(String column) {
        Object value = values.get(column);
        return value == null ? "" : type(column).text(value);
    }

    /** Writes all columns as fields, in the order of the table. The texts of {@link ColumnType#JSON} are written as texts. */
    public void write(JsonGenerator json) throws IOException {
        for (Map.Entry<String, Object> value : values.entrySet()) {
            json.writeFieldName(value.getKey());
            ColumnType type = type(value.getKey());
            // Whoever changed the row may have left no JSON there.
            (type == ColumnType.JSON ? ColumnType.TEXT : type).write(json, value.getValue());
        }
    }

    private static ColumnType type(String column) {
        return TABLE.columns.stream()
                .filter(candidate -> candidate.name.equals(column))
                .findFirst()
                .orElseThrow()
                .type;
    }

    /** The features that it has: those of a smaller set where one beyond it is NULL. */
    public FeatureSet featureSet() {
        boolean all = FeatureSet.EXTENDED.features().stream().allMatch(feature -> get(feature.column()) != null);
        return all ? FeatureSet.EXTENDED : FeatureSet.REFERENCE;
    }

    /** The payment with the vector as stored, of {@link #featureSet()}. */
    public FeaturedTransaction payment() {
        double[] features = new double[featureSet().size()];
        for (Feature feature : featureSet().features()) {
            Number value = (Number) get(feature.column());
            features[feature.index()] = feature == Feature.TX_AMOUNT ? value.longValue() / CENTS : value.doubleValue();
        }
        return new FeaturedTransaction(transaction(), features);
    }

    private Transaction transaction() {
        Object arrival = get("approximate_arrival_timestamp");
        RecordOrigin origin = new RecordOrigin(
                "",
                text("partition_key"),
                text("shard_id"),
                text("sequence_number"),
                arrival == null ? RecordOrigin.NO_ARRIVAL : (long) arrival);
        return new Transaction(
                (long) get("transaction_id"),
                (long) get("tx_datetime"),
                (long) get("customer_id"),
                (long) get("terminal_id"),
                (long) get("tx_amount"),
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                origin,
                new byte[0]);
    }
}
