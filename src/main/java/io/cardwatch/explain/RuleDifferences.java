package io.cardwatch.explain;

import static java.util.stream.Collectors.joining;

import io.cardwatch.control.PastControl;
import io.cardwatch.decide.Control;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.Rule;
import io.cardwatch.warehouse.StoredPrediction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says why other rules fire than a row names. */
final class RuleDifferences {
    /** A rule that is younger may not have reached whoever decided. */
    private static final Duration YOUNG = Duration.ofHours(1);

    private final StoredPrediction row;
    private final Control control;
    private final PastControl past;
    private final Optional<Instant> decidedAt;
    private final List<CompiledRule> inForce;

    /** @param control what is taken to have been in force */
    RuleDifferences(
            StoredPrediction row, Control control, PastControl past, Optional<Instant> decidedAt, long epochSecond) {
        this.row = row;
        this.control = control;
        this.past = past;
        this.decidedAt = decidedAt;
        this.inForce = control.rulesAt(epochSecond);
    }

    /** Why rules cannot be asked again; empty where they can be, or the row was decided without any. */
    Optional<String> cannotBeMade() {
        boolean none = row.get(DecisionColumn.RULES.column()) == null;
        return none || past.unread().isEmpty() ? Optional.empty() : Optional.of(past.unread());
    }

    /** Why the column differs. */
    String why(Object stored, Object again) {
        if (stored == null) {
            return "the row was decided without rules, though versions of rules are older than it";
        }
        if (FiredRule.array(stored).isEmpty()) {
            return "the stored text is no JSON array: the row was changed after it was written";
        }
        List<FiredRule> before = FiredRule.of(stored);
        List<FiredRule> now = FiredRule.of(again);
        List<String> reasons = new ArrayList<>();
        before.forEach(rule -> gone(rule, now).ifPresent(reasons::add));
        now.stream()
                .filter(rule -> before.stream().noneMatch(other -> isSame(rule, other)))
                .forEach(rule -> reasons.add(added(rule)));
        return reasons.isEmpty()
                ? "the same rules in another order, or with other fields: a priority or the row was changed"
                : String.join("; ", reasons);
    }

    private static boolean isSame(FiredRule rule, FiredRule other) {
        return rule.id.equals(other.id) && rule.version == other.version;
    }

    private Optional<String> gone(FiredRule stored, List<FiredRule> now) {
        for (FiredRule rule : now) {
            if (isSame(stored, rule)) {
                return stored.effect.equals(rule.effect)
                        ? Optional.empty()
                        : Optional.of(stored + " is " + stored.effect + " in the row and " + rule.effect
                                + " in fraud_rules: a version never changes, so one of them was changed");
            }
        }
        return Optional.of(stored + " " + whyNotFired(stored));
    }

    private String whyNotFired(FiredRule stored) {
        if (decidedAt.isEmpty()) {
            return "cannot have fired: a row without scored_at was decided without rules";
        }
        Optional<Rule> there = past.rules().stream()
                .filter(rule -> rule.id.equals(stored.id) && rule.version == stored.version)
                .findFirst();
        if (there.isEmpty()) {
            return "is gone from fraud_rules";
        }
        Optional<CompiledRule> valid = inForce.stream()
                .filter(rule -> rule.rule().id.equals(stored.id))
                .findFirst();
        if (valid.isPresent() && valid.get().rule().version == stored.version) {
            return "does not fire on the stored vector: " + listsOr(valid.get(), "fraud_rules or the row was changed");
        }
        if (PastControl.isYounger(there.get(), decidedAt.get())) {
            return "was created at " + PastControl.createdAt(there.get()) + ", after the row was scored";
        }
        String refusal = past.refusal(there.get(), control.settings(), control.champion);
        if (!refusal.isEmpty()) {
            return "cannot be used now: " + refusal;
        }
        return "is not in force at the payment's time"
                + valid.map(rule -> ": version " + rule.rule().version + " is").orElse("");
    }

    private String added(FiredRule again) {
        CompiledRule rule = inForce.stream()
                .filter(candidate -> candidate.rule().id.equals(again.id))
                .findFirst()
                .orElseThrow();
        boolean young = decidedAt
                .filter(time -> PastControl.isYounger(rule.rule(), time.minus(YOUNG)))
                .isPresent();
        return again + " fires, and the row does not name it: "
                + listsOr(
                        rule,
                        young
                                ? "it was created at " + PastControl.createdAt(rule.rule())
                                        + ", and may have reached the job later"
                                : "fraud_rules or the row was changed");
    }

    private static String listsOr(CompiledRule rule, String otherwise) {
        return rule.lists().isEmpty()
                ? otherwise
                : "it asks "
                        + rule.lists().stream()
                                .map(list -> "the list \"" + list + "\"")
                                .collect(joining(" and ")) + ", of which only the entries of now are known";
    }
}
