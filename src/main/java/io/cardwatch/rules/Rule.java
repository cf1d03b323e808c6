package io.cardwatch.rules;

import io.cardwatch.domain.Action;

/** A version of a rule as its table or file has it, not yet compiled. Immutable. */
public final class Rule {
    /** Of a time that is not given: a rule valid from ever, one whose creation is not known. */
    public static final long UNKNOWN = Long.MIN_VALUE;
    /** Of an end that is not given. */
    public static final long OPEN = Long.MAX_VALUE;

    public final String id;
    /** 1 or more. */
    public final int version;
    /** CEL of type bool. */
    public final String expression;

    public final Action action;
    /** The rule with the lowest number decides. */
    public final int priority;
    /** Whether it only tells that it fired. */
    public final boolean dryRun;
    /** Epoch second of the first event time at which it is valid, or {@link #UNKNOWN}. */
    public final long validFrom;
    /** Epoch second of the first event time at which it is valid no more, or {@link #OPEN}. */
    public final long validUntil;
    /** Empty where it is not known. */
    public final String author;
    /** Empty where there is none. */
    public final String description;
    /** Epoch second, or {@link #UNKNOWN}. */
    public final long createdAt;

    public Rule(
            String id,
            int version,
            String expression,
            Action action,
            int priority,
            boolean dryRun,
            long validFrom,
            long validUntil,
            String author,
            String description,
            long createdAt) {
        this.id = id;
        this.version = version;
        this.expression = expression;
        this.action = action;
        this.priority = priority;
        this.dryRun = dryRun;
        this.validFrom = validFrom;
        this.validUntil = validUntil;
        this.author = author;
        this.description = description;
        this.createdAt = createdAt;
    }

    /** Whether the other has the same content; when it was created does not count. */
    public boolean isSame(Rule other) {
        return id.equals(other.id)
                && version == other.version
                && expression.equals(other.expression)
                && action == other.action
                && priority == other.priority
                && dryRun == other.dryRun
                && validFrom == other.validFrom
                && validUntil == other.validUntil
                && author.equals(other.author)
                && description.equals(other.description);
    }

    /** How errors name it. */
    @Override
    public String toString() {
        return "rule " + id + " version " + version;
    }
}
