package io.cardwatch.bench;

import io.cardwatch.codec.WireTypes;
import io.cardwatch.domain.Feature;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/**
 * Flink SQL with six RANGE OVER windows, one within the other since a query may have one. They end at the row itself, as
 * Flink wants it: the terminal's seven days of delay are left out. A range includes its edge and all rows of its last
 * moment, ours neither; payments of different seconds that are not whole days apart have the same customer's features.
 */
final class SqlOverWindows extends Candidate {
    private static final int[] DAYS = {1, 7, 30};
    private static final RecordOrigin NOWHERE = new RecordOrigin("", "", "", "", 0);

    SqlOverWindows(String name, Backend backend) {
        super(name, backend);
    }

    @Override
    DataStream<FeaturedTransaction> build(StreamExecutionEnvironment env, DataStream<Long> positions) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        TypeInformation<Row> columns = Types.ROW_NAMED(
                new String[] {"id", "customer", "terminal", "cents", "fraud"},
                Types.LONG,
                Types.LONG,
                Types.LONG,
                Types.LONG,
                Types.LONG);
        DataStream<Row> payments = PeerDecode.of(positions)
                .map(tx -> Row.of(tx.transactionId, tx.customerId, tx.terminalId, tx.amountCents, tx.fraud))
                .returns(columns);
        tables.createTemporaryView(
                "payments",
                tables.fromDataStream(
                        payments,
                        Schema.newBuilder()
                                .column("id", DataTypes.BIGINT().notNull())
                                .column("customer", DataTypes.BIGINT().notNull())
                                .column("terminal", DataTypes.BIGINT().notNull())
                                .column("cents", DataTypes.BIGINT().notNull())
                                .column("fraud", DataTypes.BIGINT().notNull())
                                .columnByMetadata("ts", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
                                .watermark("ts", "SOURCE_WATERMARK()")
                                .build()));
        String query = "payments";
        for (int days : DAYS) {
            query = over(query, "customer", "cents", days);
        }
        for (int days : DAYS) {
            query = over(query, "terminal", "fraud", days);
        }
        Table featured = tables.sqlQuery(
                "SELECT id, nc1, sc1, nc7, sc7, nc30, sc30, nt1, st1, nt7, st7, nt30, st30 FROM " + query);
        return tables.toDataStream(featured).map(SqlOverWindows::row).returns(WireTypes.FEATURED_TRANSACTION);
    }

    private static String over(String from, String key, String value, int days) {
        String suffix = key.charAt(0) + Integer.toString(days);
        return "(SELECT *, COUNT(*) OVER w AS n" + suffix + ", SUM(" + value + ") OVER w AS s" + suffix + " FROM "
                + from
                + " WINDOW w AS (PARTITION BY " + key + " ORDER BY ts RANGE BETWEEN INTERVAL '" + days
                + "' DAY(2) PRECEDING AND CURRENT ROW))";
    }

    private static FeaturedTransaction row(Row row) {
        double[] features = new double[FeatureSet.REFERENCE.size()];
        int first = Feature.CUSTOMER_ID_NB_TX_1DAY_WINDOW.index();
        for (int window = 0; window < 2 * DAYS.length; window++) {
            long count = row.<Long>getFieldAs(1 + 2 * window);
            long sum = row.<Long>getFieldAs(2 + 2 * window);
            features[first + 2 * window] = count;
            features[first + 2 * window + 1] = window < DAYS.length ? sum / (100.0 * count) : (double) sum / count;
        }
        Transaction transaction = new Transaction(
                row.<Long>getFieldAs(0),
                0,
                0,
                0,
                0,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                Transaction.ABSENT,
                NOWHERE,
                new byte[0]);
        return new FeaturedTransaction(transaction, features);
    }

    @Override
    int[] comparable() {
        return customerWindows();
    }
}
