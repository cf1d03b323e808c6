package io.cardwatch.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.ForRows;
import io.cardwatch.domain.Sha256;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.RuleSet;
import io.cardwatch.score.FraudModel;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that is in force for a payment's decision. It is replaced as a whole, and never changed. Threads share it. */
public final class Control {
    /** Digits of its name. */
    private static final int VERSION_LENGTH = 12;

    final DecisionSettings settings;
    /** The model that decides. */
    public final FraudModel champion;
    /** Models that only score beside it, by their slots. */
    public final SortedMap<String, FraudModel> challengers;
    /** Null where there are no rules. */
    final RuleSet rules;
    /** Null where nobody is to get reasons. */
    final Reasons reasons;
    /** Twelve hexadecimal digits, in every row: equal where the same was in force. */
    public final String version;

    /** One model alone. */
    public Control(DecisionSettings settings, FraudModel champion) {
        this(settings, champion, Collections.emptySortedMap(), null);
    }

    /**
     * @param rules null where there are none
     * @throws BadInputException when a model cannot decide as the settings ask
     */
    public Control(
            DecisionSettings settings, FraudModel champion, SortedMap<String, FraudModel> challengers, RuleSet rules) {
        settings.require(champion);
        challengers.values().forEach(settings::requireFeatures);
        this.settings = settings;
        this.champion = champion;
        this.challengers = Collections.unmodifiableSortedMap(new TreeMap<>(challengers));
        this.rules = rules;
        this.reasons = settings.reasonsFor == ForRows.NONE
                ? null
                : new Reasons(champion, settings.terminalDelay, settings.mostReasons);
        this.version = hash();
    }

    /** What the settings say about decisions. */
    public DecisionSettings settings() {
        return settings;
    }

    /** The rules that are valid at an event time, UTC epoch second, in the order in which they decide. */
    public List<CompiledRule> rulesAt(long epochSecond) {
        return rules == null ? List.of() : rules.valid(epochSecond);
    }

    private String hash() {
        StringBuilder all = new StringBuilder();
        describe(all, "", champion);
        challengers.forEach((slot, model) -> describe(all, slot, model));
        if (rules != null) {
            all.append("rules ").append(rules.version()).append('\n');
        }
        return Sha256.of(all.toString().getBytes(UTF_8)).substring(0, VERSION_LENGTH);
    }

    private static void describe(StringBuilder all, String slot, FraudModel model) {
        all.append("model ")
                .append(slot)
                .append(' ')
                .append(model.version())
                .append(' ')
                .append(model.threshold())
                .append('\n');
    }
}
