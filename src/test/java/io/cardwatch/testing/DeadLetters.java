package io.cardwatch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The dead letters in a warehouse beside those that must be there. */
final class DeadLetters {
    private static final int MOST_SHOWN = 5;

    private DeadLetters() {}

    /**
     * Compares stream, shard, sequence number, reason, hash and bytes, as {@link SentRecords#deadLetters} has them; the
     * bytes of a refused row are the row.
     */
    static void assertExactly(Connection warehouse, Set<String> expected) throws SQLException {
        Set<String> missing = new HashSet<>(expected);
        Set<String> extra = new HashSet<>();
        try (Statement statement = warehouse.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT concat_ws(' ', stream_name, shard_id, sequence_number, reason, sha256,"
                                + " CASE WHEN reason <> 'WAREHOUSE_REJECTED' THEN raw_base64 END)"
                                + " FROM cust_payment_tx_dead_letters")) {
            while (result.next()) {
                if (!missing.remove(result.getString(1))) {
                    extra.add(result.getString(1));
                }
            }
        }
        assertThat(missing.size() + extra.size())
                .as(
                        "%d dead letters missing, as %s%n%d extra, as %s%n",
                        missing.size(), some(missing), extra.size(), some(extra))
                .isZero();
    }

    private static List<String> some(Set<String> letters) {
        return letters.stream().limit(MOST_SHOWN).toList();
    }
}
