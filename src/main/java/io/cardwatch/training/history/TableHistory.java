package io.cardwatch.training.history;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads labelled history from the warehouse, in order of time and identity, page by page along that order. */
public enum TableHistory {
    /** The rows that 'backfill' wrote. */
    HISTORY("cust_payment_tx_history", "coalesce(tx_fraud_scenario, " + TrainingData.NO_SCENARIO + ")"),
    /** The rows that the job scored, with the verdicts that came later. */
    OUTCOMES("cust_payment_tx_outcomes", Integer.toString(TrainingData.NO_SCENARIO));

    private static final int PAGE_ROWS = 100_000;
    private static final String ORDER = "tx_datetime, transaction_id, customer_id";
    private static final LocalDateTime BEFORE_ALL = LocalDateTime.of(1900, 1, 1, 0, 0);

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
        String sql =
                "SELECT tx_datetime, customer_id, coalesce(tx_fraud, 0), " + scenario + ", transaction_id, " + features
                        + from + " WHERE " + which
                        // The first condition is what the warehouse can look up.
                        + " AND tx_datetime >= ? AND (tx_datetime > ? OR transaction_id > ?"
                        + " OR (transaction_id = ? AND customer_id > ?)) ORDER BY " + ORDER + " LIMIT " + PAGE_ROWS;
        try {
            connection.setAutoCommit(false);
            // All pages are of one moment.
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (PreparedStatement page = connection.prepareStatement(sql)) {
                return new Pages(page, set).read();
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

    /** The pages of one reading, each from behind the last row of the one before. */
    private static final class Pages {
        private final PreparedStatement page;
        private final FeatureSet set;
        private final TrainingData data;
        private final double[] values;
        private LocalDateTime time = BEFORE_ALL;
        private long transaction;
        private long customer;

        Pages(PreparedStatement page, FeatureSet set) {
            this.page = page;
            this.set = set;
            this.data = new TrainingData(set);
            this.values = new double[set.size()];
        }

        TrainingData read() throws SQLException {
            int rows;
            do {
                page.setObject(1, time, Types.TIMESTAMP);
                page.setObject(2, time, Types.TIMESTAMP);
                page.setLong(3, transaction);
                page.setLong(4, transaction);
                page.setLong(5, customer);
                rows = 0;
                try (ResultSet result = page.executeQuery()) {
                    while (result.next()) {
                        add(result);
                        rows++;
                    }
                }
            } while (rows == PAGE_ROWS);
            return data;
        }

        private void add(ResultSet row) throws SQLException {
            for (int i = 0; i < values.length; i++) {
                values[i] = row.getDouble(i + 6);
                if (row.wasNull()) {
                    throw new BadInputException(
                            "a row has no " + set.features().get(i).column()
                                    + ": it was not computed with this features.set",
                            "Run backfill with the same features.set, or train on another.");
                }
            }
            time = row.getObject(1, LocalDateTime.class);
            customer = row.getLong(2);
            transaction = row.getLong(5);
            data.add(time.toEpochSecond(ZoneOffset.UTC), customer, values, row.getLong(3) == 1, row.getInt(4));
        }
    }
}
