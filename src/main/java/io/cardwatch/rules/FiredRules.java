package io.cardwatch.rules;

import io.cardwatch.domain.Action;
import java.util.List;
import java.util.stream.Collectors;

/** What the rules in force said about a payment. Immutable. */
public final class FiredRules {
    private final List<CompiledRule> fired;
    private final int failures;

    FiredRules(List<CompiledRule> fired, int failures) {
        this.fired = fired;
        this.failures = failures;
    }

    /** The rules that fired, dry runs among them: by priority, then by id. */
    public List<Rule> rules() {
        return fired.stream().map(CompiledRule::rule).collect(Collectors.toUnmodifiableList());
    }

    /** How many rules could not be evaluated, such as by a division by zero; they count as not fired. */
    public int failures() {
        return failures;
    }

    /**
     * What to do: as the first rule says that is no dry run, else as the model does.
     *
     * @param prediction 1 where the probability of fraud reaches the threshold, else 0
     */
    public Action action(int prediction) {
        for (CompiledRule rule : fired) {
            if (!rule.rule().dryRun) {
                return rule.rule().action;
            }
        }
        return prediction == 1 ? Action.ALERT : Action.NONE;
    }

    /** JSON array of {@code {"id","version","action","dry_run"}}, in the order of {@link #rules()}. */
    public String json() {
        return fired.stream().map(rule -> rule.json).collect(Collectors.joining(",", "[", "]"));
    }
}
