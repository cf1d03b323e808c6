package io.cardwatch.explain;

import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.FeaturedTransaction;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.warehouse.StoredPrediction;
import java.time.Duration;
import java.util.List;

/** A stored row, what made its decision, and how that came out when it was made again. Immutable. */
public final class Explanation {
    final StoredPrediction row;
    final FeaturedTransaction payment;
    final Duration terminalDelay;
    final ModelSearch search;
    /** Where the row's threshold is from, in words. */
    final String thresholdFrom;
    /** The rules at the payment's time that whoever decided had, in the order in which they decide. */
    final List<CompiledRule> rules;
    /** Why there may have been other rules; empty where they are known. */
    final String rulesUnread;
    /** In the order of the table. */
    final List<Finding> findings;

    Explanation(
            StoredPrediction row,
            Duration terminalDelay,
            ModelSearch search,
            String thresholdFrom,
            List<CompiledRule> rules,
            String rulesUnread,
            List<Finding> findings) {
        this.row = row;
        this.payment = row.payment();
        this.terminalDelay = terminalDelay;
        this.search = search;
        this.thresholdFrom = thresholdFrom;
        this.rules = rules;
        this.rulesUnread = rulesUnread;
        this.findings = findings;
    }

    /**
     * Whether the decision was made again and every column came out as stored. {@code control_version} may be unknown: it also
     * covers what bears on other rows alone.
     */
    public boolean isEqual() {
        return findings.stream()
                .filter(finding -> !finding.column.equals(DecisionColumn.CONTROL_VERSION.column()))
                .allMatch(finding -> finding.state == Finding.State.EQUAL);
    }

    /** One JSON object in UTF-8, on one line without its end. */
    public byte[] json() {
        return new ExplanationJson(this).bytes();
    }

    /** Sections for a person to read, of lines of at most 100 columns. */
    public String text() {
        return new ExplanationText(this).toString();
    }

    /** The outcome in few words. */
    String verdict() {
        boolean differs = findings.stream().anyMatch(finding -> finding.state == Finding.State.DIFFERS);
        return isEqual() ? Finding.State.EQUAL.text : (differs ? Finding.State.DIFFERS : Finding.State.NOT_MADE).text;
    }

    /** Whether the row names a rule. */
    boolean fired(CompiledRule rule) {
        return FiredRule.of(row.get(DecisionColumn.RULES.column())).stream()
                .anyMatch(fired -> fired.id.equals(rule.rule().id) && fired.version == rule.rule().version);
    }
}
