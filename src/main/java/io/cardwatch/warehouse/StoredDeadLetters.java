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

/** The dead letters in the warehouse, to be read again. */
public final class StoredDeadLetters {
    private static final int FETCH_SIZE = 200;
    /** Also what ends a statement that takes too long. */
    private static final String QUERY_CANCELED = "57014";

    private final WarehouseConnection warehouse;

    /** @throws BadInputException when the warehouse cannot be reached or lacks the table */
    public StoredDeadLetters(WarehouseConnection warehouse) {
        this.warehouse = warehouse;
        warehouse.check(List.of(Tables.DEAD_LETTERS));
    }

    /** Names of the streams and files that dead letters of {@code selection} came from, in their order. */
    public Set<String> streams(Selection selection) {
        Set<String> names = new TreeSet<>();
        read("SELECT DISTINCT stream_name FROM " + selected(), selection, row -> names.add(row.getString(1)));
        return names;
    }

    /**
     * Reads the dead letters of {@code selection} in the order in which their records arrived. Of those with the same stream,
     * reason and bytes it reads the first alone: identical records are one.
     */
    public void forEach(Selection selection, Consumer<DeadLetter> consumer) {
        String once = "SELECT DISTINCT ON (stream_name, reason, sha256) * FROM " + selected()
                + " ORDER BY stream_name, reason, sha256, approximate_arrival_timestamp, length(sequence_number),"
                + " sequence_number";
        String sql = "SELECT stream_name, shard_id, sequence_number, reason, message, raw_base64, sha256,"
                + " approximate_arrival_timestamp FROM (" + once + ") AS once"
                + " ORDER BY approximate_arrival_timestamp, length(sequence_number), sequence_number";
        read(sql, selection, row -> consumer.accept(deadLetter(row)));
    }

    private String selected() {
        return PostgresDialect.quoted(warehouse.schema) + '.' + Tables.DEAD_LETTERS.name
                + " WHERE reason = ANY (?) AND (?::timestamp IS NULL OR approximate_arrival_timestamp >= ?::timestamp)"
                + " AND (?::timestamp IS NULL OR approximate_arrival_timestamp < ?::timestamp)";
    }

    private void read(String sql, Selection selection, RowReader reader) {
        try (Connection connection = warehouse.open();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setFetchSize(FETCH_SIZE);
            query.setArray(1, connection.createArrayOf("text", selection.reasons.toArray()));
            LocalDateTime since = utc(selection.since);
            LocalDateTime until = utc(selection.until);
            query.setObject(2, since, Types.TIMESTAMP);
            query.setObject(3, since, Types.TIMESTAMP);
            query.setObject(4, until, Types.TIMESTAMP);
            query.setObject(5, until, Types.TIMESTAMP);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    reader.accept(rows);
                }
            }
        } catch (SQLException e) {
            throw new BadInputException(
                    "the dead letters of the warehouse " + warehouse + " cannot be read: " + e.getMessage(),
                    QUERY_CANCELED.equals(e.getSQLState())
                            ? "Take a shorter time with --since and --until, or let the warehouse take longer, with"
                                    + " ?socketTimeout=600 (seconds) behind warehouse.url."
                            : "Look at the warehouse and start again: what was sent twice ends as one row.",
                    e);
        }
    }

    private static LocalDateTime utc(Optional<Instant> time) {
        return time.map(instant -> LocalDateTime.ofInstant(instant, ZoneOffset.UTC))
                .orElse(null);
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

    /** Which dead letters. */
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

    /** What is done with a row of an answer. */
    private interface RowReader {
        void accept(ResultSet row) throws SQLException;
    }
}
