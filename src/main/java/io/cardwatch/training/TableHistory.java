package io.cardwatch.training;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.stream.Collectors;

/** Reads labelled history from the warehouse, in order of time and identity; rows without a verdict are left out. */
public enum TableHistory {
    /** What 'backfill' wrote. */
    HISTORY("cust_payment_tx_history"),
    /** What the job scored, with the verdicts that came since. */
    OUTCOMES("cust_payment_tx_outcomes");

    private static final int FETCH_SIZE = 10_000;

    private final String table;

    TableHistory(String table) {
        this.table = table;
    }

    /**
     * Reads all labelled rows.
     *
     * @param schema a checked name, as {@code warehouse.schema} is
     * @throws BadInputException if the table is not there or cannot be read
     */
    public TrainingData read(Connection connection, String schema) {
        String features = Feature.ALL.stream().map(Feature::column).collect(Collectors.joining(", "));
        String sql = "SELECT tx_datetime, tx_fraud, " + features + " FROM \"" + schema + "\"." + table
                + " WHERE tx_fraud IS NOT NULL ORDER BY tx_datetime, transaction_id, customer_id";
        try {
            // Only within a transaction does the driver fetch in portions.
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_SIZE);
                try (ResultSet result = statement.executeQuery()) {
                    return rows(result);
                }
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new BadInputException(
                    "cannot read " + table + ": "
                            + e.getMessage().lines().findFirst().orElse("no reason given"),
                    "Check warehouse.schema, and that the tables exist and may be read.",
                    e);
        }
    }

    private static TrainingData rows(ResultSet result) throws SQLException {
        TrainingData data = new TrainingData();
        double[] values = new double[TrainingData.WIDTH];
        while (result.next()) {
            for (int i = 0; i < values.length; i++) {
                values[i] = result.getDouble(i + 3);
            }
            LocalDateTime time = result.getObject(1, LocalDateTime.class);
            data.add(time.toEpochSecond(ZoneOffset.UTC), values, result.getLong(2) == 1);
        }
        return data;
    }
}
