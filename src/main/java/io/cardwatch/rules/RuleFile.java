package io.cardwatch.rules;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Spelling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Rules and lists as a YAML file: {@code rules:} and {@code lists:}, each a sequence of entries with the names of the
 * tables' columns. Times are ISO-8601 in UTC, such as {@code 2026-01-31T00:00:00Z}. An entry of {@code lists:} that has a
 * {@code list_name} and no {@code id} makes sure that the list exists, even if it is empty.
 *
 * <p>Left out, {@code dry_run} is false, {@code valid_from} and {@code valid_until} are open, an id is on its list from
 * ever and for ever, and author, description, reason and creation are not known.
 */
public final class RuleFile {
    private static final int MAX_CHARACTERS = 256_000_000;
    private static final List<String> PARTS = List.of("rules", "lists");
    private static final List<String> RULE_KEYS = List.of(
            "rule_id",
            "version",
            "expression",
            "action",
            "priority",
            "dry_run",
            "valid_from",
            "valid_until",
            "author",
            "description",
            "created_at");
    private static final List<String> LIST_KEYS =
            List.of("list_name", "id", "added_at", "expires_at", "reason", "author");

    private final List<Rule> rules;
    private final List<IdList> lists;

    /** The content of a file. */
    public RuleFile(List<Rule> rules, List<IdList> lists) {
        this.rules = List.copyOf(rules);
        this.lists = List.copyOf(lists);
    }

    /**
     * Reads a file. Expressions are not compiled.
     *
     * @throws BadInputException naming the file and the line of the mistake
     */
    public static RuleFile read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw BadInputException.unreadable(file, e, "Give a YAML file in UTF-8 with rules: and lists:.");
        }
    }

    /**
     * Reads a text.
     *
     * @param name of the text in errors
     * @throws BadInputException as {@link #read}
     */
    public static RuleFile parse(String yaml, String name) {
        Node root;
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(name)
                    .setCodePointLimit(MAX_CHARACTERS)
                    .build();
            root = new Compose(settings).composeString(yaml).orElse(null);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            throw new BadInputException(
                    name + " line " + line + ": " + e.getProblem(), "Correct the YAML at this line.", e);
        } catch (YamlEngineException e) {
            throw new BadInputException(name + " is no YAML: " + e.getMessage(), "Correct the file.", e);
        }
        if (root == null) {
            return new RuleFile(List.of(), List.of());
        }
        Entry parts = new Entry(name, root, PARTS);
        return new RuleFile(
                parts.entries("rules", RULE_KEYS).stream().map(RuleFile::rule).collect(Collectors.toList()),
                lists(parts.entries("lists", LIST_KEYS)));
    }

    /** The rules in the order of the file. */
    public List<Rule> rules() {
        return rules;
    }

    /** The lists in the order of their names. */
    public List<IdList> lists() {
        return lists;
    }

    /** The text of the file, which {@link #parse} reads back. */
    public String yaml() {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (IdList list : lists) {
            if (list.entries().isEmpty()) {
                entries.add(Map.of("list_name", list.name()));
            }
            list.entries().forEach(entry -> entries.add(columns(list, entry)));
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("rules", rules.stream().map(RuleFile::columns).collect(Collectors.toList()));
        content.put("lists", entries);
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setWidth(Integer.MAX_VALUE)
                .build();
        return new Dump(settings).dumpToString(content);
    }

    private static Rule rule(Entry entry) {
        return new Rule(
                entry.text("rule_id"),
                (int) entry.whole("version", 1, Integer.MAX_VALUE),
                entry.text("expression"),
                entry.action(),
                (int) entry.whole("priority", Integer.MIN_VALUE, Integer.MAX_VALUE),
                entry.has("dry_run") && entry.yes("dry_run"),
                entry.time("valid_from", Rule.UNKNOWN),
                entry.time("valid_until", Rule.OPEN),
                entry.optionalText("author"),
                entry.optionalText("description"),
                entry.time("created_at", Rule.UNKNOWN));
    }

    private static List<IdList> lists(List<Entry> entries) {
        Map<String, List<IdList.Entry>> byName = new TreeMap<>();
        for (Entry entry : entries) {
            List<IdList.Entry> ids = byName.computeIfAbsent(entry.text("list_name"), list -> new ArrayList<>());
            if (entry.has("id")) {
                ids.add(new IdList.Entry(
                        entry.whole("id", 0, Long.MAX_VALUE),
                        entry.time("added_at", Rule.UNKNOWN),
                        entry.time("expires_at", Rule.OPEN),
                        entry.optionalText("reason"),
                        entry.optionalText("author")));
            } else if (entry.size() > 1) {
                throw entry.refused(
                        "an entry without an id has nothing but a list_name",
                        "Add the id, or leave the other keys out to make an empty list.");
            }
        }
        List<IdList> lists = new ArrayList<>();
        byName.forEach((name, ids) -> lists.add(new IdList(name, ids)));
        return lists;
    }

    private static Map<String, Object> columns(Rule rule) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("rule_id", rule.id);
        columns.put("version", rule.version);
        columns.put("expression", rule.expression);
        columns.put("action", rule.action.lowerCaseName());
        columns.put("priority", rule.priority);
        columns.put("dry_run", rule.dryRun);
        putTime(columns, "valid_from", rule.validFrom);
        putTime(columns, "valid_until", rule.validUntil);
        putText(columns, "author", rule.author);
        putText(columns, "description", rule.description);
        putTime(columns, "created_at", rule.createdAt);
        return columns;
    }

    private static Map<String, Object> columns(IdList list, IdList.Entry entry) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("list_name", list.name());
        columns.put("id", entry.id);
        putTime(columns, "added_at", entry.addedAt);
        putTime(columns, "expires_at", entry.expiresAt);
        putText(columns, "reason", entry.reason);
        putText(columns, "author", entry.author);
        return columns;
    }

    private static void putTime(Map<String, Object> columns, String key, long epochSecond) {
        if (epochSecond != Rule.UNKNOWN && epochSecond != Rule.OPEN) {
            columns.put(key, Instant.ofEpochSecond(epochSecond).toString());
        }
    }

    private static void putText(Map<String, Object> columns, String key, String text) {
        if (!text.isEmpty()) {
            columns.put(key, text);
        }
    }

    /** A mapping of the file, whose keys are known. */
    private static final class Entry {
        private final String file;
        private final Node node;
        private final Map<String, Node> values = new HashMap<>();

        private Entry(String file, Node node, List<String> known) {
            this.file = file;
            this.node = node;
            if (!(node instanceof MappingNode)) {
                throw refused("there is no mapping", "Write the keys " + String.join(", ", known) + " here.");
            }
            for (NodeTuple tuple : ((MappingNode) node).getValue()) {
                Node key = tuple.getKeyNode();
                String name = key instanceof ScalarNode ? ((ScalarNode) key).getValue() : "";
                if (!known.contains(name)) {
                    throw refused(key, name + " is not a key", "Did you mean " + Spelling.nearest(name, known) + "?");
                }
                if (values.put(name, tuple.getValueNode()) != null) {
                    throw refused(key, name + " is there twice", "Leave one of them out.");
                }
            }
        }

        private int size() {
            return values.size();
        }

        /** A null is as if the key were left out. */
        private boolean has(String key) {
            return values.containsKey(key) && !values.get(key).getTag().equals(Tag.NULL);
        }

        private List<Entry> entries(String key, List<String> known) {
            if (!has(key)) {
                return List.of();
            }
            Node value = values.get(key);
            if (!(value instanceof SequenceNode)) {
                throw refused(value, key + " is no sequence", "Begin each of its entries with a dash.");
            }
            return ((SequenceNode) value)
                    .getValue().stream()
                            .map(entry -> new Entry(file, entry, known))
                            .collect(Collectors.toList());
        }

        private String text(String key) {
            String text = scalar(key, Tag.STR, "a text", "Write it in quotes.");
            if (text.isBlank()) {
                throw refused(values.get(key), key + " is empty", "Fill it in.");
            }
            return text;
        }

        private String optionalText(String key) {
            return has(key) ? scalar(key, Tag.STR, "a text", "Write it in quotes.") : "";
        }

        private long whole(String key, long from, long to) {
            String rule = "Write a whole number from " + from + " to " + to + ".";
            String digits = scalar(key, Tag.INT, "a whole number", rule);
            try {
                long value = Long.parseLong(digits);
                if (value >= from && value <= to) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below: it is beyond a long, or in another base.
            }
            throw refused(values.get(key), key + " is out of range: " + digits, rule);
        }

        private boolean yes(String key) {
            return scalar(key, Tag.BOOL, "true or false", "Write true or false.")
                    .equals("true");
        }

        private Action action() {
            String name = text("action");
            return Arrays.stream(Action.values())
                    .filter(action -> action.lowerCaseName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            values.get("action"),
                            name + " is no action",
                            "Write none, alert, review, block or allow."));
        }

        private long time(String key, long missing) {
            if (!has(key)) {
                return missing;
            }
            String rule = "Write a whole second in UTC, as 2026-01-31T00:00:00Z.";
            String text = scalar(key, Tag.STR, "a time", rule);
            try {
                Instant time = Instant.parse(text);
                if (time.getNano() == 0) {
                    return time.getEpochSecond();
                }
            } catch (DateTimeParseException e) {
                // Told below, with a time that has a fraction.
            }
            throw refused(values.get(key), key + " is no time: " + text, rule);
        }

        private String scalar(String key, Tag tag, String type, String remedy) {
            if (!has(key)) {
                throw refused(key + " is missing", "Add it.");
            }
            Node value = values.get(key);
            if (!value.getTag().equals(tag)) {
                throw refused(value, key + " is not " + type, remedy);
            }
            return ((ScalarNode) value).getValue();
        }

        private BadInputException refused(String cause, String remedy) {
            return refused(node, cause, remedy);
        }

        private BadInputException refused(Node at, String cause, String remedy) {
            int line = at.getStartMark().map(Mark::getLine).orElse(0) + 1;
            return new BadInputException(file + " line " + line + ": " + cause, remedy);
        }
    }
}
