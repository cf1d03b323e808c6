package io.cardwatch.training.scorecard;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Feature;
import io.cardwatch.score.TrainingProfile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what a scorecard is made of from the warehouse, all of one moment, row by row. */
public final class ScorecardReader {
    private static final int FETCH_ROWS = 10_000;
    private static final int FIRST_FEATURE = 14;
    /** A judged payment that has no label is genuine. */
    private static final int NO_LABEL = -1;

    private final Connection connection;
    private final String schema;
    private final Period period;

    final ScoredPayments payments = new ScoredPayments();
    /** By slot and version. */
    final Map<String, ShadowPayments> shadows = new TreeMap<>();
    /** By model version; only of those that have a profile. */
    final Map<String, DriftCount> drifts = new HashMap<>();
    /** Payments that drift looks at, by model version. */
    final Map<String, Long> recent = new TreeMap<>();
    /** Days on which labels came, from the first judged day on. */
    final List<LocalDate> labelDays = new ArrayList<>();
    /** When the newest label was given, UTC; null without any. */
    LocalDateTime newestLabel;

    private ScorecardReader(Connection connection, String schema, Period period) {
        this.connection = connection;
        this.schema = schema;
        this.period = period;
    }

    /**
     * Reads everything.
     *
     * @param schema a checked name, as {@code warehouse.schema} is
     * @param profiles what is known of training rows, by model version
     * @throws BadInputException if a table or view is missing or cannot be read
     */
    public static ScorecardReader read(
            Connection connection, String schema, Period period, Map<String, TrainingProfile> profiles) {
        ScorecardReader reader = new ScorecardReader(connection, schema, period);
        try {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                reader.readVersions(profiles);
                reader.readPayments();
                reader.readShadows();
                reader.readLabels();
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new BadInputException(
                    "cannot read what was scored: "
                            + e.getMessage().lines().findFirst().orElse("no reason given"),
                    "Check warehouse.schema, that all files of sql/ for this database have been applied, and that the"
                            + " user may read; ?socketTimeout=600 in warehouse.url gives a slow database more time.",
                    e);
        }
        return reader;
    }

    private String from(String name) {
        return " FROM \"" + schema + "\"." + name;
    }

    private void readVersions(Map<String, TrainingProfile> profiles) throws SQLException {
        query(
                "SELECT model_version, count(*)" + from("cust_payment_tx_fraud_predictions")
                        + " WHERE tx_datetime >= ? AND tx_datetime < ? GROUP BY model_version",
                period.driftFrom(),
                period.driftUntil(),
                row -> {
                    recent.put(row.getString(1), row.getLong(2));
                    TrainingProfile profile = profiles.get(row.getString(1));
                    if (profile != null) {
                        drifts.put(row.getString(1), new DriftCount(profile));
                    }
                });
    }

    private void readPayments() throws SQLException {
        float[] features = new float
                [drifts.values().stream().mapToInt(DriftCount::features).max().orElse(0)];
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < features.length; i++) {
            columns.append(", ").append(Feature.values()[i].column());
        }
        query(
                "SELECT tx_datetime, customer_id, terminal_id, tx_amount, coalesce(tx_fraud, " + NO_LABEL
                        + "), fraud_probability, fraud_prediction, threshold, model_version, action, rules,"
                        + " CASE WHEN full_name IS NULL THEN 0 ELSE 1 END, transaction_id" + columns
                        + from("cust_payment_tx_outcomes")
                        + " WHERE tx_datetime >= ? AND tx_datetime < ?",
                Math.min(Period.second(period.from), period.driftFrom()),
                Math.max(Period.second(period.until), period.driftUntil()),
                row -> addPayment(row, features));
    }

    private void addPayment(ResultSet row, float[] features) throws SQLException {
        long second = second(row, 1);
        float probability = row.getFloat(6);
        String version = row.getString(9);
        DriftCount drift = drifts.get(version);
        if (drift != null && second >= period.driftFrom() && second < period.driftUntil()) {
            for (int i = 0; i < features.length; i++) {
                float value = (float) row.getDouble(FIRST_FEATURE + i);
                features[i] = row.wasNull() ? Float.NaN : value;
            }
            drift.add(features, probability);
        }
        if (!period.judges(second)) {
            return;
        }
        boolean alert = row.getInt(7) == 1;
        int label = row.getInt(5);
        String action = row.getString(10);
        int number = payments.add(
                row.getLong(13), row.getLong(3), probability, version, row.getDouble(8), row.getString(11));
        payments.alerts.set(number, alert);
        payments.acted.set(number, action == null ? alert : !action.equals("none") && !action.equals("allow"));
        payments.labelled.set(number, label != NO_LABEL);
        payments.known.set(number, row.getInt(12) == 1);
        payments.outcomes.add(row.getLong(2), second, cents(row, 4), label == 1);
    }

    /** The rows are matched here: a database misjudges how many rows such a join has, and then takes minutes. */
    private void readShadows() throws SQLException {
        ScoredPayments.Index index = payments.index();
        query(
                "SELECT tx_datetime, customer_id, transaction_id, slot, model_version, fraud_probability, fraud_prediction"
                        + from("cust_payment_tx_shadow_scores") + " WHERE tx_datetime >= ? AND tx_datetime < ?",
                Period.second(period.from),
                Period.second(period.until),
                row -> {
                    int scored = index.row(row.getLong(3), row.getLong(2), second(row, 1));
                    if (scored >= 0) {
                        String slot = row.getString(4);
                        String version = row.getString(5);
                        shadows.computeIfAbsent(slot + "\n" + version, key -> new ShadowPayments(slot, version))
                                .add(payments, scored, row.getFloat(6), row.getInt(7) == 1);
                    }
                });
    }

    private void readLabels() throws SQLException {
        query(
                "SELECT CAST(label_datetime AS date), max(label_datetime)" + from("cust_payment_tx_labels")
                        + " WHERE label_datetime >= ? AND label_datetime <= ? GROUP BY 1 ORDER BY 1",
                Period.second(period.from),
                period.asOf.getEpochSecond(),
                row -> {
                    labelDays.add(row.getObject(1, LocalDate.class));
                    newestLabel = row.getObject(2, LocalDateTime.class);
                });
        if (newestLabel == null) {
            query(
                    "SELECT max(label_datetime)" + from("cust_payment_tx_labels")
                            + " WHERE label_datetime >= ? AND label_datetime <= ?",
                    0,
                    period.asOf.getEpochSecond(),
                    row -> newestLabel = row.getObject(1, LocalDateTime.class));
        }
    }

    private static long second(ResultSet row, int column) throws SQLException {
        return row.getObject(column, LocalDateTime.class).toEpochSecond(ZoneOffset.UTC);
    }

    private static long cents(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column).movePointRight(2).longValue();
    }

    /** Runs a query with two times, UTC epoch seconds, and hands over its rows without holding them. */
    private void query(String sql, long from, long until, RowReader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCH_ROWS);
            statement.setObject(1, LocalDateTime.ofEpochSecond(from, 0, ZoneOffset.UTC), Types.TIMESTAMP);
            statement.setObject(2, LocalDateTime.ofEpochSecond(until, 0, ZoneOffset.UTC), Types.TIMESTAMP);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    /** Takes one row. */
    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
