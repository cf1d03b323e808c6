package io.cardwatch.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cardwatch.decide.DecisionSettings;
import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.ForRows;
import io.cardwatch.score.FraudModel;
import io.cardwatch.warehouse.StoredPrediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A row's decision and the same made again, column by column. */
final class Comparison {
    /** The columns of the score; those of {@link DecisionColumn} follow them. */
    static final String PROBABILITY = "fraud_probability";

    static final String PREDICTION = "fraud_prediction";

    private static final String CHANGED = "the row was changed after it was written";

    private final StoredPrediction row;
    private final Decision again;
    private final DecisionSettings settings;
    private final FraudModel model;
    private final RuleDifferences rules;
    private final String terminalDelay;

    /**
     * @param settings as they are now; the job's may have been others
     * @param terminalDelay as the settings write it
     */
    Comparison(
            StoredPrediction row,
            Decision again,
            DecisionSettings settings,
            FraudModel model,
            RuleDifferences rules,
            String terminalDelay) {
        this.row = row;
        this.again = again;
        this.settings = settings;
        this.model = model;
        this.rules = rules;
        this.terminalDelay = terminalDelay;
    }

    /** What cannot be made again, all for one reason. */
    static List<Finding> nothingMade(StoredPrediction row, String why) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.notMade(PROBABILITY, row.get(PROBABILITY), why));
        findings.add(Finding.notMade(PREDICTION, row.get(PREDICTION), why));
        for (DecisionColumn column : DecisionColumn.values()) {
            findings.add(Finding.notMade(column.column(), row.get(column.column()), why));
        }
        return findings;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(compare(PROBABILITY, again.probability, this::probability));
        findings.add(compare(PREDICTION, again.prediction(), this::prediction));
        findings.add(compare(DecisionColumn.ANOMALY_SCORE, this::anomaly));
        if (rules.cannotBeMade().isPresent()) {
            String why = rules.cannotBeMade().get();
            findings.add(Finding.notMade(DecisionColumn.ACTION.column(), stored(DecisionColumn.ACTION), why));
            findings.add(Finding.notMade(DecisionColumn.RULES.column(), stored(DecisionColumn.RULES), why));
        } else {
            findings.add(compare(DecisionColumn.ACTION, this::action));
            findings.add(compare(DecisionColumn.RULES, rules::why));
        }
        findings.add(compare(DecisionColumn.REASONS, this::reasons));
        findings.add(controlVersion());
        return findings;
    }

    /** Says why two values differ. */
    private interface Why {
        String of(Object stored, Object again);
    }

    private Finding compare(DecisionColumn column, Why why) {
        return compare(column.column(), again.get(column), why);
    }

    private Finding compare(String column, Object made, Why why) {
        Object stored = row.get(column);
        return Objects.equals(stored, made)
                ? Finding.equal(column, stored)
                : Finding.differs(column, stored, made, why.of(stored, made));
    }

    private Object stored(DecisionColumn column) {
        return row.get(column.column());
    }

    private String probability(Object stored, Object made) {
        return isLastDigit((double) stored, (double) made)
                ? "only the last digit differs: another Java or processor may compute so"
                : "the stored vector and this model give another value: " + CHANGED;
    }

    /** A model's probability is a float. */
    private static boolean isLastDigit(double a, double b) {
        return Math.abs(a - b) <= Math.ulp((float) Math.max(a, b));
    }

    private String prediction(Object stored, Object made) {
        int ofStored = (double) row.get(PROBABILITY) >= again.threshold ? 1 : 0;
        return stored.equals(ofStored)
                ? "it follows from " + PROBABILITY + ", which differs"
                : "the stored probability and threshold give " + ofStored + ": " + CHANGED;
    }

    private String anomaly(Object stored, Object made) {
        if (stored == null) {
            return "the row has none: anomaly.for is " + word(settings.anomalyFor())
                    + " here; whoever decided may have had another";
        }
        if (made == null) {
            return "model " + model.version() + " has no anomaly score: " + CHANGED;
        }
        return "the stored vector and this model give another value: " + CHANGED;
    }

    private String action(Object stored, Object made) {
        if (stored == null) {
            return "the row was written before decisions had actions";
        }
        boolean followsFromOthers = !Objects.equals(stored(DecisionColumn.RULES), again.get(DecisionColumn.RULES))
                || !Objects.equals(row.get(PREDICTION), again.prediction());
        return followsFromOthers ? "it follows from the rules and the prediction, which differ" : CHANGED;
    }

    private String reasons(Object stored, Object made) {
        if (stored == null) {
            return "the row has none: reasons.for is " + word(settings.reasonsFor())
                    + " here; whoever decided may have had another";
        }
        if (!model.hasContributions()) {
            return "an ONNX model gives no reasons: " + CHANGED;
        }
        Optional<JsonNode> before = FiredRule.array(stored);
        Optional<JsonNode> now = FiredRule.array(made);
        if (before.isEmpty() || now.isEmpty()) {
            return "the stored text is no JSON array: " + CHANGED;
        }
        if (withoutTexts(before.get()).equals(withoutTexts(now.get()))) {
            return "only the sentences differ: features.terminal-delay, here " + terminalDelay
                    + ", or the release was another";
        }
        boolean fewer = before.get().size() < now.get().size();
        return fewer
                ? "the row has " + before.get().size() + ": reasons.most is " + settings.mostReasons()
                        + " here; whoever decided may have had less"
                : "the stored vector and this model give others: " + CHANGED;
    }

    private static JsonNode withoutTexts(JsonNode reasons) {
        JsonNode copy = reasons.deepCopy();
        copy.forEach(reason -> {
            if (reason.isObject()) {
                ((ObjectNode) reason).remove("text");
            }
        });
        return copy;
    }

    /** It also covers what bears on other rows alone, so that another one does not make the decision another. */
    private Finding controlVersion() {
        Object stored = stored(DecisionColumn.CONTROL_VERSION);
        Object made = again.get(DecisionColumn.CONTROL_VERSION);
        if (Objects.equals(stored, made)) {
            return Finding.equal(DecisionColumn.CONTROL_VERSION.column(), stored);
        }
        return Finding.notMade(
                DecisionColumn.CONTROL_VERSION.column(),
                stored,
                "not all that was in force then is known any more: lists keep no history, and challengers, the threshold"
                        + " and control.model-root count, too; with what is known it is " + made);
    }

    private static String word(ForRows rows) {
        return rows.name().toLowerCase(Locale.ROOT);
    }
}
