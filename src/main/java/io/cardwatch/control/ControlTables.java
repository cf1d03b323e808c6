package io.cardwatch.control;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.rules.IdList;
import io.cardwatch.rules.Rule;
import io.cardwatch.warehouse.WarehouseConnection;
import io.cardwatch.warehouse.WarehouseConnectionProvider;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The tables of rules, lists and models, over one connection that is opened when it is needed. For use by one thread. */
public final class ControlTables implements AutoCloseable {
    /** The slot of the model that decides. */
    public static final String CHAMPION = "champion";
    /** A row with this id only makes sure that a list exists. */
    private static final long NO_ID = -1;

    private static final String UNIQUE_VIOLATION = "23505";

    private final WarehouseConnection database;
    private final WarehouseConnectionProvider connections;

    public ControlTables(WarehouseConnection database) {
        this.database = database;
        this.connections = new WarehouseConnectionProvider(database);
    }

    /** What the tables hold at one moment. */
    static final class Contents {
        final List<Rule> rules = new ArrayList<>();
        final Map<String, List<IdList.Entry>> lists = new TreeMap<>();
        /** Those of a slot from the newest on. */
        final Map<String, List<ActivatedModel>> models = new TreeMap<>();
    }

    /** A row of {@code fraud_models}. */
    public static final class ActivatedModel {
        public final String slot;
        /** Empty where it retires the slot. */
        public final String path;
        /** Null for the model's own. */
        public final Double threshold;

        public final Instant activatedAt;
        public final String author;

        public ActivatedModel(String slot, String path, Double threshold, Instant activatedAt, String author) {
            this.slot = slot;
            this.path = path;
            this.threshold = threshold;
            this.activatedAt = activatedAt;
            this.author = author;
        }
    }

    /** A row of {@code fraud_control_status}. */
    static final class Status {
        final String kind;
        final String id;
        final String version;
        /** Empty where it is active. */
        final String refusal;

        Status(String kind, String id, String version, String refusal) {
            this.kind = kind;
            this.id = id;
            this.version = version;
            this.refusal = refusal;
        }

        String key() {
            return kind + ' ' + id;
        }

        String state() {
            return refusal.isEmpty() ? "active" : "refused";
        }
    }

    /**
     * Checks that the tables are there and may be read.
     *
     * @throws BadInputException when they are not
     */
    public void check() {
        database.check(List.of());
        try {
            read();
        } catch (SQLException e) {
            throw new BadInputException(
                    "rules and models cannot be read from " + database + ": " + e.getMessage(),
                    "Apply sql/postgresql/09_control.sql there, and let the user read its tables and write"
                            + " fraud_control_status.",
                    e);
        }
    }

    /** Everything, as of one moment. */
    Contents read() throws SQLException {
        Connection connection = open();
        try {
            Contents contents = new Contents();
            readRules(connection, contents);
            readLists(connection, contents);
            readModels(connection, contents);
            return contents;
        } finally {
            connection.rollback();
        }
    }

    private Connection open() throws SQLException {
        if (!connections.isConnectionValid()) {
            Connection fresh = connections.reestablishConnection();
            fresh.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            fresh.setSchema(database.schema);
        }
        return connections.getConnection();
    }

    private static void readRules(Connection connection, Contents into) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT rule_id, version, expression, action, priority,"
                                + " dry_run, valid_from, valid_until, author, description, created_at FROM fraud_rules"
                                + " ORDER BY rule_id, version");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                into.rules.add(new Rule(
                        row.getString(1),
                        row.getInt(2),
                        row.getString(3),
                        Action.valueOf(row.getString(4).toUpperCase(Locale.ROOT)),
                        row.getInt(5),
                        row.getBoolean(6),
                        second(row, 7, Rule.UNKNOWN),
                        second(row, 8, Rule.OPEN),
                        row.getString(9),
                        row.getString(10),
                        second(row, 11, Rule.UNKNOWN)));
            }
        }
    }

    private static void readLists(Connection connection, Contents into) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT list_name, id, added_at, expires_at, reason, author FROM fraud_lists ORDER BY 1, 2");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                List<IdList.Entry> entries = into.lists.computeIfAbsent(row.getString(1), name -> new ArrayList<>());
                if (row.getLong(2) != NO_ID) {
                    entries.add(new IdList.Entry(
                            row.getLong(2),
                            second(row, 3, Rule.UNKNOWN),
                            second(row, 4, Rule.OPEN),
                            row.getString(5),
                            row.getString(6)));
                }
            }
        }
    }

    private static void readModels(Connection connection, Contents into) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT slot, model_path, threshold, activated_at,"
                        + " author FROM fraud_models ORDER BY slot, activated_at DESC");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                ActivatedModel model = new ActivatedModel(
                        row.getString(1),
                        row.getString(2),
                        row.getObject(3, Double.class),
                        row.getObject(4, LocalDateTime.class).toInstant(ZoneOffset.UTC),
                        row.getString(5));
                into.models
                        .computeIfAbsent(model.slot, slot -> new ArrayList<>())
                        .add(model);
            }
        }
    }

    /** Models in force and retired ones, each slot from the newest on. */
    public Collection<List<ActivatedModel>> models() throws SQLException {
        return read().models.values();
    }

    /** All versions of rules. */
    public List<Rule> rules() throws SQLException {
        return read().rules;
    }

    /** All lists. */
    public List<IdList> lists() throws SQLException {
        List<IdList> lists = new ArrayList<>();
        read().lists.forEach((name, entries) -> lists.add(new IdList(name, entries)));
        return lists;
    }

    /**
     * Adds versions of rules, and adds or changes entries of lists, all or nothing. A version that is there with the same content
     * stays.
     *
     * @return the number of versions that are new
     * @throws BadInputException when a version is there with another content
     */
    public int apply(List<Rule> rules, List<IdList> lists) throws SQLException {
        Connection connection = open();
        try {
            Contents present = new Contents();
            readRules(connection, present);
            int added = 0;
            for (Rule rule : rules) {
                added += add(connection, rule, present.rules) ? 1 : 0;
            }
            for (IdList list : lists) {
                put(connection, list);
            }
            connection.commit();
            return added;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        }
    }

    private static boolean add(Connection connection, Rule rule, List<Rule> present) throws SQLException {
        for (Rule other : present) {
            if (other.id.equals(rule.id) && other.version == rule.version) {
                if (!other.isSame(rule)) {
                    throw new BadInputException(
                            rule + " is there with another content",
                            "A version never changes: give the rule version " + (newest(rule.id, present) + 1) + ".");
                }
                return false;
            }
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO fraud_rules (rule_id, version,"
                + " expression, action, priority, dry_run, valid_from, valid_until, author, description)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, rule.id);
            insert.setInt(2, rule.version);
            insert.setString(3, rule.expression);
            insert.setString(4, rule.action.lowerCaseName());
            insert.setInt(5, rule.priority);
            insert.setBoolean(6, rule.dryRun);
            setSecond(insert, 7, rule.validFrom);
            setSecond(insert, 8, rule.validUntil);
            insert.setString(9, rule.author);
            insert.setString(10, rule.description);
            insert.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw new BadInputException(
                        rule + " was added by somebody else at the same time", "Look at the rules, and try again.", e);
            }
            throw e;
        }
    }

    private static int newest(String id, List<Rule> rules) {
        return rules.stream()
                .filter(rule -> rule.id.equals(id))
                .mapToInt(rule -> rule.version)
                .max()
                .orElse(0);
    }

    private static void put(Connection connection, IdList list) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("INSERT INTO fraud_lists (list_name, id, added_at,"
                + " expires_at, reason, author) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (list_name, id) DO UPDATE SET"
                + " added_at = excluded.added_at, expires_at = excluded.expires_at, reason = excluded.reason,"
                + " author = excluded.author")) {
            List<IdList.Entry> entries = new ArrayList<>(list.entries());
            if (entries.isEmpty()) {
                entries.add(new IdList.Entry(NO_ID, Rule.UNKNOWN, Rule.OPEN, "", ""));
            }
            for (IdList.Entry entry : entries) {
                upsert.setString(1, list.name());
                upsert.setLong(2, entry.id);
                setSecond(upsert, 3, entry.addedAt);
                setSecond(upsert, 4, entry.expiresAt);
                upsert.setString(5, entry.reason);
                upsert.setString(6, entry.author);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    /** Puts a model into force in a slot. */
    public void activate(String slot, String path, Double threshold, String author) throws SQLException {
        Connection connection = open();
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO fraud_models (slot, model_path, threshold, author) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, slot);
            insert.setString(2, path);
            insert.setObject(3, threshold, Types.DOUBLE);
            insert.setString(4, author);
            insert.executeUpdate();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    /** Replaces what {@code reader} told before. What stayed the same keeps its time. */
    void tell(String reader, Collection<Status> statuses) throws SQLException {
        Connection connection = open();
        try (PreparedStatement upsert =
                        connection.prepareStatement("INSERT INTO fraud_control_status AS s (reader, kind,"
                                + " id, version, state, message, since) VALUES (?, ?, ?, ?, ?, ?, now() AT TIME ZONE 'UTC')"
                                + " ON CONFLICT (reader, kind, id) DO UPDATE SET version = excluded.version,"
                                + " state = excluded.state, message = excluded.message, since = excluded.since"
                                + " WHERE (s.version, s.state, s.message) <>"
                                + " (excluded.version, excluded.state, excluded.message)");
                PreparedStatement delete = connection.prepareStatement(
                        "DELETE FROM fraud_control_status WHERE reader = ?" + " AND kind || ' ' || id <> ALL (?)")) {
            delete.setString(1, reader);
            delete.setArray(
                    2,
                    connection.createArrayOf(
                            "text", statuses.stream().map(Status::key).toArray()));
            delete.executeUpdate();
            for (Status status : statuses) {
                upsert.setString(1, reader);
                upsert.setString(2, status.kind);
                upsert.setString(3, status.id);
                upsert.setString(4, status.version);
                upsert.setString(5, status.state());
                upsert.setString(6, status.refusal);
                upsert.addBatch();
            }
            upsert.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    /** UTC epoch second; {@code open} for NULL and for an infinite time. */
    private static long second(ResultSet row, int column, long open) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null || time.equals(LocalDateTime.MIN) || time.equals(LocalDateTime.MAX)
                ? open
                : time.toEpochSecond(ZoneOffset.UTC);
    }

    private static void setSecond(PreparedStatement statement, int column, long second) throws SQLException {
        LocalDateTime time = LocalDateTime.MIN;
        if (second == Rule.OPEN) {
            statement.setNull(column, Types.TIMESTAMP);
            return;
        }
        if (second != Rule.UNKNOWN) {
            time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
        }
        statement.setObject(column, time);
    }

    @Override
    public void close() {
        connections.close();
    }
}
