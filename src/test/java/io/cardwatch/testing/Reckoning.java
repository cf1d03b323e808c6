package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.score.FraudModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The predictions in a warehouse beside those that must be there.
 *
 * @param lost payments without a row
 * @param extra rows of payments that nobody made
 * @param duplicated second rows of a payment
 * @param wrong a sentence for each row with a feature that is not the expected one, or that another model seems to have
 *     scored
 */
public record Reckoning(long lost, long extra, long duplicated, List<String> wrong) {
    private static final int FETCH_SIZE = 5_000;
    private static final List<Feature> FEATURES = FeatureSet.REFERENCE.features();
    private static final List<String> DECISION = List.of("fraud_probability", "threshold", "model_version");

    /** Compares every feature of every row; {@code expected} is by name, as {@link PaymentStory#name} gives it. */
    public static Reckoning of(Connection warehouse, Map<String, double[]> expected) throws SQLException {
        return of(warehouse, expected, (name, feature) -> true);
    }

    /** Compares the features that {@code compared} picks of the row with that name. */
    public static Reckoning of(
            Connection warehouse, Map<String, double[]> expected, BiPredicate<String, Feature> compared)
            throws SQLException {
        FraudModel model = FraudModel.loadShipped(FeatureSet.REFERENCE);
        Map<String, double[]> missing = new HashMap<>(expected);
        List<String> wrong = new ArrayList<>();
        long extra = 0;
        long duplicated = 0;
        // The driver reads all rows at once, unless a transaction is open.
        warehouse.setAutoCommit(false);
        try (Statement statement = warehouse.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            ResultSet rows = statement.executeQuery("SELECT customer_id || ' ' || transaction_id || ' '"
                    + " || extract(epoch FROM tx_datetime)::bigint, "
                    + Stream.concat(FEATURES.stream().map(Feature::column), DECISION.stream())
                            .collect(Collectors.joining(", "))
                    + " FROM cust_payment_tx_fraud_predictions");
            while (rows.next()) {
                String name = rows.getString(1);
                double[] features = missing.remove(name);
                if (features != null) {
                    compare(rows, name, features, compared, wrong);
                    checkDecision(rows, name, model, wrong);
                } else if (expected.containsKey(name)) {
                    duplicated++;
                } else {
                    extra++;
                }
            }
        } finally {
            warehouse.setAutoCommit(true);
        }
        return new Reckoning(missing.size(), extra, duplicated, wrong);
    }

    /** Compares no features: each of the transaction ids from 0 up to {@code payments}, exclusive, must be there once. */
    public static Reckoning ofNumbers(Connection warehouse, long payments) throws SQLException {
        String isExpected = "transaction_id BETWEEN 0 AND " + (payments - 1);
        try (Statement statement = warehouse.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FILTER (WHERE " + isExpected + "),"
                        + " count(DISTINCT transaction_id) FILTER (WHERE " + isExpected + "),"
                        + " count(*) FILTER (WHERE NOT " + isExpected + ")"
                        + " FROM cust_payment_tx_fraud_predictions")) {
            row.next();
            long distinct = row.getLong(2);
            return new Reckoning(payments - distinct, row.getLong(3), row.getLong(1) - distinct, List.of());
        }
    }

    private static void compare(
            ResultSet row, String name, double[] expected, BiPredicate<String, Feature> compared, List<String> wrong)
            throws SQLException {
        for (int i = 0; i < expected.length; i++) {
            Feature feature = FEATURES.get(i);
            double actual = row.getDouble(i + 2);
            if (Double.compare(actual, expected[i]) != 0 && compared.test(name, feature)) {
                wrong.add(name + " has " + feature + " " + actual + " instead of " + expected[i]);
            }
        }
    }

    /** Whether the row's decision is the shipped model's on the row's own features. */
    private static void checkDecision(ResultSet row, String name, FraudModel model, List<String> wrong)
            throws SQLException {
        float[] features = new float[FEATURES.size()];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) row.getDouble(i + 2);
        }
        List<Object> expected = List.of((double) model.probability(features), model.threshold(), model.version());
        List<Object> actual = new ArrayList<>();
        for (String column : DECISION) {
            actual.add(row.getObject(column));
        }
        if (!actual.equals(expected)) {
            wrong.add(name + " is decided as " + actual + " instead of " + expected);
        }
    }

    /** Fails unless there is one row per payment, with the expected features, scored by the shipped model. */
    public void assertExact() {
        assertThat(List.of(lost, extra, duplicated))
                .as("lost, extra and duplicated rows")
                .containsOnly(0L);
        assertThat(wrong.subList(0, Math.min(5, wrong.size())))
                .as("%d features differ", wrong.size())
                .isEmpty();
    }
}
