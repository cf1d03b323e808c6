package io.cardwatch.rules;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rules, lists and payments of which a test says only what matters to it. */
final class TestRules {
    static final RuleCompiler COMPILER = new RuleCompiler(FeatureSet.REFERENCE);
    /** 2026-01-31T12:00:00Z, a Saturday. */
    static final long NOON = 1_769_860_800L;

    private TestRules() {}

    /** Valid at all times. */
    static Rule rule(String id, String expression) {
        return rule(id, 1, expression, Action.REVIEW, 10, false, Rule.UNKNOWN, Rule.OPEN);
    }

    static Rule rule(
            String id,
            int version,
            String expression,
            Action action,
            int priority,
            boolean dryRun,
            long validFrom,
            long validUntil) {
        return new Rule(id, version, expression, action, priority, dryRun, validFrom, validUntil, "", "", Rule.UNKNOWN);
    }

    static RuleSet set(Rule... rules) {
        return set(List.of(), rules);
    }

    static RuleSet set(List<IdList> lists, Rule... rules) {
        return RuleSet.of(Arrays.stream(rules).map(COMPILER::compile).collect(Collectors.toList()), lists);
    }

    static IdList.Entry entry(long id, long addedAt, long expiresAt) {
        return new IdList.Entry(id, addedAt, expiresAt, "", "");
    }

    /** What the rules say of a payment of 100 by customer 7 at terminal 9; every other feature is 1. */
    static FiredRules ask(RuleSet rules, long epochSecond) {
        double[] vector = new double[FeatureSet.REFERENCE.size()];
        Arrays.fill(vector, 1);
        vector[0] = 100;
        Transaction payment = new Transaction(1, epochSecond, 7, 9, 10_000, 0, 0, 0, 0, null, new byte[0]);
        return rules.evaluator().evaluate(payment, vector, 0.25, Double.NaN);
    }

    static List<String> firedAt(RuleSet rules, long epochSecond) {
        return ask(rules, epochSecond).rules().stream()
                .map(rule -> rule.id + " " + rule.version)
                .collect(Collectors.toList());
    }
}
