package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.util.function.ThrowingConsumer;

/** Reads the dead letters in the warehouse. */
public final class StoredDeadLetters {
    private static final int FETCH_SIZE = 200;

    private final WarehouseConnection warehouse;

    /** The dead letters of {@code warehouse}; opens no connection yet. */
    public StoredDeadLetters(WarehouseConnection warehouse) {
        this.warehouse = warehouse;
    }

    /**
     * Names of the streams and files that the dead letters of {@code selection} came from, sorted.
     *
     * @throws BadInputException when the warehouse cannot be reached or lacks the table
     */
    public Set<String> streams(Selection selection) {
        Set<String> names = new TreeSet<>();
        read("SELECT DISTINCT stream_name" + selected(selection), selection, row -> names.add(row.getString(1)));
        return names;
    }

    /**
     * Reads the dead letters of {@code selection} in the order in which their records arrived. Of those with the same
     * stream, reason and bytes it reads only the first: identical records are one.
     *
     * @throws BadInputException when the warehouse cannot be reached or lacks the table
     */
    public void forEach(Selection selection, Consumer<DeadLetter> consumer) {
        String columns = "stream_name, shard_id, sequence_number, reason, message, raw_base64, sha256,"
                + " approximate_arrival_timestamp";
        String arrival = " ORDER BY approximate_arrival_timestamp, length(sequence_number), sequence_number";
        String sql = "SELECT " + columns + " FROM (SELECT " + columns
                + ", row_number() OVER (PARTITION BY stream_name, reason, sha256" + arrival + ") AS copy"
                + selected(selection) + ") AS selected WHERE copy = 1" + arrival;
        read(sql, selection, row -> consumer.accept(deadLetter(row)));
    }

    private String selected(Selection selection) {
        return " FROM \"" + warehouse.schema + "\"." + Tables.DEAD_LETTERS.name + " WHERE reason IN ("
                + selection.reasons.stream().map(reason -> "?").collect(Collectors.joining(", ")) + ")"
                + selection
                        .since
                        .map(time -> " AND approximate_arrival_timestamp >= ?")
                        .orElse("")
                + selection
                        .until
                        .map(time -> " AND approximate_arrival_timestamp < ?")
                        .orElse("");
    }

    private void read(String sql, Selection selection, ThrowingConsumer<ResultSet, SQLException> reader) {
        warehouse.check(List.of(Tables.DEAD_LETTERS));
        try (Connection connection = warehouse.open();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setFetchSize(FETCH_SIZE);
            int parameter = 1;
            for (DeadLetterReason reason : selection.reasons) {
                query.setString(parameter++, reason.name());
            }
            for (Optional<Instant> bound : List.of(selection.since, selection.until)) {
                if (bound.isPresent()) {
                    LocalDateTime time = LocalDateTime.ofInstant(bound.get(), ZoneOffset.UTC);
                    query.setObject(parameter++, time, Types.TIMESTAMP);
                }
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    reader.accept(rows);
                }
            }
        } catch (SQLException e) {
            throw new BadInputException(
                    "the dead letters of the warehouse " + warehouse + " cannot be read: " + e.getMessage(),
                    warehouse.dialect.isTooSlow(e)
                            ? "Choose a shorter period with --since and --until, or wait longer for the warehouse, with"
                                    + " ?socketTimeout=600 (seconds) at the end of warehouse.url."
                            : "Check the warehouse and start again: a record that is sent twice gives one row.",
                    e);
        }
    }

    private static DeadLetter deadLetter(ResultSet row) throws SQLException {
        LocalDateTime arrival = row.getObject(8, LocalDateTime.class);
        RecordOrigin origin = new RecordOrigin(
                row.getString(1),
                "",
                row.getString(2),
                row.getString(3),
                arrival == null
                        ? RecordOrigin.NO_ARRIVAL
                        : arrival.toInstant(ZoneOffset.UTC).toEpochMilli());
        return new DeadLetter(
                DeadLetterReason.valueOf(row.getString(4)),
                row.getString(5),
                origin,
                Base64.getDecoder().decode(row.getString(6)),
                row.getString(7));
    }

    /** Which dead letters to read. */
    public static final class Selection {
        final Set<DeadLetterReason> reasons;
        final Optional<Instant> since;
        final Optional<Instant> until;

        /** Those of {@code reasons} whose records arrived at {@code since} or later, and before {@code until}. */
        public Selection(Set<DeadLetterReason> reasons, Optional<Instant> since, Optional<Instant> until) {
            this.reasons = Set.copyOf(reasons);
            this.since = since;
            this.until = until;
        }
    }
}
