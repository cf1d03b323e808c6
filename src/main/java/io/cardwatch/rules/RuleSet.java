package io.cardwatch.rules;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Sha256;
import io.cardwatch.domain.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Rules and lists that are in force together. Immutable; each thread asks through an {@link Evaluator} of its own.
 *
 * <p>Of each id the greatest version counts whose {@code valid_from} the payment's event time has reached; where its
 * {@code valid_until} is reached, too, the id has no rule, and no older version takes its place.
 *
 * <p>Which rules are valid changes only at some times, so that an evaluator finds it out once for a span of event time.
 */
public final class RuleSet {
    private static final Comparator<CompiledRule> DECIDING = Comparator.<CompiledRule>comparingInt(
                    compiled -> compiled.rule().priority)
            .thenComparing(compiled -> compiled.rule().id)
            .thenComparing(compiled -> compiled.rule().version);
    private static final int VERSION_DIGITS = 12;
    /** Spans of event time whose rules an evaluator remembers: payments come out of order. */
    private static final int REMEMBERED = 8;

    /** By priority, id and version. */
    private final List<CompiledRule> rules;

    private final SortedMap<String, IdList> lists;
    /** Event times at which a rule begins or ends to be valid, ascending. */
    private final long[] boundaries;

    private final String version;

    private RuleSet(List<CompiledRule> rules, SortedMap<String, IdList> lists) {
        this.rules = rules;
        this.lists = lists;
        boundaries = rules.stream()
                .flatMapToLong(rule -> LongStream.of(rule.rule().validFrom, rule.rule().validUntil))
                .sorted()
                .distinct()
                .toArray();
        version = hash();
    }

    /**
     * Rules and lists together.
     *
     * @param rules of any number of versions, of a compiler for one set of features, in any order
     * @param lists in any order
     * @throws BadInputException when a rule names a list that is not there, or a version or a list is there twice
     */
    public static RuleSet of(Collection<CompiledRule> rules, Collection<IdList> lists) {
        TreeMap<String, IdList> named = new TreeMap<>();
        for (IdList list : lists) {
            if (named.put(list.name(), list) != null) {
                throw new BadInputException(
                        "list " + list.name() + " is there twice", "Give each list a name of its own.");
            }
        }
        Set<String> keys = new HashSet<>();
        for (CompiledRule compiled : rules) {
            if (!keys.add(compiled.rule().toString())) {
                throw new BadInputException(
                        compiled.rule() + " is there twice", "Give a changed rule the next version number.");
            }
            compiled.requireLists(named.keySet());
        }
        return new RuleSet(rules.stream().sorted(DECIDING).collect(Collectors.toUnmodifiableList()), named);
    }

    /** Whether there are no rules at all, valid or not. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether a rule needs {@code anomaly.for=all}. */
    public boolean readsAnomalyScore() {
        return rules.stream().anyMatch(CompiledRule::readsAnomalyScore);
    }

    /**
     * Hash of everything that decides: the rules but for their author, description and creation, the entries of the lists
     * but for reason and author. The order in which they were read does not matter.
     */
    public String version() {
        return version;
    }

    /** Asks the rules, for one thread. */
    public Evaluator evaluator() {
        return new Evaluator();
    }

    private String hash() {
        Sha256 hash = new Sha256();
        for (CompiledRule compiled : rules) {
            Rule rule = compiled.rule();
            add(hash, "rule", rule.id, rule.expression, rule.action.lowerCaseName(), String.valueOf(rule.dryRun));
            add(hash, rule.version, rule.priority, rule.validFrom, rule.validUntil);
        }
        for (IdList list : lists.values()) {
            add(hash, "list", list.name());
            add(hash, list.entries().size());
            list.entries().forEach(entry -> add(hash, entry.id, entry.addedAt, entry.expiresAt));
        }
        return hash.hex().substring(0, VERSION_DIGITS);
    }

    /** Each text with its length, so that no two sequences are one. */
    private static void add(Sha256 hash, String... texts) {
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            add(hash, bytes.length);
            hash.add(bytes);
        }
    }

    private static void add(Sha256 hash, long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES);
        Arrays.stream(numbers).forEach(bytes::putLong);
        hash.add(bytes.array());
    }

    /** The rules that are valid at an event time, UTC epoch second, in the order in which they decide. */
    public List<CompiledRule> valid(long epochSecond) {
        Map<String, CompiledRule> newest = new HashMap<>();
        for (CompiledRule compiled : rules) {
            if (compiled.rule().validFrom <= epochSecond) {
                newest.merge(compiled.rule().id, compiled, (a, b) -> a.rule().version > b.rule().version ? a : b);
            }
        }
        return rules.stream()
                .filter(compiled ->
                        newest.get(compiled.rule().id) == compiled && epochSecond < compiled.rule().validUntil)
                .collect(Collectors.toUnmodifiableList());
    }

    /** Asks the rules about payments. For one thread. */
    public final class Evaluator {
        private final Plan[] plans = new Plan[REMEMBERED];
        private final int[] spans = new int[REMEMBERED];

        private Evaluator() {}

        /**
         * Asks the rules that are valid at the payment's event time.
         *
         * @param features by {@link io.cardwatch.domain.Feature#index()}, at least those that the rules were compiled for
         * @param probability the model's probability of fraud
         * @param anomalyScore how unlike the past the payment is; read only if {@link #readsAnomalyScore()}
         */
        public FiredRules evaluate(
                Transaction transaction, double[] features, double probability, double anomalyScore) {
            return plan(transaction.epochSecond).evaluate(transaction, features, probability, anomalyScore);
        }

        private Plan plan(long epochSecond) {
            int found = Arrays.binarySearch(boundaries, epochSecond);
            int span = found >= 0 ? found + 1 : -found - 1;
            int place = span % REMEMBERED;
            if (plans[place] == null || spans[place] != span) {
                plans[place] = new Plan(valid(epochSecond), lists);
                spans[place] = span;
            }
            return plans[place];
        }
    }
}
