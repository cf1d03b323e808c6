package io.cardwatch.rules;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.cardwatch.domain.BadInputException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A rule that was checked and translated, to become part of a {@link RuleSet}. Immutable, and good for as long as the
 * {@link RuleCompiler}'s features are.
 */
public final class CompiledRule {
    private final Rule rule;
    private final boolean readsAnomalyScore;
    /** As {@link Program} has it, but that the register of a constant is {@code ~} its index. */
    final int[] code;

    final long[] constants;
    /** How many registers its variables have. */
    final int variables;
    /** How many registers its values need. */
    final int values;
    /** The lists that its steps ask, by index. */
    final List<String> lists;
    /** What is told of it where it fired. */
    final String json;
    /** Where each list is first named. */
    private final Map<String, String> places;

    CompiledRule(
            Rule rule,
            boolean readsAnomalyScore,
            int[] code,
            long[] constants,
            int variables,
            int values,
            List<String> lists,
            Map<String, String> places) {
        this.rule = rule;
        this.readsAnomalyScore = readsAnomalyScore;
        this.code = code;
        this.constants = constants;
        this.variables = variables;
        this.values = values;
        this.lists = lists;
        this.places = places;
        json = "{\"id\":\"" + new String(JsonStringEncoder.getInstance().quoteAsString(rule.id)) + "\",\"version\":"
                + rule.version + ",\"action\":\"" + rule.action.lowerCaseName() + "\",\"dry_run\":" + rule.dryRun + "}";
    }

    /** What it was compiled from. */
    public Rule rule() {
        return rule;
    }

    /** Whether it needs {@code anomaly.for=all}. */
    public boolean readsAnomalyScore() {
        return readsAnomalyScore;
    }

    /** The lists that it asks. */
    public List<String> lists() {
        return lists;
    }

    /** Its static cost: no payment takes more steps. */
    public int steps() {
        return code.length / Program.WIDTH;
    }

    /**
     * Checks that every list that it names is there.
     *
     * @throws BadInputException naming the rule, the column and the list, else
     */
    public void requireLists(Collection<String> known) {
        lists.forEach(name -> {
            if (!known.contains(name)) {
                throw new BadInputException(
                        rule + ", " + places.get(name) + ": there is no list \"" + name + "\"",
                        "Correct the name, or add the list first; it may be empty.");
            }
        });
    }
}
