package io.cardwatch.bench;

import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.testing.Postgres;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Redshift's stage and merge into a table of ten million rows ÷ PostgreSQL's own statement into another, by one writer in
 * turn. Both tables are on a PostgreSQL; the one without keys has an index by time in place of Redshift's sort key.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.RedshiftBenchmark
 * </pre>
 */
public final class RedshiftBenchmark {
    private RedshiftBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(10_000_000, 60_000, 5, System.out);
    }

    /** Prints one line for each size of batches; every round adds {@code rows} to tables that begin with {@code present}. */
    public static void run(int present, int rows, int rounds, PrintStream out) throws Exception {
        String withKeys = Postgres.freshDatabase();
        String without = Postgres.databaseWithoutKeys();
        fill(withKeys, present, "");
        fill(without, present, "CREATE INDEX ON cust_payment_tx_fraud_predictions (tx_datetime);");
        int first = 0;
        for (int batchSize : new int[] {500, 5_000}) {
            Samples plain = new Samples(rounds);
            Samples merged = new Samples(rounds);
            Samples ratio = new Samples(rounds);
            for (int round = -1; round < rounds; round++) {
                double seconds =
                        WarehouseBenchmark.write(List.of("--warehouse.url=" + withKeys), first, rows, batchSize);
                double staged = WarehouseBenchmark.write(
                        List.of("--warehouse.url=" + without, "--warehouse.dialect=redshift"), first, rows, batchSize);
                first += rows;
                if (round >= 0) { // the first warms up
                    plain.set(round, rows / seconds);
                    merged.set(round, rows / staged);
                    ratio.set(round, seconds / staged);
                }
            }
            out.printf(
                    Locale.ROOT,
                    "batches of %,d: PostgreSQL %s rows/s, stage and merge %s rows/s, %s of it%n",
                    batchSize,
                    plain.text("%,.0f"),
                    merged.text("%,.0f"),
                    ratio.text("%.2f"));
        }
    }

    /** Rows from before those that are written. */
    private static void fill(String url, int rows, String index) throws Exception {
        String features = FeatureSet.REFERENCE.features().stream()
                .filter(feature -> feature != Feature.TX_AMOUNT)
                .map(Feature::column)
                .collect(Collectors.joining(", "));
        String values = FeatureSet.REFERENCE.features().stream()
                .filter(feature -> feature != Feature.TX_AMOUNT)
                .map(feature -> feature.isWhole() ? "id % 100" : "0.25")
                .collect(Collectors.joining(", "));
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO cust_payment_tx_fraud_predictions (transaction_id, tx_datetime, customer_id,"
                    + " terminal_id, tx_amount, fraud_probability, fraud_prediction, threshold, model_version, "
                    + features
                    + ") SELECT id, timestamp '2020-01-01' + interval '9 seconds' * id, id % 5000, id % 10000, 1,"
                    + " 0.1, 0, 0.5, 'm', " + values + " FROM generate_series(0, " + (rows - 1) + ") AS id;" + index
                    + "ANALYZE cust_payment_tx_fraud_predictions");
        }
    }
}
