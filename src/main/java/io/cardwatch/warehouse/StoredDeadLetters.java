package io.cardwatch.warehouse;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.DeadLetter;
import io.cardwatch.domain.DeadLetterReason;
import io.cardwatch.domain.RecordOrigin;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.flink.util.function.TriFunctionWithException;

/** Reads the dead letters in the warehouse. */
public final class StoredDeadLetters {
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
        read(warehouse.dialect::streams, selection, row -> names.add(row.getString(1)));
        return names;
    }

    /**
     * Reads the dead letters of {@code selection} in the order in which their records arrived. Of those with the same
     * stream, reason and bytes it reads only the first: identical records are one.
     *
     * @throws BadInputException when the warehouse cannot be reached or lacks the table
     */
    public void forEach(Selection selection, Consumer<DeadLetter> consumer) {
        read(warehouse.dialect::deadLetters, selection, row -> consumer.accept(deadLetter(row)));
    }

    private void read(
            TriFunctionWithException<Connection, String, Selection, PreparedStatement, SQLException> statement,
            Selection selection,
            ThrowingConsumer<ResultSet, SQLException> reader) {
        warehouse.check(List.of(Tables.DEAD_LETTERS));
        try (Connection connection = warehouse.open();
                PreparedStatement query = statement.apply(connection, warehouse.schema, selection);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                reader.accept(rows);
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
