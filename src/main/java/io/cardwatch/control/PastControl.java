package io.cardwatch.control;

import io.cardwatch.config.Settings;
import io.cardwatch.decide.Control;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.rules.Rule;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.WarehouseConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What was in force when a row was decided, as far as the control tables still tell. Versions of rules and rows of models stay
 * there with the time since which they are there. Lists have no history: their entries are as they are now.
 */
public final class PastControl {
    /**
     * How long before a row's time a change is looked for: a job that reads the tables late, or not at all for a while, decides by
     * what was.
     */
    private static final Duration BEFORE = Duration.ofHours(1);
    /** The clocks of a job and of the database may differ. */
    private static final Duration AFTER = Duration.ofMinutes(1);
    /** How much later than it was a time of creation may be: the table rounds it to the second. */
    private static final Duration ROUNDING = Duration.ofMillis(500);

    private final ControlTables.Contents contents;
    private final ModelRoot root;
    /** Why the tables tell nothing; empty where they were read. */
    private final String unread;

    private PastControl(ControlTables.Contents contents, ModelRoot root, String unread) {
        this.contents = contents;
        this.root = root;
        this.unread = unread;
    }

    /** Reads the tables of the database that the settings name, as of one moment. Where there are none, nothing was in force. */
    public static PastControl of(Settings settings) {
        ModelRoot root = ModelRoot.of(settings);
        Optional<WarehouseConnection> database = WarehouseConnection.ofControl(settings);
        if (database.isEmpty()) {
            return new PastControl(new ControlTables.Contents(), root, "control.url names no database with rules");
        }
        try (ControlTables tables = new ControlTables(database.get())) {
            return new PastControl(tables.read(), root, "");
        } catch (SQLException e) {
            return new PastControl(
                    new ControlTables.Contents(),
                    root,
                    "rules cannot be read from " + database.get() + ": "
                            + e.getMessage().lines().findFirst().orElse("no reason given"));
        }
    }

    /** Why the tables tell nothing; empty where they were read. */
    public String unread() {
        return unread;
    }

    /** All versions of rules, whenever they were created. */
    public List<Rule> rules() {
        return contents.rules;
    }

    /** The rows of models that name one, the newest of each slot first. */
    public List<ControlTables.ActivatedModel> models() {
        return contents.models.values().stream()
                .flatMap(List::stream)
                .filter(row -> !row.path.isEmpty())
                .collect(Collectors.toUnmodifiableList());
    }

    /**
     * Loads the model that a row names.
     *
     * @throws BadInputException when it lies outside of {@code control.model-root}, or is refused
     */
    public FraudModel load(ControlTables.ActivatedModel row) {
        return FraudModel.load(root.resolve(row.path));
    }

    /**
     * What was in force around a moment: of all that was within an hour before and a minute after, that with the version {@code
     * expected}; where none has it, what the tables had at that moment.
     *
     * @param champion the model that decided, with the threshold that it had
     * @param decidedAt empty for a bounded run, for which no tables are in force
     */
    public Control at(Optional<Instant> decidedAt, String expected, DecisionSettings settings, FraudModel champion) {
        if (decidedAt.isEmpty()) {
            return new Control(settings, champion);
        }
        ControlAssembler assembler = new ControlAssembler(settings, champion, root);
        Control then = assembler.assemble(contentsAt(decidedAt.get()), new ArrayList<>());
        if (!then.version.equals(expected)) {
            for (Instant moment : changesAround(decidedAt.get())) {
                Control other = assembler.assemble(contentsAt(moment), new ArrayList<>());
                if (other.version.equals(expected)) {
                    return other;
                }
            }
        }
        return then;
    }

    /** Why a version of a rule cannot be used by these settings; empty where it can be. */
    public String refusal(Rule rule, DecisionSettings settings, FraudModel champion) {
        ControlTables.Contents alone = new ControlTables.Contents();
        alone.rules.add(rule);
        alone.lists.putAll(contents.lists);
        List<ControlTables.Status> statuses = new ArrayList<>();
        new ControlAssembler(settings, champion, root).assemble(alone, statuses);
        return statuses.get(0).refusal;
    }

    /** The moments at which something else was in force, and one before all of them. */
    private Set<Instant> changesAround(Instant moment) {
        Instant first = moment.minus(BEFORE);
        Set<Instant> changes = new TreeSet<>(Set.of(first));
        contents.rules.forEach(rule -> changes.add(createdAt(rule)));
        contents.models.values().forEach(rows -> rows.forEach(row -> changes.add(row.activatedAt)));
        changes.removeIf(change -> change.isBefore(first) || change.isAfter(moment.plus(AFTER)));
        return changes;
    }

    /** The tables without what came after {@code moment}, and without champions: the row names the model that decided. */
    private ControlTables.Contents contentsAt(Instant moment) {
        ControlTables.Contents then = new ControlTables.Contents();
        contents.rules.stream().filter(rule -> !isYounger(rule, moment)).forEach(then.rules::add);
        then.lists.putAll(contents.lists);
        contents.models.forEach((slot, rows) -> {
            if (!slot.equals(ControlTables.CHAMPION)) {
                List<ControlTables.ActivatedModel> earlier = rows.stream()
                        .filter(row -> !row.activatedAt.isAfter(moment))
                        .collect(Collectors.toUnmodifiableList());
                then.models.put(slot, earlier);
            }
        });
        return then;
    }

    /** Whether a version of a rule came to the table after {@code moment}. */
    public static boolean isYounger(Rule rule, Instant moment) {
        return createdAt(rule).minus(ROUNDING).isAfter(moment);
    }

    /** When a version of a rule came to the table; long ago where that is not known. */
    public static Instant createdAt(Rule rule) {
        return rule.createdAt == Rule.UNKNOWN ? Instant.EPOCH : Instant.ofEpochSecond(rule.createdAt);
    }
}
