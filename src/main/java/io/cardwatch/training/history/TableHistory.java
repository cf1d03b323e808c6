package io.cardwatch.training.history;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads labelled history from the warehouse, in order of time and identity. */
public enum TableHistory {
    /** The rows that 'backfill' wrote. */
    HISTORY("cust_payment_tx_history", "coalesce(tx_fraud_scenario, " + TrainingData.NO_SCENARIO + ")"),
    /** The rows that the job scored, with the verdicts that came later. */
    OUTCOMES("cust_payment_tx_outcomes", Integer.toString(TrainingData.NO_SCENARIO));

    private static final int FETCH_SIZE = 10_000;

    private final String table;
    private final String scenario;

    TableHistory(String table, String scenario) {
        this.table = table;
        this.scenario = scenario;
    }

    /**
     * Reads all labelled rows.
     *
     * @param schema a checked name, as {@code warehouse.schema} is
     * @param genuineAfter rows without a verdict that are older than the table's last row by this much count as
     *     genuine, and all younger rows are left out; empty leaves out only the rows without a verdict
     * @throws BadInputException if the table is missing or cannot be read
     */
    public TrainingData read(Connection connection, String schema, FeatureSet set, Optional<Duration> genuineAfter) {
        String from = " FROM \"" + schema + "\"." + table;
        String which = genuineAfter
                .map(age -> "tx_datetime <= (SELECT max(tx_datetime)" + from + ") - interval '" + age.toSeconds()
                        + " seconds'")
                .orElse("tx_fraud IS NOT NULL");
        String features = set.features().stream().map(Feature::column).collect(Collectors.joining(", "));
        String sql = "SELECT tx_datetime, customer_id, coalesce(tx_fraud, 0), " + scenario + ", " + features + from
                + " WHERE " + which + " ORDER BY tx_datetime, transaction_id, customer_id";
        try {
            // The driver fetches in portions only within a transaction.
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_SIZE);
                try (ResultSet result = statement.executeQuery()) {
                    return rows(result, set);
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

    private static TrainingData rows(ResultSet result, FeatureSet set) throws SQLException {
        TrainingData data = new TrainingData(set);
        double[] values = new double[set.size()];
        while (result.next()) {
            for (int i = 0; i < values.length; i++) {
                values[i] = result.getDouble(i + 5);
                if (result.wasNull()) {
                    throw new BadInputException(
                            "a row has no " + set.features().get(i).column()
                                    + ": it was not computed with this features.set",
                            "Run backfill with the same features.set, or train on another.");
                }
            }
            LocalDateTime time = result.getObject(1, LocalDateTime.class);
            data.add(
                    time.toEpochSecond(ZoneOffset.UTC),
                    result.getLong(2),
                    values,
                    result.getLong(3) == 1,
                    result.getInt(4));
        }
        return data;
    }
}
