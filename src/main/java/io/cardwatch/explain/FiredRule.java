package io.cardwatch.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A rule that fired, as the column {@code rules} names it. Immutable. */
final class FiredRule {
    private static final ObjectMapper JSON = new ObjectMapper();

    final String id;
    final int version;
    /** Its action, and whether it is a dry run. */
    final String effect;

    private FiredRule(JsonNode rule) {
        this.id = rule.path("id").asText();
        this.version = rule.path("version").asInt();
        this.effect = rule.path("action").asText() + (rule.path("dry_run").asBoolean() ? ", dry run" : "");
    }

    /** The rules of a column's text; none for null. */
    static List<FiredRule> of(Object column) {
        List<FiredRule> rules = new ArrayList<>();
        array(column).ifPresent(array -> array.forEach(rule -> rules.add(new FiredRule(rule))));
        return rules;
    }

    /** The array that a column's text is; empty for null, and for any other text. */
    static Optional<JsonNode> array(Object column) {
        try {
            return Optional.ofNullable(column == null ? null : JSON.readTree((String) column))
                    .filter(JsonNode::isArray);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "rule " + id + " version " + version;
    }
}
